"""Learning order of small networks: the toy experiment, and the delay of each further sign."""

from datawall.studies.learning_order.results import PRODUCT, learning_order, make_request, run, summary

__all__ = ["PRODUCT", "learning_order", "make_request", "run", "summary"]
