"""Recipes of reports: which runs, backtests and fits a page shows, so that anyone can make it again."""
