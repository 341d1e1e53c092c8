"""Figures 8 and 14 of the tutorial, and what lies between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure

from minigan.distributions import Normal
from minigan.theory.which_kl import DIVERGENCES, Fit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from minigan.base.types import Density
    from minigan.experiments.which_kl import Likelihood

STYLES: dict[str, dict[str, Any]] = {
    "forward": {"color": "#0072B2", "ls": "-"},
    "reverse": {"color": "#D55E00", "ls": "--"},
    "jsd": {"color": "#009E73", "ls": "-."},
}
TITLES = {
    "forward": "maximum likelihood, KL($p_{data}$ || q):\none Gaussian over both modes",
    "reverse": "the other way round, KL(q || $p_{data}$):\none Gaussian on one mode",
    "jsd": "JSD($p_{data}$ || q), between the two:\nhere over both modes",
}


def draw(
    likelihood: Likelihood,
    means: np.ndarray,
    fits: dict[str, list[Fit]],
    sweep: dict[str, dict[float, Fit]],
    data: Density,
) -> Figure:
    """Six panels: Figure 8, likelihood and KL, distance of the modes; three fits.

    Parameters
    ----------
    likelihood : Likelihood
        Of N(mu, 1) on a few examples.
    means : array
        The mu.
    fits : dict of str to list of Fit
        Local minima for ``data``, by divergence.
    sweep : dict
        By divergence, distance of the modes from 0 -> the best fit.
    data : Density
        The mixture.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = Figure(figsize=(14, 7.5), dpi=120, layout="constrained")
    (pushes, equal, jumps), panels = figure.subplots(2, 3)
    _draw_pushes(pushes, likelihood)
    _draw_equality(equal, likelihood, means)
    _draw_sweep(jumps, sweep)
    for ax, name in zip(panels, DIVERGENCES, strict=True):
        _draw_fits(ax, name, fits.get(name, []), data)
    for ax in (pushes, equal, jumps, *panels):
        ax.spines[["top", "right"]].set_visible(False)
        ax.legend(frameon=False, fontsize=9)
    return figure


def _draw_pushes(ax: Axes, likelihood: Likelihood) -> None:
    """Figure 8: every example pushes the density up where it lies."""
    x = np.linspace(-4, 4, 400)
    before, after = Normal(0.0, 1.8), likelihood.best
    ax.plot(x, before.pdf(x), color="gray", ls="--", label="before")
    ax.plot(x, after.pdf(x), color="#0072B2", label="at the maximum of the likelihood")
    arrow = {"arrowstyle": "-|>", "lw": 0.8, "color": "#D55E00"}
    for point in likelihood.x:
        height = float(before.pdf(point))
        ax.annotate("", (point, height + 0.09), (point, height), arrowprops=arrow)
    ax.plot(likelihood.x, np.zeros_like(likelihood.x), "o", color="black", ms=4, label="examples")
    ax.set(xlabel="x", ylim=(-0.01, float(after.pdf(after.mean)) + 0.2))
    ax.set_title(
        "Figure 8: every example pushes the density up;\nelsewhere it must come down", fontsize=11
    )


def _draw_equality(ax: Axes, likelihood: Likelihood, means: np.ndarray) -> None:
    ax.plot(
        means, -likelihood.log_likelihoods, color="#D55E00", ls="--", label="-mean log-likelihood"
    )
    ax.plot(means, likelihood.divergences, color="#0072B2", label=r"KL($\hat{p}_{data}$ || q)")
    middle = len(means) // 2
    top, bottom = -likelihood.log_likelihoods[middle], likelihood.divergences[middle]
    ax.annotate("", (means[middle], top), (means[middle], bottom), arrowprops={"arrowstyle": "<->"})
    ax.text(means[middle] + 0.08, (top + bottom) / 2, r"$H(\hat{p}_{data})$ for all q", fontsize=9)
    best = means[likelihood.divergences.argmin()]
    ax.axvline(best, color="black", lw=0.6, ls=":")
    ax.set(xlabel=r"$\mu$ of the model $q = N(\mu, 1)$", ylabel="nats", ylim=(0, None))
    ax.set_title("Eq. 4: the same curve, shifted;\nthe same best model", fontsize=11)


def _draw_sweep(ax: Axes, sweep: dict[str, dict[float, Fit]]) -> None:
    for name, by_distance in sweep.items():
        at = sorted(by_distance)
        stds = [by_distance[apart].std for apart in at]
        ax.plot(at, stds, label=DIVERGENCES[name].name, **STYLES[name])
    ax.set(xlabel="distance of the modes from 0", ylabel="std of the best Gaussian")
    ax.set_title("far apart, all but maximum likelihood\ngive up a mode", fontsize=11)


def _draw_fits(ax: Axes, name: str, fits: list[Fit], data: Density) -> None:
    """The lowest minimum with a thick line, as low ones too, higher ones thin."""
    x = np.linspace(-6, 6, 500)
    ax.fill_between(x, data.pdf(x), color="black", alpha=0.15, lw=0, label="$p_{data}$")
    for found in fits:
        lowest = found.divergence < fits[0].divergence + 1e-6
        label = f"{found.divergence:.3f} nats" + ("" if lowest else ", a local minimum")
        q = Normal(found.mean, found.std)
        ax.plot(
            x,
            q.pdf(x),
            color=STYLES[name]["color"],
            lw=2 if lowest else 0.9,
            ls="-" if found is fits[0] else "--",
            label=label,
        )
    ax.set(xlabel="x", ylim=(0, 0.8))
    ax.set_title(TITLES[name], fontsize=11)
