"""The sections of a page about runs, a file each."""
