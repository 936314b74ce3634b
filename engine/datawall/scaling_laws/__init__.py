"""Published scaling laws and closed forms for single questions; they know no scenario."""
