"""The generator's three costs: Figure 16 of the tutorial, and gradients that were measured."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure

from minigan.distributions import Normal
from minigan.theory.likelihood import optimal_logit, pathwise_gradient, relative_noise
from minigan.theory.saturation import effective_share, logit_slope, sample_cost

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from minigan.experiments.costs import Early
    from minigan.theory.likelihood import Estimate

WAYS = {"likelihood": "black", "score": "#CC79A7", "pathwise": "#009E73"}
LABELS = {
    "likelihood": "samples of the data (Eq. 33)",
    "score": "samples of G, score (Eq. 34)",
    "pathwise": "samples of G, through D (Eq. 14)",
}
STYLES: dict[str, dict[str, Any]] = {
    "minimax": {"color": "#D55E00", "ls": "-"},
    "non-saturating": {"color": "#0072B2", "ls": "--"},
    "max-likelihood": {"color": "#009E73", "ls": "-."},
}


def draw(
    games: list[Early], estimates: dict[int, dict[str, Estimate]], exact: np.ndarray
) -> Figure:
    """Eight panels: the theory of the costs above, what was measured and its noise below.

    Parameters
    ----------
    games : list of Early
        With either cost, from several starts.
    estimates : dict
        By number of samples and way of sampling, half the gradient of KL(p_data || p_g).
    exact : array, shape (2,)
        The same in closed form.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = Figure(figsize=(18, 8), dpi=110, layout="constrained")
    (curves, slopes, fixed, share), (rejected, norms, sampled, noise) = figure.subplots(2, 4)
    _draw_curves(curves)
    _draw_slopes(slopes)
    _draw_fixed_point(fixed)
    _draw_share(share)
    _draw_rejection(rejected, games)
    _draw_norms(norms, [game for game in games if game.cost == "minimax"])
    _draw_estimates(sampled, estimates, float(exact[0]))
    _draw_noise(noise)
    for ax in figure.axes:
        ax.spines[["top", "right"]].set_visible(False)
        if ax.get_legend_handles_labels()[0]:  # none, if a run was interrupted at once
            ax.legend(frameon=False, fontsize=9)
    return figure


def _draw_curves(ax: Axes) -> None:
    D = np.linspace(0.001, 0.98, 500)
    for name, style in STYLES.items():
        ax.plot(D, sample_cost(name, D), label=name, **style)
    ax.set(xlim=(0, 1), ylim=(-8, 4), xlabel="D(G(z))", ylabel="J(G) for one sample")
    ax.set_title("Figure 16: two of the three are flat\nwhere D rejects the sample", fontsize=11)


def _draw_slopes(ax: Axes) -> None:
    a = np.linspace(-7, 3, 500)
    for name, style in STYLES.items():
        ax.semilogy(1 / (1 + np.exp(-a)), np.abs(logit_slope(name, a)), label=name, **style)
    ax.set(xlim=(0, 1), xlabel="D(G(z))", ylabel="|dJ / d logit|, what D sends back")
    ax.set_title(
        "what is sent back: the same at D = 1/2\nfor two of them, far apart at D = 0", fontsize=11
    )


def _draw_fixed_point(ax: Axes) -> None:
    means = np.linspace(-2.5, 2.5, 101)
    for name, style in STYLES.items():
        slope = [pathwise_gradient(Normal(), Normal(mu), name)[0][0] for mu in means]
        ax.plot(means, slope, label=name, **style)
    ax.axhline(0, color="black", lw=0.5)
    ax.axvline(0, color="black", lw=0.5)
    ax.set(xlabel="mean of $p_g$ - mean of $p_{data}$", ylabel="expected gradient, D = D*")
    ax.set_title("one fixed point: $p_g = p_{data}$", fontsize=11)


def _draw_rejection(ax: Axes, games: list[Early]) -> None:
    for name, style in STYLES.items():
        chosen = [game for game in games if game.cost == name]
        _draw_looks(ax, chosen, lambda look: look.mean_D, f"{name}, median", style)
    ax.set(xlabel="step", ylabel="mean D(G(z))", ylim=(0, 1))
    ax.set_title("measured: with minimax, D rejects\nG's samples for long", fontsize=11)


def _draw_norms(ax: Axes, games: list[Early]) -> None:
    """Both gradients where the minimax games are: the same G, the same D, the same z."""
    for name in ("minimax", "non-saturating"):
        label = f"{name} gradient, median"
        _draw_looks(ax, games, lambda look, name=name: look.norms[name], label, STYLES[name])
    ax.set(xlabel="step of the minimax game", ylabel="length of the gradient of theta_G")
    ax.set_yscale("log")
    ax.set_title(
        "measured at the same places: where D rejects,\nminimax has little gradient", fontsize=11
    )


def _draw_looks(ax: Axes, games: list[Early], number: Callable, label: str, style: dict) -> None:
    """Every game as a thin line, their median as a thick one."""
    if not games:
        return
    steps = [look.step for look in games[0].looks]
    curves = [[number(look) for look in game.looks] for game in games]
    for curve in curves:
        ax.plot(steps, curve, lw=0.5, alpha=0.6, **style)
    ax.plot(steps, np.median(curves, axis=0), lw=2, label=label, **style)


def _draw_noise(ax: Axes) -> None:
    distance = np.linspace(0.1, 3, 30)
    for name, style in STYLES.items():
        noise = np.array([relative_noise(Normal(), Normal(float(d)), name) for d in distance])
        ax.semilogy(distance, noise**2, label=name, **style)
    ax.set(xlabel="mean of $p_g$ - mean of $p_{data}$", ylabel="samples needed: noise = gradient")
    ax.set_title("max-likelihood: a few samples do it all,\nso its gradient is noise", fontsize=11)


def _draw_share(ax: Axes) -> None:
    """1 / (1 + chi^2) of the samples, for max-likelihood; by quadrature for the others."""
    distance = np.linspace(0, 3, 61)
    z, w = np.polynomial.hermite_e.hermegauss(60)
    for name, style in STYLES.items():
        shares = []
        for d in distance:
            a, _ = optimal_logit(Normal(), Normal(float(d)), d + z)
            shares.append(effective_share(logit_slope(name, a), w))
        ax.plot(distance, shares, label=name, **style)
    ax.set(
        xlabel="mean of $p_g$ - mean of $p_{data}$", ylabel="share of the samples", ylim=(0, 1.05)
    )
    ax.set_title("how many samples the gradient comes from:\nwith max-likelihood, few", fontsize=11)


def _draw_estimates(ax: Axes, estimates: dict[int, dict[str, Estimate]], exact: float) -> None:
    for i, (way, marker) in enumerate((("likelihood", "s"), ("score", "o"), ("pathwise", "^"))):
        at = [n * 1.25 ** (i - 1) for n in estimates]  # beside one another
        means = [estimate[way].mean[0] for estimate in estimates.values()]
        errors = [estimate[way].error[0] for estimate in estimates.values()]
        ax.errorbar(
            at, means, errors, fmt=marker, color=WAYS[way], ms=5, capsize=3, label=LABELS[way]
        )
    ax.axhline(exact, color="black", lw=0.8, ls=":", label="1/2 dKL($p_{data}$ || $p_g$)/d$\\mu$")
    ax.set(xscale="log", xlabel="samples", ylabel="gradient at $\\mu$, with standard error")
    ax.set_title(
        "max-likelihood with D = D*: samples of G\nfind the gradient of the KL divergence",
        fontsize=11,
    )
