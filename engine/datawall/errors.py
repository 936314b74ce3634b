"""Errors that a user can act on."""


class DatawallError(Exception):
    """A mistake in what the user gave: one sentence that names the place, the value and the remedy.

    The command line prints the message without a traceback and exits with status 2.
    """
