"""Renderers of the document: HTML, Markdown, PDF."""
