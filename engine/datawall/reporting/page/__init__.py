"""A report as plain blocks, and what turns the blocks into HTML, Markdown and files."""
