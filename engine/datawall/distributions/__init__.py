"""Priors as quantile functions of a normal score: elicitation, Gaussian copula, conditioning."""
