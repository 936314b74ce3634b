"""Readers of saved products."""
