"""Backtesting: forecasts at past origins from the data vintage of each, scored against outcomes."""
