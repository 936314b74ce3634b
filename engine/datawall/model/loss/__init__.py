"""The loss law of a draw, and what limited data do to it."""
