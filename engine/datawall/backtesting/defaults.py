"""What a backtest asks when nobody says."""

SCENARIOS = ("baseline",)
START, END = "2019-01", "2026-06"
"""First month, and the last one possible."""
EVERY = "6mo"
"""Between two origins."""
HORIZONS = ("6mo", "1y", "2y", "4y")
DRAWS = 4000
"""Of each forecast."""
