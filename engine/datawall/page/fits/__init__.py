"""The part of a report that ArviZ draws: what was inferred from evidence, and whether to believe it."""
