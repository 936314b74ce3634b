"""Draws through any function: random points by index, streamed summaries. Knows nothing of the domain."""
