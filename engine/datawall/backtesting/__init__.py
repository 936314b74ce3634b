"""Forecasts as they would have been made at past dates, scored against what happened since."""
