"""Compute and data model: pure functions of one draw, with no I/O, no randomness and no priors."""
