"""Reports: one document model, its sections, figures and renderers, and the run folder."""
