"""Probabilistic forecasts of data-wall timing and model release dates."""
