"""Pictures and tables of a forecast."""
