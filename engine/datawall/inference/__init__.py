"""Evidence in, posterior out: NumPyro models of what is known, sampled, checked and handed to the forecast."""
