"""Recipes: which runs and fits a report shows, as TOML."""
