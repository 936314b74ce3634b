"""What drives an answer: methods that take a function of correlated normal scores and know no more of it."""
