"""Evidence models of the loss law."""
