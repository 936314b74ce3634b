"""Speed, measured: the engine against its peers, its own ceilings and the machine."""
