"""Discrete outputs: bias and variance of each gradient, and strings that four games learn.

One symbol of eight, against the exact gradient; then strings of three symbols of four, from a
Markov chain, whose 64 probabilities are all computed.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from minigan.base.numerics import sigmoid, softplus
from minigan.base.randomness import Streams
from minigan.distributions import Normal
from minigan.figures.base import Figure, Progress, table
from minigan.figures.style import P_DATA, PURPLE, SIZE, Axes, Picture, name_curves, new_picture
from minigan.game import Game
from minigan.game.turns import DiscriminatorTurn, GeneratorTurn
from minigan.layers import GaussianNoise, LeakyReLU, ReLU, Tanh
from minigan.networks import Sequential
from minigan.optimizers import Adam
from minigan.schedules import late_decay
from minigan.theory.binned import js_masses
from minigan.variants import discrete, strings
from minigan.variants.conditional_toys import network
from minigan.variants.discrete import gumbel, one_hot, softmax, through_softmax

OUTCOMES, HIDDEN, SAMPLES = 8, 16, 200_000  # of the comparison of gradients
TAUS = (2.0, 1.0, 0.5, 0.2, 0.1)
WAYS = ("REINFORCE", "concrete", "straight-through", "embedding")
STEPS, BATCH, SEEDS = 2000, 128, 3
RATE_G, RATE_D = 2e-3, 1e-3  # constant for half of the steps, then falling
TAU, BLUR = 0.5, 0.3  # BLUR: std of the noise on both sides of D, for embeddings
NOISE, JUDGED = Normal(dim=4), 20_000  # z; so many of them make the exact p_g
CORNERS = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]])  # the points of four symbols
CHAIN = strings.MarkovChain()
INDEPENDENT = js_masses(CHAIN.masses, strings.independent(CHAIN.masses))

STYLES: dict[str, dict[str, Any]] = {
    "REINFORCE": {"color": "#0072B2", "marker": "o"},
    "concrete": {"color": "#009E73", "marker": "s"},
    "straight-through": {"color": "#D55E00", "marker": "^"},
    "embedding": {"color": PURPLE, "marker": "D"},
}


class Gradient(NamedTuple):
    """Bias |mean - exact| / |exact| with its standard error, variance, and that of a formula."""

    bias: float
    error: float
    variance: float
    formula: float | None = None


class Learned(NamedTuple):
    """p_g of the 64 strings, its JSD from p_data, and D's mean cost over the last fifth."""

    masses: np.ndarray
    jsd: float
    J_D: float


@dataclass(eq=False)
class Discrete(Figure):
    """Gradients for discrete outputs; the ``seed`` is that of the first game of each way.

    After ``play``, ``gradients`` has the estimators by name, ``learned`` the games by (way, seed).
    """

    name = "discrete"
    asked: ClassVar = {f"learned.{way}.median": 0.0 for way in WAYS}

    def run(self, progress: Progress) -> None:
        """Compare the gradients, then play `SEEDS` games with each."""
        self.gradients: dict[str, Gradient] = {}
        self.learned: dict[tuple[str, int], Learned] = {}
        jobs = [(way, self.seed + i) for i in range(SEEDS) for way in WAYS]
        with self.until_interrupted():
            self.gradients = compare(self.seed)
            for way, seed in progress(jobs, len(jobs)):
                self.learned[way, seed] = learn(way, seed)

    def numbers(self) -> dict:
        """``gradients`` by name, ``independent`` and ``uniform`` JSD, and ``learned`` by way.

        Of a way: ``jsd`` by seed, their ``median``, and the median of ``J_D``.
        """
        learned = {}
        for way in WAYS:
            games = [one for (name, _), one in self.learned.items() if name == way]
            learned[way] = {
                "jsd": [one.jsd for one in games],
                "median": float(np.median([one.jsd for one in games])) if games else None,
                "J_D": float(np.median([one.J_D for one in games])) if games else None,
            }
        return {
            "gradients": {name: one._asdict() for name, one in self.gradients.items()},
            "uniform": js_masses(CHAIN.masses, np.full(strings.OUTCOMES, 1 / strings.OUTCOMES)),
            "independent": INDEPENDENT,
            "learned": learned,
        }

    def text(self) -> str:
        """Bias and variance of each gradient; JSD of the strings that each game learned."""
        report = self.report()
        rows: list[tuple] = [("gradient", "bias", "+-", "variance", "by formula")]
        rows += [(name, *one.values()) for name, one in report["gradients"].items()]
        ways: list[tuple] = [("", "median JSD", "J_D", "   JSD by seed")]
        for way, one in report["learned"].items():
            seeds = " ".join(f"{jsd:.4f}" for jsd in one["jsd"])
            ways.append((way, one["median"], one["J_D"], f"   {seeds}"))
        return "\n".join(
            [
                f"Discrete outputs, seed {report['seed']}, in {report['seconds']:.0f} s\n",
                f"one symbol of {OUTCOMES}, against the exact gradient, {SAMPLES} samples",
                table(rows, "27", ">8.3f", ">8.3f", ">12.5f", ">12.5f"),
                "\nstrings of 3 symbols of 4: exact JSD of p_data and p_g, in nats",
                table(ways, "18", ">12.4f", ">8.3f", ""),
                f"marks: {report['independent']:.4f} is the best that independent symbols do, "
                f"{report['uniform']:.4f} uniform ones",
                "J_D = .693: D cannot tell; it sees concrete symbols soft, and points with noise",
            ]
        )

    def _draw(self) -> Picture:
        """Bias against variance; JSD by way; the 64 probabilities."""
        picture = new_picture(8.4)
        axes = picture.subplot_mosaic([["trade", "jsd"], ["bars", "bars"]])
        _draw_trade(axes["trade"], self.gradients)
        learned = self.numbers()["learned"]
        for i, way in enumerate(WAYS):
            jsd = learned[way]["jsd"]
            axes["jsd"].plot([i] * len(jsd), jsd, ls="", ms=9, **STYLES[way])
        axes["jsd"].axhline(INDEPENDENT, color="black", ls=":", lw=2.2)
        axes["jsd"].text(-0.3, 1.03 * INDEPENDENT, "the best independent symbols")
        axes["jsd"].set_xticks(range(len(WAYS)), WAYS)
        axes["jsd"].set_xlim(-0.5, len(WAYS) - 0.5)
        medians = [one["median"] for one in learned.values() if one["median"] is not None]
        times = INDEPENDENT / max(medians, default=INDEPENDENT)
        who = "independent symbols have"
        title = f"{who} {times:.1f} times the JSD\nof the worst median of four ways"
        axes["jsd"].set(title=title, ylabel="exact JSD, nats")
        axes["jsd"].set_ylim(0, 1.15 * axes["jsd"].get_ylim()[1])
        self._draw_bars(axes["bars"])
        for ax in picture.axes:
            name_curves(ax)
        return picture

    def _draw_bars(self, ax: Axes) -> None:
        order = np.argsort(-CHAIN.masses)
        at = np.arange(strings.OUTCOMES)
        ax.bar(at, CHAIN.masses[order], color="#BBBBBB", label=P_DATA["label"], width=0.9)
        for way in WAYS:
            if (way, self.seed) in self.learned:
                p_g = self.learned[way, self.seed].masses[order]
                ax.plot(at, p_g, ls="", ms=6, label=way, **STYLES[way])
        letters = ["".join("abcd"[i] for i in strings.ALL[j]) for j in order]
        ax.set_xticks(at, letters, rotation=90, fontsize=SIZE - 3)
        ax.margins(x=0.005)
        ax.set_yscale("function", functions=(np.sqrt, np.square))
        title = "all 64 strings, the likeliest first: $p_{data}$ (bars), $p_g$ of four games"
        ax.set(title=title, ylabel="probability")


def compare(seed: int) -> dict[str, Gradient]:
    """Every estimator of dJ/dl for one symbol, a random l and a random D."""
    rng = Streams(seed)["gradients"]
    l = rng.standard_normal(OUTCOMES)  # noqa: E741
    start = Streams(seed)["init_D"]
    D = network((OUTCOMES, HIDDEN, 1), Tanh, 1.5, seed=start, name="D", dtype="float64")
    f = softplus(-D(np.eye(OUTCOMES)))[:, 0] / 2
    exact, p = strings.exact_gradient(l, f), softmax(l)
    rows = np.broadcast_to(l, (SAMPLES, OUTCOMES))

    def summary(gradients, formula=None):
        size = np.linalg.norm(exact)
        variance = float(gradients.var(axis=0).sum())
        bias = float(np.linalg.norm(gradients.mean(axis=0) - exact) / size)
        return Gradient(bias, float((variance / SAMPLES) ** 0.5 / size), variance, formula)

    x = one_hot(rows + gumbel(rows, rng))
    baselines = {"b = 0": 0.0, "b = E f": float(p @ f), "best b": strings.best_baseline(l, f)}
    found = {}
    for name, b in baselines.items():
        gradients = (x @ f - b)[:, None] * (x - p)
        found[f"REINFORCE, {name}"] = summary(gradients, strings.reinforce_variance(l, f, b))
    for tau in TAUS:
        y = softmax((rows + gumbel(rows, rng)) / tau)
        for name, shown in (("concrete", y), ("straight-through", one_hot(y))):
            a, cache = D.forward(shown)
            dy = D.backward(-sigmoid(-a) / 2, cache, param_grads=False)
            found[f"{name}, tau = {tau:g}"] = summary(through_softmax(y, dy, tau))
    return found


def learn(way: str, seed: int) -> Learned:
    """Play a game on strings, judged by the exact p_g."""
    is_embedded = way == "embedding"
    width = 2 * strings.POSITIONS if is_embedded else len(strings.ONE_HOT[0])
    E = discrete.Embedding(CORNERS, CHAIN)
    hidden, noise = ((64, 64), [GaussianNoise(BLUR)]) if is_embedded else ((64,), [])
    bend, streams = LeakyReLU if is_embedded else ReLU, Streams(seed)
    G = network((NOISE.dim, *hidden, width), Tanh, 1.0, seed=streams["init_G"], name="G")
    D = network((width, *hidden, 1), bend, 1.4, *noise, seed=streams["init_D"], name="D")
    falls = [late_decay(rate, STEPS, 0.02 * rate) for rate in (RATE_D, RATE_G)]
    game = Game(
        *turns_of(way, G, D),
        optimizers=[Adam(D, falls[0], beta1=0.5), Adam(G, falls[1], beta1=0.5)],
        x=E if is_embedded else CHAIN,
        z=NOISE,
        batch=BATCH,
        seed=seed,
    )
    J_D = [record.J_D for record in game.play(STEPS)]
    out = G(NOISE.sample(JUDGED, Streams(seed)["judged"]))
    symbols = E.nearest(out) if is_embedded else softmax(out.reshape(JUDGED, -1, strings.SYMBOLS))
    masses = strings.mean_masses(symbols)
    jsd = js_masses(CHAIN.masses, masses / masses.sum())
    return Learned(masses, jsd, float(np.mean(J_D[-max(STEPS // 5, 1) :])))


def turns_of(way: str, G: Sequential, D: Sequential) -> list:
    """D's and G's turn of one of `WAYS`."""
    if way == "embedding":
        return [DiscriminatorTurn(G, D), GeneratorTurn(G, D)]
    symbols, tau = strings.SYMBOLS, TAU if way == "concrete" else None
    of_D = discrete.StringDiscriminatorTurn(G, D, symbols, tau=tau)
    if way == "REINFORCE":
        return [of_D, discrete.ReinforceTurn(G, D, symbols)]
    soft = discrete.ConcreteTurn if way == "concrete" else discrete.StraightThroughTurn
    return [of_D, soft(G, D, symbols, tau=TAU)]


def _draw_trade(ax: Axes, gradients: dict[str, Gradient]) -> None:
    for way in WAYS[:3]:
        own = {name: one for name, one in gradients.items() if name.startswith(way)}
        line = "" if way == "REINFORCE" else "-"
        points = np.array([(one.bias, one.variance) for one in own.values()]).reshape(-1, 2)
        ax.semilogy(*points.T, ls=line, label=way, **STYLES[way])
        for name, one in own.items():
            if name.endswith(("b = 0", "b = E f", "= 1", "= 0.1")):
                tag = name.split(", ")[1].replace("tau", r"$\tau$")
                at = (one.bias, one.variance)
                off = (-30, -14) if name == "concrete, tau = 1" else (9, 3)
                ax.annotate(tag, at, off, textcoords="offset points", fontsize=SIZE - 2)
    title = "a baseline makes REINFORCE quiet;\nrelaxed gradients trade bias for variance"
    ax.set(title=title, xlabel="bias, relative to the exact gradient", ylabel="variance")
