"""Release lag from the start of training: training time, post-training, slips and staged release."""

from collections.abc import Sequence
from typing import override

from datawall.model.declaration import Scalar
from datawall.model.parts import ReleaseAccount, Values
from datawall.units import DAYS_PER_YEAR, MONTHS_PER_YEAR


class Lags(ReleaseAccount):
    """Release lag: the training time, then the post-training lag.

    A staged release, a slip, or a cancelled model that the next attempt replaces add their own months.
    """

    name = "lags"
    title = "training, then the lag after it"
    inputs = (
        "training_days",
        "release_outcome",
        "post_training_lag_months",
        "staging_months",
        "slip_months",
        "retry_months",
    )
    rank = 0

    @override
    def delay(self, inputs: Values, generations: Sequence[float]) -> Scalar:
        import jax.numpy as jnp

        from datawall.model.release import OUTCOMES

        def when(outcome: str, months: Scalar) -> Scalar:
            return jnp.where(inputs.release_outcome == OUTCOMES.index(outcome), months, 0.0)

        months = (
            inputs.post_training_lag_months
            + when("staged", inputs.staging_months)
            + when("slipped", inputs.slip_months)
            + when("cancelled", inputs.retry_months)
        )
        return inputs.training_days / DAYS_PER_YEAR + months / MONTHS_PER_YEAR
