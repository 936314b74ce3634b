"""Evidence in, posterior out: NumPyro models of what is known, sampled, checked, handed to the forecast."""
