"""A scenario through the model: simulation, conditioning, precision, labelled results."""
