"""The drawings of a page: narrow enough to be read on a telephone, without titles, which the page writes."""
