"""Errors planted in the theory, the costs and the game: each turns its line of the table red."""

import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from minigan import costs
from minigan.base.randomness import Streams, generator
from minigan.game.game import Game
from minigan.game.records import Record
from minigan.game.turns import DiscriminatorTurn, SimultaneousTurn
from minigan.identities import (
    MODULES,
    costs_and_learning,
    fixed_densities,
    game_dynamics,
    generated_densities,
    played_games,
    single_steps,
)
from minigan.networks.sequential import Sequential
from minigan.optimizers import SGD, Adam
from minigan.passes.cpu import LinearPass
from minigan.theory import (
    bilinear_game,
    binned,
    divergences,
    f_divergences,
    function_space,
    game_state,
    likelihood,
    mode_collapse,
    optimum,
    saturation,
    update_rules,
    which_kl,
)
from minigan.theory.pushforward import PushForward


def everywhere(monkeypatch, owner, name, wrong):
    """Put another function in its place, wherever minigan has imported it, or keeps it by name."""
    right = getattr(owner, name)
    monkeypatch.setattr(owner, name, wrong)
    if isinstance(owner, type):
        return
    for key, module in list(sys.modules.items()):
        if key.startswith("minigan") and getattr(module, name, None) is right:
            monkeypatch.setattr(module, name, wrong)
    for key, cost in costs.GENERATOR_COSTS.items():
        if cost is right:
            monkeypatch.setitem(costs.GENERATOR_COSTS, key, wrong)


def scaled(*factors):
    """The results, each times its factor; one factor is of all."""

    def wrong(right):
        def function(*given, **named):
            found = right(*given, **named)
            if not isinstance(found, tuple):
                return found * factors[0]
            by = factors if len(factors) > 1 else factors * len(found)
            return tuple(part * factor for part, factor in zip(found, by, strict=True))

        return function

    return wrong


def given(change):
    """The function of other arguments."""
    return lambda right: lambda *args, **named: right(*change(*args), **named)


def judged(**changes):
    """`GeneratorState.judge` with other figures."""

    def wrong(right):
        def judge(self, D):
            found = right(self, D)
            return found._replace(**{name: change(found) for name, change in changes.items()})

        return judge

    return wrong


def after(change):
    """The constructor, and then a change of what it has made."""

    def wrong(right):
        def init(self, *args, **named):
            right(self, *args, **named)
            change(self)

        return init

    return wrong


def attribute(name, change):
    """An attribute that is something else once it is made."""
    return after(lambda made: setattr(made, name, change(getattr(made, name))))


def never_shown_a_fake(right):
    return lambda self, rng, z, x: right(
        SimpleNamespace(G=Echo(x), D=self.D, cost=self.cost), rng, z, x
    )


class Echo:
    """A generator that has the data."""

    def __init__(self, x):
        self.x = x

    def forward(self, z, rng=None):
        return self.x, None


def each_turn_once(right):
    def step(self):
        record = Record(step=self.steps_done + 1)
        for turn in self.turns:
            record.update(self._take(turn))
        self.steps_done += 1
        return record

    return step


def drawn_once(right):
    """The first minibatch for ever."""

    def minibatch(self, name, times=1):
        kept = vars(self).setdefault("kept", {})
        if name not in kept:
            kept[name] = right(self, name, times)
        return kept[name]

    return minibatch


def without_momentum(right):
    return lambda self, name, t=None: 0.0 if name == "momentum" else right(self, name, t)


def every_row(change):
    """The table of f-divergences with other rows."""
    return lambda table: tuple(replace(row, **change(row)) for row in table)


# What is wrong, where it is planted, how, and the line of the table that must turn red.
G, F, C = generated_densities, fixed_densities, costs_and_learning
M, S, P = game_dynamics, single_steps, played_games
MUTATIONS = {
    # The exact p_g
    "p_g doubled": (PushForward, "pdf", scaled(2), G, "integral of p_g = 1"),
    "p_g of the wrong place": (
        PushForward, "pdf", given(lambda self, x: (self, x + 1e-3)), G, "p_g of G(z) = z^3",
    ),
    "CDF shifted": (
        PushForward, "cdf", given(lambda self, x: (self, x + 1e-3)), G, "CDF of G(z) = cos z",
    ),
    "CDF and density of different things": (
        PushForward, "cdf", scaled(0.999), G, "integral of p_g up to x = CDF",
    ),
    "CDF from above": (
        PushForward, "cdf", lambda right: lambda *args: 1 - right(*args), G, "10,000 samples",
    ),
    "quadrature weights of p_g": (
        PushForward, "quadrature", scaled(1, 1.0001, 1), G, "E_g[x^2] = E_z[G(z)^2]",
    ),
    "CDF without what lies beyond a fold": (
        PushForward, "cdf",
        lambda right: lambda self, x: right(self, np.minimum(x, self.critical[-2])),
        G, "integral of p_g up to x = CDF, x beyond the folds",
    ),
    "CDF without its atoms": (
        PushForward, "cdf", given(lambda self, x: (self, np.nextafter(x, -np.inf))),
        G, "G(z) = max(z - b, 0): CDF at the atom",
    ),
    "atoms lost": (PushForward, "__init__", attribute("atoms", lambda a: []), G, "G(z) = max"),
    # A generator and a discriminator against them
    "log 4 -> log 2 in JSD": (
        game_state.GeneratorState, "__init__", attribute("jsd", lambda jsd: jsd - np.log(2) / 2),
        G, "JSD(p_data || p_g), G(z) = a z + b",
    ),
    "JSD doubled": (
        game_state.GeneratorState, "__init__", attribute("jsd", lambda jsd: 2 * jsd),
        G, "JSD, G(z) = z + b, uniform",
    ),
    "C(G) off by log 4": (
        game_state.GeneratorState, "__init__", attribute("c_of_g", lambda c: c + np.log(4)),
        G, "C(G), G(z) = a z + b",
    ),
    "D* swapped": (
        game_state, "optimal_discriminator", given(lambda p, q: (q, p)), G, "D*(x) against p_g",
    ),
    "inner_gap doubled": (
        game_state.GeneratorState, "judge", judged(inner_gap=lambda of: 2 * of.inner_gap),
        G, "C(G) - V(G, D) = integral",
    ),
    "V(G, D) with the tutorial's half": (
        game_state.GeneratorState, "judge", judged(value=lambda of: of.value / 2),
        G, "V(G, D) of a linear D",
    ),
    "accuracy of a D upside down": (
        game_state.GeneratorState, "judge", judged(accuracy=lambda of: 1 - of.accuracy),
        P, "mean accuracy of D in a game",
    ),
    "mean of D under data twice": (
        game_state.GeneratorState, "judge", judged(mean_on_fake=lambda of: of.mean_on_data),
        G, "E_g[D]",
    ),
    "|D - D*| halved": (
        game_state.GeneratorState, "judge", judged(d_gap=lambda of: of.d_gap / 2), G, "E|D - D*|",
    ),
    # Costs
    "sign of V": (costs, "value", scaled(-1), S, "costs, value"),
    "J_D without its half": (
        costs, "discriminator_cost", scaled(2), S, "costs, discriminator_cost",
    ),
    "J_D the other way round": (
        costs, "discriminator_cost", given(lambda a, b: (b, a)), S, "costs, discriminator_cost",
    ),
    "sign of minimax": (costs, "minimax_cost", scaled(-1), P, "mean J_G of a game, minimax"),
    "non-saturating saturates": (
        costs, "non_saturating_cost", lambda right: costs.minimax_cost, S, "costs, non-saturating",
    ),
    "max-likelihood without its half": (
        costs, "maximum_likelihood_cost", scaled(2), P, "mean J_G of a game, max-likelihood",
    ),
    "sign of minimax's gradient": (
        costs, "minimax_cost", scaled(1, -1), P, "mean gradient of J_G in a game, minimax",
    ),
    "sign of half of D's gradient": (
        DiscriminatorTurn, "__init__", attribute("cost", scaled(1, 1, -1)),
        P, "mean gradient of J_D in a game",
    ),
    "D's gradient by the wrong size": (
        costs, "discriminator_cost", scaled(1, 1, 4 / 3), S, "gradient of discriminator_cost",
    ),
    # The game
    "D never shown a fake": (
        DiscriminatorTurn, "gradients", never_shown_a_fake, P, "mean J_D of a game",
    ),
    "D trained without fakes": (
        DiscriminatorTurn, "gradients", never_shown_a_fake, P, "D after 600 updates against D*",
    ),
    "k ignored": (Game, "step", each_turn_once, P, "updates of D in n steps = k n"),
    "k ignored in training": (Game, "step", each_turn_once, P, "C(G) - V(G, D) after 600 updates"),
    "D descends where it should climb": (
        SGD, "_update", given(lambda self, p, g, lr: (self, p, -g, lr)),
        P, "D after 600 updates against D*",
    ),
    "one minibatch for ever": (Game, "_minibatch", drawn_once, P, "mean J_D of a game"),
    "noise drawn once for both turns": (Game, "_minibatch", drawn_once, P, "noise drawn from p_z"),
    "one random stream for all": (
        Streams, "__getitem__", lambda right: lambda self, name: generator(7),
        P, "data and noise of a game are not correlated",
    ),
    "both players at once, G uphill": (
        SimultaneousTurn, "__init__", attribute("cost", scaled(1, -1)),
        S, "gradient of J_G, moving at once",
    ),
    "D's own message to G off by 1 %": (
        LinearPass, "backward",
        lambda right: lambda *args: None if (dx := right(*args)) is None else 1.01 * dx,
        S, "gradient of J_G, moving in turn",
    ),
    "gradients added up from step to step": (
        Sequential, "zero_grads", lambda right: lambda self: None, S, "gradient of J_D, moving at",
    ),
    "rate squared": (
        SGD, "_update", given(lambda self, p, g, lr: (self, p, g, lr * lr)),
        S, "first update by SGD",
    ),
    "no momentum": (SGD, "rate", without_momentum, S, "second update = mu times"),
    "Adam without its second moment": (
        Adam, "_update", lambda right: lambda self, p, g, lr: p.__isub__(lr * g),
        S, "first update by Adam",
    ),
    "a batch of twice the size": (
        Game, "_minibatch", given(lambda self, name: (self, name, 2)),
        P, "examples drawn from p_data",
    ),
    # Proposition 1, smoothing, Theorem 1
    "payoff with the sides swapped": (
        optimum, "pointwise_payoff", given(lambda y, a, b: (y, b, a)), F, "argmax over y",
    ),
    "beta missing in Eq. 15": (
        optimum, "smoothed_optimum", given(lambda p, q, alpha, beta: (p, q, alpha, 0.0)),
        F, "D* = ((1 - alpha) p_data + beta p_g) / (p_data + p_g), two-sided",
    ),
    "logit of D* a little too steep": (
        optimum, "optimal_logit",
        lambda right: lambda *args: lambda x: 1.01 * right(*args)(x),
        F, "C(G) = -log 4 + 2 JSD(p_data || p_g): a Gaussian",
    ),
    "JSD without its half": (
        divergences, "jensen_shannon", scaled(2), F, "JSD = H(m) - (H(p) + H(q)) / 2",
    ),
    "JSD of disjoint densities": (
        divergences, "jensen_shannon", scaled(2), F, "JSD = log 2, disjoint supports",
    ),
    "C(G) halved": (optimum, "c_of_g", scaled(0.5), F, "C(G), Gaussians 4 to 8 std apart"),
    "KL reversed": (divergences, "kl", given(lambda p, q: (q, p)), F, "KL(Gaussian || Gaussian)"),
    "KL(p || q) with q's log missing": (
        divergences, "kl_integrand", given(lambda p, q: (p, q / 2)), F, "KL(Laplace || Laplace)",
    ),
    "integrals off by 1e-6": (
        divergences, "integral", scaled(1 + 1e-6), F, "C(G), uniform, overlapping",
    ),
    "TV without its half": (divergences, "total_variation", scaled(2), F, "TV(Gaussian, Gaussian)"),
    "masses of bins": (binned, "js_masses", scaled(1.01), F, "JSD of 34 bins <= JSD"),
    "bound on what bins lose": (
        binned, "kl_loss_bound", scaled(0.1), F, "KL <= KL of 34 bins + what they can lose",
    ),
    "conjugates": (
        f_divergences, "TABLE",
        every_row(lambda row: {"conjugate": lambda t: row.conjugate(t) + 1e-3}),
        F, "f*(t) = sup over u",
    ),
    "slopes f'": (
        f_divergences, "TABLE",
        every_row(lambda row: {"slope": lambda u: 0.99 * row.slope(u)}), F, "D_f = E_P[T]",
    ),
    # Learning
    "slopes at the logit": (saturation, "logit_slope", scaled(-1), C, "dJ/da of J = -1/2 log D"),
    "score": (likelihood, "score", scaled(-1), C, "-E_data[d log p_g/ds]"),
    "gradient through x": (likelihood, "pathwise_gradient", scaled(1.01, 1), C, "p_g near p_data"),
    "quadrature weights": (
        likelihood, "_quadrature", scaled(1, 1.001), C, "E_g[f d log p_g/ds]",
    ),
    "chi^2 without - 1": (
        likelihood, "chi_square", lambda right: lambda p, q: right(p, q) + 1,
        C, "share of samples that count",
    ),
    "KL of recorded data reversed": (
        which_kl, "empirical_kl", scaled(-1), C, "KL(p^_data||q) of recorded data",
    ),
    "likelihood of the neighbouring cell": (
        which_kl, "average_log_likelihood",
        given(lambda seen, q: (seen._replace(edges=seen.edges + 3), q)),
        C, "mean log-likelihood of 500 data",
    ),
    "KL fitted in the place of JSD": (
        which_kl, "fit", given(lambda name, *rest: ({"jsd": "forward"}.get(name, name), *rest)),
        C, "argmin JSD over Gaussians",
    ),
    "the other KL": (
        which_kl, "fit", given(lambda name, *rest: ("reverse", *rest)),
        C, "argmin KL(p_data||q) over Gaussians: deviation",
    ),
    "NCE without noise": (
        update_rules, "climb", given(lambda a, b, data, fake, da: (
            a, b, data, fake._replace(w=0 * fake.w), da)), C, "NCE: p_model = p_data",
    ),
    # Games in motion
    "log 4 -> log 2 in function space": (
        function_space, "LOG4", lambda right: right / 2, M, "p_g -> p_data: JSD = 0",
    ),
    "slope dU/dp_g": (function_space, "slope", scaled(1.1), M, "dC/dp_g = dU/dp_g"),
    "eta doubled": (
        function_space, "mirror_step", given(lambda p, g, eta: (p, g, 2 * eta)),
        M, "one step with eta = 1",
    ),
    "U(p_g, D) off by 1e-9": (
        function_space, "value", scaled(1 + 1e-9), M, "U(p_g, D) = sum p_data log D",
    ),
    "both step at once": (
        bilinear_game, "alternating", lambda right: bilinear_game.simultaneous,
        M, "alternating: x^2 + y^2 - eta x y stays",
    ),
    "no extra step": (
        bilinear_game, "extragradient", lambda right: bilinear_game.simultaneous,
        M, "extragradient",
    ),
    "optimistic without its memory": (
        bilinear_game, "optimistic", lambda right: bilinear_game.simultaneous, M, "optimistic",
    ),
    "the worst single point": (
        mode_collapse, "one_point_minimax",
        lambda right: lambda p: max(function_space.criterion(p, one) for one in np.eye(p.size)),
        M, "one-point G: min max",
    ),
    "G answers where D is smallest": (
        mode_collapse, "best_response", given(lambda a: (-a,)), M, "min_G V(G, D) = sum",
    ),
}  # fmt: skip


def test_there_are_enough_of_them_and_every_module_has_some():
    assert len(MUTATIONS) >= 25
    assert {module for *_, module, _ in MUTATIONS.values()} == set(MODULES)


def marked(name):
    """The mutation; those of `fixed_densities`, whose integrals take a while, are slow."""
    slow = [pytest.mark.slow] if MUTATIONS[name][3] is F else []
    return pytest.param(name, marks=slow)


@pytest.mark.parametrize("name", [*map(marked, MUTATIONS)])
def test_a_planted_error_turns_its_line_red(name, monkeypatch):
    owner, attribute, wrong, module, statement = MUTATIONS[name]
    everywhere(monkeypatch, owner, attribute, wrong(getattr(owner, attribute)))
    with np.errstate(all="ignore"):
        line = next(one for one in module.identities(0) if one.statement.startswith(statement))
    assert not line.holds, line
