"""The table that every report for the terminal is made of."""

from rich.table import Table


def new_table(title: str, *columns: str) -> Table:
    """Return an empty table of labels and numbers.

    Where the terminal is narrow the labels, in the first column, are folded before any number is cut short.

    Parameters
    ----------
    title
        Stands above.
    columns
        Heads; a long one may have several lines.
    """
    found = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    found.min_width = len(title)  # a title is not wrapped
    label, *numbers = columns
    found.add_column(label, overflow="fold")
    for head in numbers:
        found.add_column(head, justify="right", no_wrap=True)
    return found
