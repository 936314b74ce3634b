"""ArviZ's figures of a fit: what they show, and that nothing of them stays behind."""

from dataclasses import replace

import matplotlib.pyplot as plt
import pytest

from datawall.reporting.document import Prose, plain
from datawall.reporting.figures.fit import POWER_SCALING, PREDICTIVE, PRIOR_POSTERIOR, SAMPLING

pytestmark = pytest.mark.integration

PANELS = {
    PRIOR_POSTERIOR: 2,
    **dict(zip(SAMPLING, (2, 2, 2, 3, 2), strict=True)),
    **dict.fromkeys(PREDICTIVE, 1),
    POWER_SCALING: 4,
}


@pytest.mark.parametrize("picture", PANELS, ids=lambda picture: picture.title)
def test_each_figure_has_its_panels_and_is_closed(picture, fits):
    figure = picture.draw(fits["dates"])
    assert len(figure.axes) == PANELS[picture]
    assert all(axes.has_data() for axes in figure.axes)
    assert plt.get_fignums() == []


def test_a_parameter_called_alpha_is_power_scaled_under_its_own_name_with_its_unit(alpha):
    titles = [axes.get_title() for axes in POWER_SCALING.draw(alpha).axes]
    assert sorted(titles) == [
        "alpha\n(years)\nlikelihood",
        "alpha\n(years)\nprior",
        "scatter\nlikelihood",
        "scatter\nprior",
    ]


def test_the_axis_of_a_posterior_is_not_stretched_by_the_tails_of_its_prior(fits):
    left, right = PRIOR_POSTERIOR.draw(fits["dates"]).axes[0].get_xlim()
    draws = fits["dates"].tree["posterior/year"].values
    assert left < draws.min() + 1
    assert right > draws.max() - 1
    assert right - left < 7 * draws.std() * 3


def test_few_data_have_no_distribution(fits):
    for picture in PREDICTIVE:
        left_out = picture.block(fits["toy"])
        assert isinstance(left_out, Prose)
        assert "no set of data has 5 or more" in plain(left_out.text)


def test_constants_are_not_diagnosed(fits):
    tree = fits["toy"].tree.copy(deep=True)
    tree["posterior/still"] = 0.0 * tree["posterior/mean"]
    summary = {**fits["toy"].summary, "headline": {"mean": {}, "still": {}}}
    still = replace(fits["toy"], summary=summary, tree=tree)
    assert still.headline == ["mean", "still"]
    trace, *_ = SAMPLING
    assert [axes.get_title() for axes in trace.draw(still).axes] == ["mean"]
