"""Errors that a user can act on."""


class DatawallError(Exception):
    """A mistake in what the user gave: one sentence that names the place, the value and the remedy.

    The command line prints the message without a traceback and exits with `exit_status`.
    """

    exit_status = 2


class TooLittleEvidenceError(DatawallError):
    """Tables with fewer usable rows than a fit needs, as at an early as-of date."""


class UntrustedPosteriorError(DatawallError):
    """Chains that did not agree, mix or stay where they should: their posterior cannot be trusted."""

    exit_status = 3
