"""Ceilings of the largest training run."""
