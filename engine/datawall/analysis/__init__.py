"""Analyses of a forecast: sensitivity, comparison, explanation."""
