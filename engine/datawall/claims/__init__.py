"""Claims of others about compute and data, restated, computed and judged."""
