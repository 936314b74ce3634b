"""Scenarios side by side on common random numbers: how they differ, and which inputs make it so."""
