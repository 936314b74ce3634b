"""Errors that a user can act on."""


class DatawallError(Exception):
    """Invalid user input, in one sentence that names the place, the value and the remedy.

    The command line prints the message without a traceback and exits with `exit_status`.
    """

    exit_status = 2


class TooLittleEvidenceError(DatawallError):
    """Too few usable rows of evidence for a fit, as at an early as-of date."""


class UntrustedPosteriorError(DatawallError):
    """Posterior whose MCMC diagnostics failed: it cannot be trusted."""

    exit_status = 3
