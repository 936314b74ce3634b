"""Evidence models of the value of repeated data."""
