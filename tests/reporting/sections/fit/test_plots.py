"""ArviZ's figures of a fit: what they show, and that nothing of them stays behind."""

from dataclasses import replace

import matplotlib.pyplot as plt
import pytest

from datawall.reporting.figures import fit

PANELS = {
    fit.prior_posterior: 2,
    fit.trace: 2,
    fit.rank: 2,
    fit.ess: 2,
    fit.convergence: 3,
    fit.energy: 2,
    fit.predictive: 1,
    fit.loo_pit: 1,
    fit.power_scaling: 4,
}


@pytest.mark.parametrize("draw", PANELS, ids=lambda draw: draw.__name__)
def test_each_figure_has_its_panels_and_is_closed(draw, fits):
    figure = draw(fits["dates"])
    assert len(figure.axes) == PANELS[draw]
    assert all(axes.has_data() for axes in figure.axes)
    assert plt.get_fignums() == []


def test_a_parameter_called_alpha_is_power_scaled_under_its_own_name_with_its_unit(alpha):
    titles = [axes.get_title() for axes in fit.power_scaling(alpha).axes]
    assert sorted(titles) == [
        "alpha\n(years)\nlikelihood",
        "alpha\n(years)\nprior",
        "scatter\nlikelihood",
        "scatter\nprior",
    ]


def test_the_axis_of_a_posterior_is_not_stretched_by_the_tails_of_its_prior(fits):
    left, right = fit.prior_posterior(fits["dates"]).axes[0].get_xlim()
    draws = fits["dates"].tree["posterior/year"].values
    assert left < draws.min() + 1
    assert right > draws.max() - 1
    assert right - left < 7 * draws.std() * 3


def test_few_data_have_no_distribution(fits):
    assert fit.sites(fits["dates"]) == fit.continuous_sites(fits["dates"]) == ["y"]
    assert fit.sites(fits["toy"]) == []


def test_constants_are_not_diagnosed(fits):
    tree = fits["toy"].tree.copy(deep=True)
    tree["posterior/still"] = 0.0 * tree["posterior/mean"]
    assert fit.moving(replace(fits["toy"], tree=tree)) == ["mean"]
