"""Learning order of small networks: the toy experiment, and the delay of each further sign."""

from datawall.studies.learning_order.results import learning_order, summary, write

__all__ = ["learning_order", "summary", "write"]
