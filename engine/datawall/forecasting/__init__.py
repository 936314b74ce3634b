"""Forecasts of a scenario: simulation, conditioning, precision and labelled results."""
