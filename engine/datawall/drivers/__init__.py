"""What drives an answer: a scenario through the methods of `datawall.sensitivity_analysis`."""

from datawall.drivers.analysis import sensitivity
from datawall.drivers.flat import sensitivity_summary

__all__ = ["sensitivity", "sensitivity_summary"]
