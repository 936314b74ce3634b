"""Comparison of scenarios on common random numbers."""
