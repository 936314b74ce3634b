"""Analyses of a forecast: sensitivity analysis, scenario comparison, explanation."""
