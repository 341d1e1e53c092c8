"""One Gaussian fitted to two by the game of each f-divergence, beside the exact minimiser.

Figure 14 of the tutorial by adversarial training: the divergence decides what is given up, from
all of both modes (Pearson, Kullback-Leibler) to one mode alone (reverse Kullback-Leibler, Neyman).
"""

from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, ClassVar, NamedTuple

import numpy as np

from minigan.base.randomness import Streams
from minigan.distributions import Normal
from minigan.figures.base import Figure, Progress, table
from minigan.figures.style import P_DATA, P_G, PURPLE, Axes, Picture, name_all_curves, new_picture
from minigan.game import Game
from minigan.layers import Linear, Tanh
from minigan.layers.initialisers import constant
from minigan.networks import Sequential
from minigan.optimizers import Adam
from minigan.schedules import late_decay
from minigan.theory import which_kl
from minigan.theory.which_kl import Fit
from minigan.variants.conditional_toys import network
from minigan.variants.f_gan import ROWS, turns

FALL = 0.05  # learning rates are constant for half of the steps, then fall to 5 %
PANELS = 2000  # of the quadrature: total variation has kinks
STARTS = (Normal(-0.5, 1.0), Normal(1.9, 0.5))  # of the exact fits


class TwoGaussians:
    """.7 N(-1, .7^2) + .3 N(2, .5^2)."""

    parts: ClassVar = ((0.7, Normal(-1.0, 0.7)), (0.3, Normal(2.0, 0.5)))

    def pdf(self, x):
        """Density at points x."""
        return sum(weight * part.pdf(x) for weight, part in self.parts)

    def cdf(self, x):
        """Probability at or below x."""
        return sum(weight * part.cdf(x) for weight, part in self.parts)

    def interval(self) -> tuple[float, float]:
        """The outer ends of the parts' intervals."""
        low, high = zip(*(part.interval() for _, part in self.parts), strict=True)
        return min(low), max(high)

    def sample(self, m: int, rng: np.random.Generator) -> np.ndarray:
        """m independent rows, float32, shape (m, 1)."""
        (weight, first), (_, second) = self.parts
        a, b = first.sample(m, rng), second.sample(m, rng)
        return np.where(rng.random((m, 1)) < weight, a, b)


DATA = TwoGaussians()


class Setting(NamedTuple):
    """Settings of a row's training: G's first mu and sigma, steps, D's turns a step, and so on."""

    row: str
    start: tuple[float, float] = (0.5, 1.5)
    steps: int = 2500
    k: int = 2
    rate_D: float = 3e-3
    rate_G: float = 3e-3
    penalty: float = 0.0
    batch: int = 256
    width: int = 32  # units a hidden layer of D


ONE_MODE = (-0.5, 1.0)  # a start from which the way to one mode is short
SETTINGS = {
    "KL": Setting("Kullback-Leibler"),
    "reverse KL": Setting(
        "reverse Kullback-Leibler", ONE_MODE, 5000, rate_D=2e-3, rate_G=2e-3, width=48
    ),
    "Pearson": Setting("Pearson chi-square", rate_G=2e-3),
    "Neyman": Setting("Neyman chi-square", (-0.9, 0.8), k=3, rate_D=1e-3, rate_G=1e-3),
    "squared Hellinger": Setting("squared Hellinger"),
    "Jensen-Shannon": Setting("Jensen-Shannon"),
    "total variation": Setting("total variation", (-0.5, 1.2), 4000, 6, 2e-3, 5e-4, penalty=0.002),
    "TV, no penalty": Setting("total variation"),
    "Jeffrey": Setting("Jeffrey over log u", steps=4000, k=4, rate_D=2e-3, rate_G=1e-3),
    "alpha 1/2": Setting("alpha = 0.5", steps=5000, rate_D=2e-3, rate_G=2e-3, batch=512, width=48),
}
CONTROL = "TV, no penalty"
EXACT: dict[str, Any] = {"color": PURPLE, "lw": 5.5, "label": "best Gaussian, exact"}
NEAR = 0.05  # asked of mean and std; EXCESS of D_f
EXCESS = 0.005


class Trained(NamedTuple):
    """Means over the last fifth of a game: of p_g = N(mean, std^2), and of the estimate F."""

    mean: float
    std: float
    F: float


@dataclass(eq=False)
class FGan(Figure):
    """One Gaussian, G(z) = mu + sigma z, against p_data of two, under each divergence.

    The ``seed`` is that of the games; the exact fits are not random. After ``play``, ``exact``
    has the best Gaussian by divergence, and ``trained`` where the game ended.
    """

    name = "f-gan"
    asked: ClassVar = {f"fits.{name}.excess": 0.0 for name in SETTINGS if name != CONTROL}

    def run(self, progress: Progress) -> None:
        """Find every exact minimiser, then play one game after the other."""
        self.exact: dict[str, Fit] = {}
        self.trained: dict[str, Trained] = {}
        with self.until_interrupted():
            for name in progress(tuple(SETTINGS), len(SETTINGS)):
                self.exact[name] = exact_fit(name)
                self.trained[name] = train(SETTINGS[name], self.seed)

    def numbers(self) -> dict:
        """``fits``: for each divergence the exact and the trained Gaussian, D_f and F.

        ``mu, sigma, D_f`` are exact; ``trained_mu, trained_sigma, F`` of the game; ``excess`` is
        the exact D_f of the trained Gaussian above the least one, None where it is infinite.
        """
        fits = {}
        for name, got in self.trained.items():
            best = self.exact[name]
            D_f = which_kl.divergence(divergence(name), DATA, Normal(got.mean, got.std))
            excess = D_f - best.divergence
            fits[name] = {
                **{"mu": best.mean, "sigma": best.std, "D_f": best.divergence},
                **{"trained_mu": got.mean, "trained_sigma": got.std, "F": got.F},
                "excess": excess if np.isfinite(excess) else None,
            }
        return {"fits": fits}

    def text(self) -> str:
        """A line for each divergence: the exact minimiser, the game's, and whether it is near."""
        report = self.report()
        rows: list[tuple] = [
            ("", "exact: mu", "sigma", "D_f", "trained: mu", "sigma", "F", "excess", "")
        ]
        for name, one in report["fits"].items():
            rows.append((name, *one.values(), "near" if near(one) else "not near"))
        columns = (">11.4f", ">8.4f", ">8.4f", ">13.3f", ">7.3f", ">8.3f", ">9.4f", ">10")
        return "\n".join(
            [
                f"One Gaussian for two by f-GAN, seed {report['seed']}, "
                f"in {report['seconds']:.0f} s\n",
                table(rows, "19", *columns),
                f"\nnear: mu and sigma within {NEAR:g} of the exact minimiser, excess <= {EXCESS}",
                "excess: exact D_f of the trained Gaussian, above the least; F estimates D_f",
                "GAN's game is Jensen-Shannon's: F and D_f are less by log 4, gradients equal",
            ]
        )

    def _draw(self) -> Picture:
        """A panel for each divergence: p_data, the exact Gaussian, the trained one."""
        picture = new_picture(11)
        panels = picture.subplots(5, 2, sharex=True, sharey=True).ravel()
        for ax, name in zip(panels, SETTINGS, strict=True):
            _draw_fit(ax, name, self.exact.get(name), self.trained.get(name))
        found = sum(near(one) for name, one in self.numbers()["fits"].items() if name != CONTROL)
        name_all_curves(picture, 3)
        for ax in panels[-2:]:
            ax.set_xlabel("x")
        picture.suptitle(
            f"Each divergence gives up something else, and {found} of {len(SETTINGS) - 1} games "
            "find its own best Gaussian"
        )
        return picture


def near(one: dict[str, Any]) -> bool:
    """Whether the trained Gaussian of a line of the report is the exact one, within `NEAR`."""
    off = max(abs(one["trained_mu"] - one["mu"]), abs(one["trained_sigma"] - one["sigma"]))
    return off <= NEAR and one["excess"] is not None and one["excess"] <= EXCESS


def divergence(name: str) -> which_kl.Divergence:
    """The exact divergence of a setting."""
    return which_kl.of_f(ROWS[SETTINGS[name].row].divergence)


def exact_fit(name: str) -> Fit:
    """The Gaussian of the least divergence, by quadrature."""
    return which_kl.fit(divergence(name), DATA, list(STARTS), PANELS)[0]


def train(setting: Setting, seed: int) -> Trained:
    """Play the game of a divergence; what came of it."""
    name, (mu, sigma), steps, k, rate_D, rate_G, penalty, batch, width = setting
    G = Sequential([Linear(1, 1, weights=constant(sigma), bias=mu)], name="G")
    D = network((1, width, width, 1), Tanh, 1.0, seed=Streams(seed)["init_D"], name="D")
    D_turn, G_turn = turns(G, D, replace(ROWS[name], penalty=penalty))
    D_turn.k = k
    game = Game(
        *(D_turn, G_turn),
        optimizers=[
            Adam(D, late_decay(rate_D, steps * k, FALL * rate_D), beta1=0.5),
            Adam(G, late_decay(rate_G, steps, FALL * rate_G), beta1=0.5),
        ],
        x=DATA,
        z=Normal(),
        batch=batch,
        seed=seed,
    )
    last = [
        (float(G.layers[0].b[0]), abs(float(G.layers[0].W[0, 0])), record.F)
        for record in islice(game.play(steps), steps - max(steps // 5, 1), None)
    ]
    return Trained(*map(float, np.mean(last, axis=0)))


def _draw_fit(ax: Axes, name: str, exact: Fit | None, trained: Trained | None) -> None:
    x = np.linspace(-5, 5.5, 400)
    ax.plot(x, DATA.pdf(x), **P_DATA)
    if exact is not None:
        best = Normal(exact.mean, exact.std)
        ax.plot(x, best.pdf(x), **EXACT)
    if trained is not None:
        got = Normal(trained.mean, trained.std)
        ax.plot(x, got.pdf(x), **P_G | {"label": "$p_g$, trained"})
    ax.set(title=name, ylim=(0, 0.75))
