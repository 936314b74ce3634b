"""Monte Carlo propagation through any function: points by index, streamed summaries, no domain code."""
