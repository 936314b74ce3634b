"""Loss law of a draw, with and without limited data."""
