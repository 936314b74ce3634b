"""Report recipes in TOML: the runs, backtests and fits that a report shows."""
