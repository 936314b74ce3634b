"""Sections of the report of a fit."""
