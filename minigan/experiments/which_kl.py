"""Which KL: one Gaussian for a mixture of two, and maximum likelihood as a divergence.

Figure 14 of the tutorial with JSD as a third panel, and the argument before it: Eq. 1 to 4
with Figure 8. The fits are optimised, not drawn by hand, and every local minimum that was
found is reported: the two directions of KL differ in where they are lowest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from minigan.base.files import write_whole
from minigan.base.randomness import generator
from minigan.distributions import Mixture, Normal
from minigan.theory.which_kl import (
    DIVERGENCES,
    Fit,
    average_log_likelihood,
    empirical,
    empirical_kl,
    fit,
    moments,
    most_likely,
    record,
)

APART, STD = 2.0, 0.7  # the modes are at -APART and APART
SEPARATIONS = tuple(round(0.5 + 0.125 * i, 3) for i in range(25))
TRUTH, EXAMPLES, RESOLUTION = Normal(), 12, 0.05  # data for maximum likelihood
MEANS = np.linspace(-2, 2, 41)

Progress = Callable[[Iterable, int], Iterable]


class Likelihood(NamedTuple):
    """Maximum likelihood on a few examples: the sides of Eq. 3 and of Eq. 4.

    For models N(mu, 1), mu in `MEANS`: mean ``log_likelihoods`` of the examples x, and their
    ``divergences`` KL(P^ || Q), in nats; ``entropy`` is H(P^), and ``best`` the likeliest model.
    """

    x: np.ndarray
    best: Normal
    log_likelihoods: np.ndarray
    divergences: np.ndarray
    entropy: float


class WhichKL(NamedTuple):
    """What was fitted: Gaussians, and the ``likelihood`` of a few examples.

    ``fits`` has the local minima for modes at -APART and APART, the lowest first; ``sweep``
    the lowest for each distance of the modes from 0, by name of the divergence.
    """

    seed: int
    likelihood: Likelihood
    fits: dict[str, list[Fit]]
    sweep: dict[str, dict[float, Fit]]
    seconds: float
    interrupted: bool


def play(seed: int = 0, progress: Progress = lambda iterable, total: iterable) -> WhichKL:
    """Fit one Gaussian under three divergences, at several distances of the modes.

    Parameters
    ----------
    seed : int
        Of the examples for maximum likelihood; the fits are not random.
    progress : callable
        ``progress(iterable, total)`` hands the iterable on, and may show how far it is.

    Returns
    -------
    WhichKL
        If interrupted, with the fits that were finished.
    """
    start = time.perf_counter()
    likelihood = _likelihood(seed)
    jobs = [(name, apart) for apart in (APART, *SEPARATIONS) for name in DIVERGENCES]
    fits: dict[str, list[Fit]] = {}
    sweep: dict[str, dict[float, Fit]] = {name: {} for name in DIVERGENCES}
    interrupted = False
    try:
        for name, apart in progress(jobs, len(jobs)):
            found = fit(name, mixture(apart), _starts(apart))
            fits.setdefault(name, found)  # the first is that at APART
            sweep[name][apart] = found[0]
    except KeyboardInterrupt:
        interrupted = True
    return WhichKL(seed, likelihood, fits, sweep, time.perf_counter() - start, interrupted)


def mixture(apart: float = APART) -> Mixture:
    """Two Gaussians of equal weight, at -apart and apart."""
    return Mixture([-apart, apart], STD)


def report(run: WhichKL) -> dict:
    """The numbers of a run, ready for JSON.

    Parameters
    ----------
    run : WhichKL

    Returns
    -------
    dict
        ``seed, seconds``; ``moments``, mean and deviation of p_data; ``fits``, for each
        divergence a list of its local minima ``mean, std, divergence`` (nats); ``jumps``, the
        smallest distance of the modes from 0 at which the best Gaussian sits on one of
        them, or None; and ``likelihood``, with ``constant``, the largest difference between
        KL(P^ || Q) + mean log-likelihood and -H(P^) over all models tried.
    """
    target = moments(mixture())
    one = run.likelihood
    return {
        "seed": run.seed,
        "seconds": run.seconds,
        "moments": {"mean": target.mean, "std": target.std},
        "fits": {name: [found._asdict() for found in fits] for name, fits in run.fits.items()},
        "jumps": {name: _jump(by_distance) for name, by_distance in run.sweep.items()},
        "likelihood": {
            "examples": len(one.x),
            "mean": one.best.mean,
            "std": one.best.std,
            "constant": float(np.abs(one.divergences + one.log_likelihoods + one.entropy).max()),
            "best_by_likelihood": float(MEANS[one.log_likelihoods.argmax()]),
            "best_by_divergence": float(MEANS[one.divergences.argmin()]),
        },
    }


def text(report: dict) -> str:
    """The same for people: what the theory asks, and what the fits gave.

    Parameters
    ----------
    report : dict
        From `report`.

    Returns
    -------
    str
        A few lines.
    """
    mean, std = report["moments"].values()
    asked = {
        "forward": f"mean {mean:z.3f}, std {std:.3f}: all modes",
        "reverse": f"mean +-{APART:g}, std about {STD:g}: one mode",
        "jsd": "between the two",
    }
    lines = [
        f"One Gaussian for two, seed {report['seed']}, in {report['seconds']:.1f} s",
        "",
        f"{'minimised':18}{'the theory asks':38}found: mean, std, nats",
    ]
    for name, fits in report["fits"].items():
        first, asks = DIVERGENCES[name].name, asked[name]
        for found in fits:
            numbers = f"{found['mean']:z7.3f}{found['std']:7.3f}{found['divergence']:8.4f}"
            lines.append(f"{first:18}{asks:38}{numbers}")
            first, asks = "", "  (another local minimum)"
    jumps = [
        f"  {DIVERGENCES[name].name:18}{'never' if at is None else f'from d = {at:g} on'}"
        for name, at in report["jumps"].items()
    ]
    likelihood = report["likelihood"]
    lines += [
        "",
        "modes at -d and d: the best Gaussian sits on one of them",
        *jumps,
        "",
        f"KL(P^||Q) + mean log-likelihood + H(P^) = 0 for all Q: {likelihood['constant']:.1e}",
        f"best N(mu, 1): mu = {likelihood['best_by_likelihood']:z.1f} by likelihood, "
        f"{likelihood['best_by_divergence']:z.1f} by KL",
    ]
    return "\n".join(lines)


def save(run: WhichKL, directory: Path) -> list[Path]:
    """Draw Figure 8, the likelihood as a divergence, and Figure 14.

    Parameters
    ----------
    run : WhichKL
    directory : pathlib.Path
        Where the file goes; it must exist.

    Returns
    -------
    list of pathlib.Path
        ``which_kl.png``.
    """
    from minigan.plots.which_kl import draw  # matplotlib: only to draw

    file = directory / "which_kl.png"
    figure = draw(run.likelihood, MEANS, run.fits, run.sweep, mixture())
    write_whole(file, lambda opened: figure.savefig(opened, format="png"))
    return [file]


def _likelihood(seed: int) -> Likelihood:
    x = np.asarray(TRUTH.sample(EXAMPLES, generator(seed))[:, 0], np.float64)
    seen = record(x, RESOLUTION)
    P = empirical(seen)
    P = P[P > 0]
    models = [Normal(float(mu)) for mu in MEANS]
    return Likelihood(
        x=x,
        best=most_likely(x),
        log_likelihoods=np.array([average_log_likelihood(seen, model) for model in models]),
        divergences=np.array([empirical_kl(seen, model) for model in models]),
        entropy=-float(P @ np.log(P)),
    )


def _starts(apart: float) -> list[Normal]:
    """On either mode, and over both."""
    return [Normal(apart, STD), Normal(-apart, STD), Normal(0.1, apart)]


def _jump(by_distance: dict[float, Fit]) -> float | None:
    on_one = [apart for apart, found in by_distance.items() if abs(found.mean) > apart / 2]
    return min(on_one, default=None)
