"""Sensitivity analysis of a scenario: which inputs drive a quantity of interest."""
