"""What drives an answer: a scenario through the methods of `datawall.sensitivity_analysis`."""
