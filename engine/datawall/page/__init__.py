"""Reports: a run, or several, and fits of evidence as one page that opens anywhere."""
