"""Sections of the report of a backtest."""
