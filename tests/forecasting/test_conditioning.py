"""What can be given, and the sentence for what cannot."""

import numpy as np
import pytest

from datawall.errors import DatawallError
from datawall.forecasting.conditioning import conditionable, conditions
from datawall.forecasting.labels import labels_of
from datawall.forecasting.quantities import INPUTS
from datawall.scenario import load_scenario


@pytest.fixture(scope="module")
def labels():
    return labels_of(load_scenario("baseline"))


def only_event(text, labels):
    (event,) = conditions(text, labels).events
    return event


def test_an_input_that_is_known_conditions_the_copula(labels):
    found = conditions(["mfu = .4", "multimodal=used"], labels)
    assert found.events == ()
    assert found.scenario.priors["mfu"].distribution.params == {"value": 0.4}
    assert set(found.scenario.known) == {"mfu", "multimodal"}
    assert found.before is labels.scenario


def test_rows_are_those_of_the_outputs(labels):
    known, questions = conditionable(labels), labels.scenario.questions
    place = questions.generations.index(6.0)
    assert known["release.raw[6]"].row == place
    assert known["release.effective[6]"].row == len(questions.generations) + place
    ceilings = len(questions.ceilings)
    assert known["ceiling_flop.spend[2030]"].row == list(labels.years).index(2030.0) * ceilings + 1
    streams = labels.scenario.joint().streams
    assert [known[label].row for label in streams] == list(range(len(streams)))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("release[5.5]<2030", "release.raw[5.5]"),
        ("training_start[6]>2030", "training_start.raw[6]"),
        ("tokens[1]>2030", "wall.tokens[1]"),
    ],
)
def test_short_forms(text, name, labels):
    known = conditionable(labels)[name]
    assert only_event(text, labels)[:2] == (known.output.name, known.row)


def test_ends_are_in_the_scale_of_the_model(labels):
    as_of, horizon = labels.scenario.as_of, labels.scenario.horizon
    infinity = np.float32(np.inf)
    past, never = (only_event(f"wall.tokens[1]={word}", labels) for word in ("past", "never"))
    assert past.lower == -infinity
    assert past.upper == np.nextafter(np.float32(0.0), -infinity)
    assert (never.lower, never.upper) == (np.float32(horizon - as_of), infinity)
    half = only_event("release[5.5]<=2027-07-02", labels)
    assert half.upper == np.float32(2027 + 182 / 365 - as_of)
    assert only_event("frontier_flop[2027]>=1e28", labels).lower == 28.0
    index = labels.scenario.questions.ceilings.index("power")
    assert only_event("binding_ceiling[2030]=power", labels)[2:] == (index, index)
    assert only_event("release_outcome[6]=slipped", labels).output == INPUTS


def test_ends_of_the_same_quantity_are_joined(labels):
    event = only_event(["mfu>.3", "mfu<=.5", "mfu<.6"], labels)
    assert event.lower > np.float32(0.3)
    assert event.upper == np.float32(0.5)


def test_a_value_with_a_probability_of_its_own_is_an_event_only_where_others_hang_on_it(labels):
    assert conditions("synthetic_ratio=0", labels).events == ()
    assert only_event(["synthetic_ratio>0"], labels).lower > 0.0


def test_any_input_can_be_bounded(labels):
    scenario = labels.scenario
    for label, prior in ((n, p) for n, p in scenario.priors.items() if n in conditionable(labels)):
        if "options" not in prior.statement and prior.distribution.family != "fixed":
            low, high = prior.distribution.quantile([0.4, 0.9])
            event = only_event([f"{label}>={low:.4g}", f"{label}<={high:.4g}"], labels)
            assert event.lower < event.upper, label


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        ("mfu", "need NAME=VALUE"),
        ("mfu==0.4", "need NAME=VALUE"),
        ("mfuu=0.4", "did you mean 'mfu'"),
        ("relase[5.5]<2027", r"did you mean 'release.raw\[5.5\]'"),
        ("frontier_flop[2027.5]>1e28", r"did you mean 'frontier_flop\[2027\]'"),
        ("slip_months<3", r"did you mean 'slip_months\["),
        ("slip_months[6]=3", "never met exactly"),
        ("wall.tokens[1]=2030", "never met exactly"),
        ("release[5.5]<2020", "from the as-of date 2026.83"),
        ("release[5.5]>2060", "to the horizon 2050.00"),
        ("release[5.5]<soon", "need a date"),
        ("release[5.5]<never", "need a date"),
        ("loss[2030]<low", "finite number"),
        ("loss[2030]<nan", "finite number"),
        ("frontier_flop[2027]>-1", "above 0"),
        ("binding_ceiling[2030]=trees", "one of trend, spend"),
        ("release_outcome[6]>slipped", "one of on_time"),
        ("mfu=4", "prior reaches from"),
        ("mfu>2", "leaves this no chance"),
        (["mfu=0.4", "mfu>0.5"], "leaves this no chance"),
        (["mfu=0.4", "mfu=0.5"], "contradicts mfu=0.4"),
        (["release[5.5]<2028", "release.raw[5.5]>2029"], "contradicts another condition"),
        (["multimodal=used", "multimodal=unused"], "contradicts multimodal=used"),
    ],
)
def test_what_cannot_be_given(texts, says, labels):
    with pytest.raises(DatawallError, match=says) as caught:
        conditions(texts, labels)
    assert "\n" not in str(caught.value)
