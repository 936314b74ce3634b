"""Hardware throughput: FLOP that an H100-equivalent delivers, in logs."""

import math

from datawall.model.declaration import Scalar
from datawall.model.parts import Values
from datawall.units import DAYS_TO_SECONDS

H100_FLOP_PER_S = 989.4e12
"""Dense BF16 peak of one H100 SXM, the unit of hardware (NVIDIA H100 datasheet) [FLOP/s]."""


def log_flop_per_s_per_h100e(log: Values) -> Scalar:
    """Return ln of the FLOP/s that an H100-equivalent delivers in training: peak, format and MFU."""
    return math.log(H100_FLOP_PER_S) + log.format_speedup + log.mfu


def log_flop_per_h100e(log: Values) -> Scalar:
    """Return ln of the FLOP that an H100-equivalent delivers over one training run."""
    return log_flop_per_s_per_h100e(log) + math.log(DAYS_TO_SECONDS) + log.training_days
