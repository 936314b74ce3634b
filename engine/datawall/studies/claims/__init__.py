"""Fact checks: published claims judged by the model."""
