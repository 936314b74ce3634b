"""A report as a page: blocks that say what it shows, and writers that say how."""
