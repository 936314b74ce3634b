"""Recipes of reports: which runs and fits a page shows, so that anyone can make it again."""
