"""When each GPT-N comes by name, foreseen from how long whole-number generations have taken."""

from collections.abc import Sequence

import numpy as np

from datawall.backtesting.evidence_forecasters import draws_known
from datawall.backtesting.questions import BY_NAME, Answers, Forecaster, Question
from datawall.backtesting.records import DEVELOPER, PREFIX
from datawall.errors import DatawallError
from datawall.inference.evidence_model import Evidence
from datawall.inference.models.release_timing.renewal import coming_releases


def name_forecaster(draws: int, seed: int) -> Forecaster:
    """Return the forecaster of OpenAI's generations by name.

    It fits the module `generations` to what was known at the origin. The next whole number ends the wait that
    goes on, given that it has not ended by the origin; each one after that takes a fresh wait.

    Parameters
    ----------
    draws
        How many draws of each date.
    seed
        Of the draws. Those of one place belong together: a late GPT-5 makes a late GPT-6.

    Returns
    -------
    function
        Answers the questions of target ``release_by_name`` among those that it is given.
    """

    def answer(questions: Sequence[Question]) -> Answers:
        asked = [question for question in questions if question.target == BY_NAME]
        if not asked:
            return {}
        origin = asked[0].origin
        evidence, posterior = draws_known("generations", origin)
        ahead = _generations_ahead(asked, evidence)
        rng = np.random.default_rng(seed)
        size = len(posterior["wait_spread"])
        chosen = rng.choice(size, draws, replace=draws > size)
        scores = rng.standard_normal((max(ahead), draws))
        drawn = {name: values[chosen] for name, values in posterior.items()}
        dates = coming_releases(evidence, drawn, DEVELOPER, origin, scores)
        return {question: dates[steps - 1] for question, steps in zip(asked, ahead, strict=True)}

    return answer


def _generations_ahead(asked: Sequence[Question], evidence: Evidence) -> list[int]:
    """Return how many generations after the newest one that is known each question asks for."""
    last = evidence.constants["last"][evidence.coords["developer"].index(DEVELOPER)]
    newest = int(evidence.constants["generation"][last])
    ahead = [int(question.item.removeprefix(PREFIX)) - newest for question in asked]
    if min(ahead) < 1:
        item = asked[int(np.argmin(ahead))].item
        raise DatawallError(f"{item}: {PREFIX}{newest} was known at the origin; ask for a later generation")
    return ahead
