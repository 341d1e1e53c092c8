"""The generator's three costs: their curves, and what becomes of them in real gradients.

The curves are Figure 16 of the tutorial. The measurement is the sentence of the 2014
paper that introduces the second cost: early in learning D rejects what G makes with
confidence, and log(1 - D(G(z))) saturates. A small game is played with each of the two
costs, by plain gradient descent, from a G far away from the data; at every look
the gradients of both costs are taken at the same place. (Adam would divide the length of the
gradient out again, and hide what is to be seen.)
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from minigan.base.numerics import sigmoid
from minigan.base.randomness import generator, sequence
from minigan.costs import GENERATOR_COSTS
from minigan.distributions import Normal
from minigan.figures.base import Figure, Progress, table
from minigan.figures.style import PURPLE, Axes, Picture, name_all_curves, name_curves, new_picture
from minigan.figures.toy import NOISE, players
from minigan.game import Algorithm1, GeneratorTurn
from minigan.layers import Linear, Maxout
from minigan.layers.initialisers import normal
from minigan.networks import Sequential
from minigan.optimizers import SGD
from minigan.theory import likelihood, saturation

DATA = Normal(6.0, 0.5)  # G starts at about 0
RATE_G, RATE_D, BATCH = 0.02, 0.2, 128
STEPS, LOOK_EVERY, SEEDS = 1000, 10, 5
PROBE = 512  # noise samples at a look
PLAYED = ("minimax", "non-saturating")
EARLY = 100  # steps that count as early
ARRIVED = 0.5  # |mean of G(z) - mean of the data|
DISTANCES = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0)  # of p_g = N(d, 1) from p_data = N(0, 1)

PAIR = Normal(), Normal(1.0, 1.2)  # p_data and p_g, for maximum likelihood in the game
SAMPLES = (250, 2500, 25_000, 250_000)

STYLES: dict[str, dict[str, Any]] = {
    "minimax": {"color": "#D55E00", "ls": "-"},
    "non-saturating": {"color": "#0072B2", "ls": "--"},
    "max-likelihood": {"color": "#009E73", "ls": "-."},
}
WAYS: dict[str, dict[str, Any]] = {
    "likelihood": {"color": "black", "fmt": "s", "label": "samples of the data (Eq. 33)"},
    "score": {"color": PURPLE, "fmt": "o", "label": "samples of G, score (Eq. 34)"},
    "pathwise": {"color": "#009E73", "fmt": "^", "label": "samples of G, through D (Eq. 14)"},
}
APART = "mean of $p_g$ - mean of $p_{data}$"


class Look(NamedTuple):
    """A game at a step: mean_D of D(G(z)), mean_x of G(z), norms of each cost's gradient."""

    step: int
    mean_D: float
    mean_x: float
    norms: dict[str, float]

    @property
    def ratio(self) -> float:
        """Non-saturating gradient over minimax gradient; infinite where that has rounded to 0."""
        least = self.norms["minimax"]
        return self.norms["non-saturating"] / least if least else math.inf


class Early(NamedTuple):
    """The looks at the game of a cost and a seed, from the start to its last step."""

    cost: str
    seed: int
    looks: list[Look]


@dataclass(eq=False)
class Costs(Figure):
    """A few games with either cost, from the same starts, and their gradients measured.

    After ``play``, ``games`` are those that were finished, and ``estimates`` those of
    1/2 dKL/d(mu, s) of `PAIR`, by number of samples and way of sampling.
    """

    name = "costs"
    settings = ("steps",)

    def run(self, progress: Progress) -> None:
        """Play game after game, then sample the gradients."""
        self.steps = STEPS
        self.games: list[Early] = []
        jobs = [(start, cost) for start in range(SEEDS) for cost in PLAYED]
        seeds = [int(one) for one in sequence(self.seed).generate_state(SEEDS)]  # for both costs
        with self.until_interrupted():
            for start, cost in progress(jobs, len(jobs)):
                self.games.append(Early(cost, start, _look_at_a_game(cost, seeds[start])))
        rng = generator(sequence(self.seed).spawn(1)[0])
        self.estimates = {n: likelihood.sampled_gradients(*PAIR, n, rng) for n in SAMPLES}

    def numbers(self) -> dict:
        """``games``, ``likelihood`` and ``noise``.

        Each of the ``games`` has its ``cost, seed``, the median over the first `EARLY` steps of
        ``mean_D``, ``own_norm`` and ``ratio`` (non-saturating gradient over minimax gradient, at
        the same place), and ``arrived``, the step at which the mean of G(z) had come to the
        data's, or None. ``likelihood`` has the ``exact`` gradient 1/2 dKL/d(mu, s) of `PAIR`,
        and for each way of sampling its ``mean`` and ``error`` from the largest number of
        samples. ``noise`` is a list of dicts with the ``distance``, the relative noise of each
        cost, and the ``share`` of samples that count with max-likelihood.
        """
        gradient: dict = {"exact": (likelihood.kl_gradient(*PAIR) / 2).tolist()}
        for way, estimate in self.estimates[max(self.estimates)].items():
            gradient[way] = {"mean": estimate.mean.tolist(), "error": estimate.error.tolist()}
        noise = []
        for distance in DISTANCES:
            pair = Normal(), Normal(distance)
            noises = {cost: likelihood.relative_noise(*pair, cost) for cost in GENERATOR_COSTS}
            share = 1 / (1 + likelihood.chi_square(*pair))
            noise.append({"distance": distance, **noises, "share": share})
        return {"games": [*map(_summary, self.games)], "likelihood": gradient, "noise": noise}

    def text(self) -> str:
        """Three tables: the games, the gradient of maximum likelihood, and the noise."""
        report = self.report()
        steps = report["steps"]
        heads = ("cost", "D(G(z))", "|gradient|", "non-sat./minimax", "there at step")
        games: list[tuple] = [heads]
        for cost in PLAYED:
            played = [
                game | {"arrived": steps + 1} if game["arrived"] is None else game
                for game in report["games"]
                if game["cost"] == cost
            ]
            if played:
                *medians, there = (
                    float(np.median([game[name] for game in played]))
                    for name in ("mean_D", "own_norm", "ratio", "arrived")
                )
                games.append((cost, *medians, f"{there:.0f}" if there <= steps else f"> {steps}"))
        found = dict(report["likelihood"])
        mu, s = found.pop("exact")
        ways: list[tuple] = [("", "d/d mu", "", "d/d s"), ("exact", mu, "", s)]
        for way, estimate in found.items():
            (mu, s), (mu_error, s_error) = estimate["mean"], estimate["error"]
            ways.append((way, mu, f" +- {mu_error:.4f}", s, f" +- {s_error:.4f}"))
        noise: list[tuple] = [("d", *GENERATOR_COSTS, "share")]
        noise += [tuple(row.values()) for row in report["noise"]]
        return "\n".join(
            [
                f"The generator's costs, seed {report['seed']}, in {report['seconds']:.1f} s\n",
                f"steps 1 to {EARLY} of games far from the data, medians over steps and starts:",
                table(games, "18", ">9.3f", ">12.3f", ">18.1f", ">15"),
                "\nmax-likelihood, D = D*: the theory asks for half the gradient of "
                "KL(p_data || p_g),",
                table(ways, "14", ">10.4f", "10", ">10.4f", ""),
                "\np_data = N(0, 1), p_g = N(d, 1), D = D*: noise of a sample's gradient over "
                "the gradient,",
                "and the share of the samples that max-likelihood's gradient comes from:",
                table(noise, "<4g", ">16.2f", ">16.2f", ">16.2f", ">10.4f"),
            ]
        )

    def _draw(self) -> Picture:
        """Saturation: the costs and what they send back, by formula and in games."""
        picture = new_picture(7.6)
        curves, slopes, rejected, norms = picture.subplots(2, 2).ravel()
        _draw_costs(curves, slopes)
        _draw_games(rejected, norms, self.games)
        name_all_curves(picture, 3)
        return picture

    def _draw_more(self) -> dict[str, Picture]:
        """The fixed point, and the noise of the gradient, of maximum likelihood above all."""
        picture = new_picture(7.6)
        fixed, sampled, share, noise = picture.subplots(2, 2).ravel()
        _draw_noise(fixed, share, noise)
        _draw_estimates(sampled, self.estimates)
        name_curves(sampled)
        name_all_curves(picture, 3)
        return {"noise": picture}


def _look_at_a_game(cost: str, seed: int) -> list[Look]:
    init, main, probe = sequence(seed).spawn(3)
    G, _ = players(init)
    # 32 maxout units, and a logit that starts near 0: D begins without an opinion.
    hidden, to_logit = Maxout(1, 32, 2, bias=normal(1.0)), Linear(32, 1, weights=normal(0.01))
    D = Sequential([hidden, to_logit], seed=generator(init), name="D")
    game = Algorithm1(
        G,
        D,
        data=DATA,
        noise=NOISE,
        G_optimizer=SGD(G, RATE_G),
        D_optimizer=SGD(D, RATE_D),
        batch=BATCH,
        cost=cost,
        seed=main,
    )
    z = NOISE.sample(PROBE, generator(probe))
    looks = [_look(game, z)]
    for record in game.play(STEPS):
        if record.step % LOOK_EVERY == 0:
            looks.append(_look(game, z))
    return looks


def _look(game: Algorithm1, z: np.ndarray) -> Look:
    """Gradients of all three costs at the game's present place, on a copy of G."""
    G = game.G.copy()
    norms = {}
    for name in GENERATOR_COSTS:
        G.zero_grads()
        with np.errstate(over="ignore", invalid="ignore"):  # max-likelihood has no bound
            GeneratorTurn(G, game.D, name).gradients(generator(0), z=z)
            norms[name] = math.sqrt(float(G.grads @ G.grads))
    x = G(z)
    return Look(game.steps_done, float(sigmoid(game.D(x)).mean()), float(x.mean()), norms)


def _summary(game: Early) -> dict:
    early = [look for look in game.looks if 0 < look.step <= EARLY]
    there = (look.step for look in game.looks if abs(look.mean_x - DATA.mean) < ARRIVED)
    return {
        "cost": game.cost,
        "seed": game.seed,
        "mean_D": float(np.median([look.mean_D for look in early])),
        "own_norm": float(np.median([look.norms[game.cost] for look in early])),
        "ratio": float(np.median([look.ratio for look in early])),
        "arrived": next(there, None),
    }


def _draw_costs(curves: Axes, slopes: Axes) -> None:
    """Draw a curve for each cost, and for its slope, over D(G(z)) of one sample."""
    D, a = np.linspace(0.001, 0.98, 500), np.linspace(-7, 3, 500)
    for name, style in STYLES.items():
        curves.plot(D, saturation.sample_cost(name, D), label=name, **style)
        size = np.abs(saturation.logit_slope(name, a))
        slopes.semilogy(1 / (1 + np.exp(-a)), size, label=name, **style)
    title = "Figure 16: two of the three are flat\nwhere D rejects the sample"
    curves.set(title=title, ylim=(-8, 4), ylabel="J(G) for one sample")
    title = "what is sent back: the same at D = 1/2\nfor two of them, far apart at D = 0"
    slopes.set(title=title, ylabel="|dJ / d logit|, what D sends back")
    for ax in (curves, slopes):
        ax.set(xlim=(0, 1), xlabel="D(G(z))")


def _draw_noise(fixed: Axes, share: Axes, noise: Axes) -> None:
    """Draw a curve for each cost over distances of p_g from p_data, where D = D*."""
    means, apart, further = (
        np.linspace(-2.5, 2.5, 101),
        np.linspace(0, 3, 61),
        np.linspace(0.1, 3, 30),
    )
    z, w = np.polynomial.hermite_e.hermegauss(60)
    logits = [likelihood.optimal_logit(Normal(), Normal(float(d)), d + z)[0] for d in apart]
    for name, style in STYLES.items():
        slope = [likelihood.pathwise_gradient(Normal(), Normal(mu), name)[0][0] for mu in means]
        fixed.plot(means, slope, label=name, **style)
        # 1 / (1 + chi^2) of the samples, for max-likelihood; by quadrature for the others
        shares = [saturation.effective_share(saturation.logit_slope(name, at), w) for at in logits]
        share.plot(apart, shares, label=name, **style)
        noises = [likelihood.relative_noise(Normal(), Normal(float(d)), name) for d in further]
        noise.semilogy(further, np.square(noises), label=name, **style)
    fixed.axhline(0, color="black", lw=0.5)
    fixed.axvline(0, color="black", lw=0.5)
    fixed.set(title="one fixed point: $p_g = p_{data}$", ylabel="expected gradient, D = D*")
    title = "how many samples the gradient comes from:\nwith max-likelihood, few"
    share.set(title=title, ylabel="share of the samples", ylim=(0, 1.05))
    title = "max-likelihood: a few samples do it all,\nso its gradient is noise"
    noise.set(title=title, ylabel="samples needed: noise = gradient")
    for ax in (fixed, share, noise):
        ax.set_xlabel(APART)


def _draw_games(rejected: Axes, norms: Axes, games: list[Early]) -> None:
    """D(G(z)), and both gradients where the minimax games are: the same G, D and z."""
    for name, style in STYLES.items():
        chosen = [game for game in games if game.cost == name]
        _draw_looks(rejected, chosen, lambda look: look.mean_D, name, style)
    title = "measured (median thick): with minimax,\nD rejects G's samples for long"
    rejected.set(title=title, xlabel="step", ylabel="mean D(G(z))", ylim=(0, 1))
    chosen = [game for game in games if game.cost == "minimax"]
    for name in PLAYED:
        _draw_looks(norms, chosen, lambda look, name=name: look.norms[name], name, STYLES[name])
    title = "measured at the same places: where D rejects,\nminimax has little gradient"
    norms.set(xlabel="step of the minimax game", yscale="log")
    norms.set(title=title, ylabel="length of the gradient of theta_G")


def _draw_looks(ax: Axes, games: list[Early], number: Callable, label: str, style: dict) -> None:
    """Every game as a thin line, their median as a thick one."""
    if not games:
        return
    steps = [look.step for look in games[0].looks]
    curves = [[number(look) for look in game.looks] for game in games]
    for curve in curves:
        ax.plot(steps, curve, lw=0.8, alpha=0.6, **style)
    ax.plot(steps, np.median(curves, axis=0), lw=2, label=label, **style)


def _draw_estimates(ax: Axes, estimates: dict[int, dict[str, likelihood.Estimate]]) -> None:
    exact = float(likelihood.kl_gradient(*PAIR)[0] / 2)
    for i, (way, style) in enumerate(WAYS.items()):
        at = [n * 1.25 ** (i - 1) for n in estimates]  # beside one another
        means = [estimate[way].mean[0] for estimate in estimates.values()]
        errors = [estimate[way].error[0] for estimate in estimates.values()]
        ax.errorbar(at, means, errors, ms=5, capsize=3, **style)
    ax.axhline(exact, color="black", lw=0.8, ls=":", label="1/2 dKL($p_{data}$ || $p_g$)/d$\\mu$")
    title = "max-likelihood with D = D*: samples of G\nfind the gradient of the KL divergence"
    ax.set(xscale="log", xlabel="samples")
    ax.set(title=title, ylabel="gradient at $\\mu$, with standard error")
