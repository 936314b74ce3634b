"""Registry of the figures of a fit, with their reading aids and requirements."""

from collections.abc import Callable
from dataclasses import dataclass

from matplotlib.figure import Figure

from datawall.reporting.figures import fit as plots
from datawall.reporting.saved import SavedFit

type Need = Callable[[SavedFit], bool]


@dataclass(frozen=True)
class Picture:
    """Figure of a fit.

    Attributes
    ----------
    draw
        Function that draws it.
    title, how
        Title and reading aid, a sentence each.
    groups
        Groups of the tree that it needs.
    need, lack
        Further requirement, and the words for its absence.
    """

    draw: Callable[[SavedFit], Figure]
    title: str
    how: str
    groups: tuple[str, ...] = ("posterior",)
    need: Need = lambda _: True
    lack: str = ""

    @property
    def name(self) -> str:
        """Name of the figure, in words joined by dashes."""
        return self.draw.__name__.replace("_", "-")

    def missing(self, fit: SavedFit) -> str:
        """Return the reason why it cannot be drawn, or nothing."""
        for group in self.groups:
            if not fit.has(group):
                return f"the fit has no {group}"
            if not fit.is_finite(group):
                return f"not every number in {group} is one"
        return "" if self.need(fit) else self.lack


DENSITIES = ("observed_data", "posterior_predictive", "log_likelihood")

LEARNED = (
    Picture(
        plots.prior_posterior,
        "Prior against posterior",
        "Where the posterior is narrower than the prior, the evidence spoke; where they agree, the prior "
        "decides. Each curve has its own height; tails of wide priors are cut.",
        ("posterior", "prior"),
    ),
)
FORESEEN = (
    Picture(
        plots.predictive,
        "Posterior predictive check",
        "Share of data up to each value: the line of the data (black) should be one among those of 50 sets "
        "of data that the posterior predicts (blue).",
        DENSITIES,
        lambda fit: bool(plots.sites(fit)),
        f"no set of data has {plots.FEWEST} or more, with a density each",
    ),
    Picture(
        plots.loo_pit,
        "LOO-PIT: each datum among its predictions from the others",
        "The share of data below each level of their predictions, less what calibrated predictions give: "
        "hope for a line near zero, and p above 0.01.",
        DENSITIES,
        lambda fit: bool(plots.continuous_sites(fit)),
        f"no set of data has {plots.FEWEST} or more continuous numbers, with a density each",
    ),
)
LEANING = (
    Picture(
        plots.power_scaling,
        "Power-scaling sensitivity",
        "The parameters that lean most on their prior: curves that move when the prior (left) counts for "
        "less (0.8) or more (1.25) lean on it; if they move on the right too, prior and data disagree.",
        ("posterior", "log_prior", "log_likelihood"),
        lambda fit: len(fit.group("posterior")) > 1,
        "ArviZ draws it for two parameters or more",
    ),
)
CHAINS = (
    Picture(
        plots.trace,
        "Traces",
        "Each colour is a chain: all should look like the same noise, with no drift, step or gap.",
    ),
    Picture(
        plots.rank,
        "Ranks",
        "Each line is how the ranks of a chain among all draws differ from those of equal chains: p below "
        "0.01, or stretches in black, say that the chains disagree.",
    ),
    Picture(
        plots.ess,
        "Effective sample size as draws accumulate",
        "Bulk (blue) and tail (orange) should grow in proportion to the draws and end above the dashed line.",
    ),
    Picture(
        plots.convergence,
        "ESS and R-hat of all parameters",
        "Every parameter should lie right of the dashed line for bulk and tail ESS, and left of it for "
        "R-hat.",
    ),
    Picture(
        plots.energy,
        "Energy",
        "The two distributions should look alike, and the BFMI of each chain lie right of the dashed line; "
        "else the chains do not reach the tails.",
        ("sample_stats",),
    ),
)
