"""One Gaussian for a mixture of two, by either KL and by JSD; maximum likelihood as a KL.

Figure 14 of the tutorial with JSD as a third panel, and the argument before it: Eq. 1 to 4
with Figure 8. The fits are optimised, not drawn by hand, and every local minimum that was
found is reported: the two directions of KL differ in where they are lowest.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from minigan.base.randomness import generator
from minigan.distributions import Mixture, Normal
from minigan.figures.base import Figure, Progress, table
from minigan.figures.style import Axes, Picture, name_curves, new_picture
from minigan.theory import which_kl as theory
from minigan.theory.which_kl import DIVERGENCES, Fit

APART, STD = 2.0, 0.7  # the modes are at -APART and APART
SEPARATIONS = tuple(round(0.5 + 0.125 * i, 3) for i in range(25))
TRUTH, EXAMPLES, RESOLUTION = Normal(), 12, 0.05  # data for maximum likelihood
MEANS = np.linspace(-2, 2, 41)
JUMP = 0.5  # of the best Gaussian's std: more, and it is another minimum

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


@dataclass(eq=False)
class WhichKL(Figure):
    """One Gaussian fitted to two, under three divergences, at several distances of the modes.

    The ``seed`` is that of the examples for maximum ``likelihood``; the fits are not random.
    After ``play``, ``fits`` has the local minima for modes at -APART and APART, the lowest
    first; ``sweep`` the lowest for each distance of the modes from 0, by divergence.
    """

    name = "which-kl"

    def run(self, progress: Progress) -> None:
        """Fit one Gaussian after the other; the first are those for modes at APART."""
        self.likelihood = _likelihood(self.seed)
        self.fits: dict[str, list[Fit]] = {}
        self.sweep: dict[str, dict[float, Fit]] = {name: {} for name in DIVERGENCES}
        jobs = [(name, apart) for apart in (APART, *SEPARATIONS) for name in DIVERGENCES]
        with self.until_interrupted():
            for name, apart in progress(jobs, len(jobs)):
                starts = [Normal(apart, STD), Normal(-apart, STD), Normal(0.1, apart)]
                found = theory.fit(name, mixture(apart), starts)
                self.fits.setdefault(name, found)
                self.sweep[name][apart] = found[0]

    def numbers(self) -> dict:
        """``moments`` of p_data, the ``fits``, their ``jumps``, and the ``likelihood``.

        ``fits`` is for each divergence a list of its local minima ``mean, std, divergence``;
        ``jumps`` the smallest distance of the modes from 0 at which the best Gaussian sits
        on one of them, or None; ``likelihood`` has as its ``constant`` the largest difference
        between KL(P^ || Q) + mean log-likelihood and -H(P^) over all models tried.
        """
        target, one = theory.moments(mixture()), self.likelihood
        off = one.divergences + one.log_likelihoods + one.entropy
        jumps: dict[str, float | None] = {}
        for name, by_distance in self.sweep.items():
            on_one = [apart for apart, best in by_distance.items() if abs(best.mean) > apart / 2]
            jumps[name] = min(on_one, default=None)
        return {
            "moments": {"mean": target.mean, "std": target.std},
            "fits": {name: [found._asdict() for found in fits] for name, fits in self.fits.items()},
            "jumps": jumps,
            "likelihood": {
                "examples": len(one.x),
                "mean": one.best.mean,
                "std": one.best.std,
                "constant": float(np.abs(off).max()),
                "best_by_likelihood": float(MEANS[one.log_likelihoods.argmax()]),
                "best_by_divergence": float(MEANS[one.divergences.argmin()]),
            },
        }

    def text(self) -> str:
        """Every minimum that was found, the jumps, and maximum likelihood as a divergence."""
        report = self.report()
        mean, std = report["moments"].values()
        asked = {
            "forward": f"mean {mean:z.3f}, std {std:.3f}: all modes",
            "reverse": f"mean +-{APART:g}, std about {STD:g}: one mode",
            "jsd": "between the two",
        }
        rows = [("minimised", "the theory asks", "found: mean, std, nats")]
        for name, fits in report["fits"].items():
            first, asks = DIVERGENCES[name].name, asked[name]
            for found in fits:
                numbers = f"{found['mean']:z7.3f}{found['std']:7.3f}{found['divergence']:8.4f}"
                rows.append((first, asks, numbers))
                first, asks = "", "  (another local minimum)"
        jumps = [
            f"  {DIVERGENCES[name].name:18}{'never' if at is None else f'from d = {at:g} on'}"
            for name, at in report["jumps"].items()
        ]
        likelihood = report["likelihood"]
        return "\n".join(
            [
                f"One Gaussian for two, seed {report['seed']}, in {report['seconds']:.1f} s\n",
                table(rows, "18", "38", ""),
                "\nmodes at -d and d: the best Gaussian sits on one of them",
                *jumps,
                f"\nKL(P^||Q) + mean log-likelihood + H(P^) = 0 for all Q: "
                f"{likelihood['constant']:.1e}",
                f"best N(mu, 1): mu = {likelihood['best_by_likelihood']:z.1f} by likelihood, "
                f"{likelihood['best_by_divergence']:z.1f} by KL",
            ]
        )

    def _draw(self) -> Picture:
        """The best Gaussian by each divergence, and over the distance of the modes."""
        picture = new_picture(8)
        *panels, jumps = picture.subplots(2, 2).ravel()
        for name, by_distance in self.sweep.items():
            at = sorted(by_distance)
            stds = [by_distance[apart].std for apart in at]
            breaks = np.flatnonzero(np.abs(np.diff(stds)) > JUMP) + 1
            curve = (np.insert(np.asarray(one, float), breaks, np.nan) for one in (at, stds))
            label = DIVERGENCES[name].name.replace("p_data", "$p_{data}$")
            jumps.plot(*curve, label=label, **STYLES[name])
        title = "far apart, all but maximum likelihood\ngive up a mode"
        jumps.set(title=title, xlabel="distance of the modes from 0")
        jumps.set_ylabel("std of the best Gaussian")
        for ax, name in zip(panels, DIVERGENCES, strict=True):
            _draw_fits(ax, name, self.fits.get(name, []))
        for ax in picture.axes:
            name_curves(ax)
        return picture

    def _draw_more(self) -> dict[str, Picture]:
        """Maximum likelihood is the least KL(p_data || q): Figure 8, and the sides of Eq. 4."""
        picture = new_picture(4.4)
        pushes, equal = picture.subplots(1, 2)
        _draw_likelihood(pushes, equal, self.likelihood)
        name_curves(pushes)
        name_curves(equal)
        return {"likelihood": picture}


def mixture(apart: float = APART) -> Mixture:
    """Two Gaussians of equal weight, at -apart and apart."""
    return Mixture([-apart, apart], STD)


def _likelihood(seed: int) -> Likelihood:
    x = np.asarray(TRUTH.sample(EXAMPLES, generator(seed))[:, 0], np.float64)
    seen = theory.record(x, RESOLUTION)
    P = theory.empirical(seen)
    P = P[P > 0]
    models = [Normal(float(mu)) for mu in MEANS]
    return Likelihood(
        x=x,
        best=theory.most_likely(x),
        log_likelihoods=np.array([theory.average_log_likelihood(seen, model) for model in models]),
        divergences=np.array([theory.empirical_kl(seen, model) for model in models]),
        entropy=-float(P @ np.log(P)),
    )


def _draw_likelihood(pushes: Axes, equal: Axes, likelihood: Likelihood) -> None:
    """Draw Figure 8, every example pushing the density up where it lies, and the sides of Eq. 4."""
    x = np.linspace(-4, 4, 400)
    before, after = Normal(0.0, 1.8), likelihood.best
    pushes.plot(x, before.pdf(x), color="gray", ls="--", label="before")
    pushes.plot(x, after.pdf(x), color="#0072B2", label="at the maximum of the likelihood")
    arrow = {"arrowstyle": "-|>", "lw": 1.2, "color": "#D55E00"}
    for point in likelihood.x:
        height = float(before.pdf(point))
        pushes.annotate("", (point, height + 0.09), (point, height), arrowprops=arrow)
    zeros = np.zeros_like(likelihood.x)
    pushes.plot(likelihood.x, zeros, "o", color="black", ms=6, label="examples")
    title = "Figure 8: every example pushes the density up;\nelsewhere it must come down"
    pushes.set(title=title, xlabel="x", ylim=(-0.01, float(after.pdf(after.mean)) + 0.2))

    against, divergences = -likelihood.log_likelihoods, likelihood.divergences
    equal.plot(MEANS, against, color="#D55E00", ls="--", label="-mean log-likelihood")
    equal.plot(MEANS, divergences, color="#0072B2", label=r"KL($\hat{p}_{data}$ || q)")
    middle = len(MEANS) // 2
    at, top, bottom = MEANS[middle], against[middle], divergences[middle]
    equal.annotate("", (at, top), (at, bottom), arrowprops={"arrowstyle": "<->"})
    equal.text(at + 0.08, (top + bottom) / 2, r"$H(\hat{p}_{data})$ for all q")
    equal.axvline(MEANS[divergences.argmin()], color="black", lw=0.6, ls=":")
    equal.set(xlabel=r"$\mu$ of the model $q = N(\mu, 1)$", ylim=(0, None))
    equal.set(title="Eq. 4: the same curve, shifted;\nthe same best model", ylabel="nats")


def _draw_fits(ax: Axes, name: str, fits: list[Fit]) -> None:
    """The lowest minimum with a thick line, as low ones too, higher ones thin."""
    x = np.linspace(-6, 6, 500)
    ax.fill_between(x, mixture().pdf(x), color="black", alpha=0.15, lw=0, label="$p_{data}$")
    for found in fits:
        lowest = found.divergence < fits[0].divergence + 1e-6
        label = f"{found.divergence:.3f} nats" + ("" if lowest else ", a local minimum")
        look: dict[str, Any] = {
            "lw": 2.4 if lowest else 1.2,
            "ls": "-" if found is fits[0] else "--",
        }
        q = Normal(found.mean, found.std)
        ax.plot(x, q.pdf(x), color=STYLES[name]["color"], label=label, **look)
    ax.set(title=TITLES[name], xlabel="x", ylim=(0, 1.05))
