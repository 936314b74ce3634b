"""Fact checks: statements of others, judged by the model."""
