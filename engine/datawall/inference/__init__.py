"""Inference: posteriors of evidence models in NumPyro, sampled and checked, for the forecast's inputs."""
