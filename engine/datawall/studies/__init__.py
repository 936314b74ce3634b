"""Studies besides the forecast: fact checks and a toy experiment; only the command line imports them."""
