"""The part of a report that tells how good past forecasts would have been."""
