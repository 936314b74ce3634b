"""Likelihoods that several evidence models share."""
