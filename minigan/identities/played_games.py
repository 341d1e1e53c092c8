"""Identities of games that are played: V by minibatches, k, and D against D*.

On one side stands what a `minigan.Algorithm1` did: its records, gradients, counts and networks.
On the other the exact p_g, quadrature, and closed forms. Where the one side is a
mean over minibatches, the two may differ by 4.5 of its standard errors: one in 100,000 does.
"""

import math
from collections.abc import Callable, Iterator
from itertools import chain

import numpy as np
from scipy.special import log_expit

from minigan.base.randomness import generator
from minigan.distributions import Normal
from minigan.identities.generated_densities import line
from minigan.identities.identity import Identity, claims
from minigan.identities.single_steps import Kept, game_of, random_network, slope
from minigan.schedules import exponential_decay
from minigan.theory.game_state import GeneratorState

_ERRORS = 4.5  # standard errors
_STEPS, _BATCH = 150, 200


def identities(seed: int = 0) -> Iterator[Identity]:
    """Identities of short games, from random distributions and starts."""
    rng = generator(seed)
    return chain(_played_at_rest(rng), _best_discriminator(rng), _counts(rng))


def _played_at_rest(rng: np.random.Generator) -> Iterator[Identity]:
    """Games in which both learning rates are 0: many minibatches at one point."""
    data, noise = Normal(rng.uniform(-1, 1), rng.uniform(0.7, 1.3)), Normal()
    G, D = line(rng.uniform(0.7, 1.3), rng.uniform(-1, 1)), random_network(rng)
    for name, formula in (
        ("minimax", lambda a: log_expit(-a) / 2),
        ("non-saturating", lambda a: -log_expit(a) / 2),
        ("max-likelihood", lambda a: -np.exp(a) / 2),
    ):
        game = game_of(G, D, data, noise, rng, cost=name, batch=_BATCH)
        J_G = [record.J_G for record in game.play(_STEPS)]
        exact = _expectation(lambda z, f=formula: f(D(G(z))), noise)
        statement = f"mean J_G of a game, {name} = its formula by quadrature"
        yield _mean("tutorial, 3.2", statement, J_G, exact)
    state = GeneratorState(G, noise, data)
    game = game_of(G, D, data, noise, rng, cost="minimax", batch=_BATCH)
    played = [(record, D.grads.copy(), G.grads.copy()) for record in game.play(_STEPS)]
    records, of_D, of_G = zip(*played, strict=True)
    V, J_D = state.judge(D).value, [record.J_D for record in records]
    yield _mean("2014 paper, Eq. 1", "mean J_D of a game = -V(G, D) / 2, p_g exact", J_D, -V / 2)
    right = [(record.real_accuracy + record.fake_accuracy) / 2 for record in records]
    statement = "mean accuracy of D in a game = that under p_data and p_g"
    yield _mean("Algorithm 1", statement, right, state.judge(D).accuracy)
    along = rng.normal(size=D.params.size)
    expected = slope(D.params, along, lambda: -state.judge(D).value / 2)
    statement = "mean gradient of J_D in a game = -1/2 dV/dtheta_D"
    yield _mean("Algorithm 1", statement, np.array(of_D) @ along, expected)
    along = rng.normal(size=2)
    expected = slope(G.params, along, lambda: GeneratorState(G, noise, data).judge(D).value / 2)
    statement = "mean gradient of J_G in a game, minimax = 1/2 dV/dtheta_G"
    yield _mean("Algorithm 1", statement, np.array(of_G) @ along, expected)


def _mean(source: str, statement: str, each, expected: float) -> Identity:
    """|mean - expected| in standard errors."""
    each = np.asarray(each)
    error = each.std(ddof=1) / math.sqrt(each.size)
    z = abs(each.mean() - expected) / error
    return claims(source, 1e-9)(f"{statement} (z)", z, "<=", _ERRORS)


def _expectation(f: Callable, noise: Normal) -> float:
    """E_z[f(z)] for smooth f of z (n, 1): by equal steps, all but exact."""
    z, dz = np.linspace(*noise.interval(), 4001, retstep=True)
    return float(f(z[:, None])[:, 0] @ noise.pdf(z) * dz)


def _best_discriminator(rng: np.random.Generator) -> Iterator[Identity]:
    """Gaussians of one width: the logit of D* is a line, and a linear D can be D*.

    One step with k = 600: D moves 600 times against a G that stands still.
    """
    mean, std, shift = rng.uniform(-0.5, 0.5), rng.uniform(0.8, 1.2), rng.uniform(0.8, 1.6)
    data, G, D = Normal(mean, std), line(std, mean - shift), line(0.0, 0.0)
    state = GeneratorState(G, Normal(), data)
    claim = claims("2014 paper, Prop. 1", 1e-9)
    gap = state.judge(D).inner_gap
    yield claim("C(G) - V(G, D) = 2 JSD for D = 1/2", gap, "=", 2 * state.jsd)
    rate = exponential_decay(2.0, 1.005, 1e-3)
    game_of(G, D, data, Normal(), rng, D_lr=rate, k=600, batch=1000).step()
    closed = np.array([shift, -shift * (mean - shift / 2)]) / std**2
    off = np.abs(D.params - closed).max()
    yield claim("D after 600 updates against D*: largest |dw|, |db|", off, "<=", 0.05)
    gap = state.judge(D).inner_gap
    yield claim("C(G) - V(G, D) after 600 updates of D", gap, "<=", 2e-4)
    yield claim("C(G) - V(G, D) >= 0, D trained", gap, ">=", 0.0)


def _counts(rng: np.random.Generator) -> Iterator[Identity]:
    claim = claims("Algorithm 1", 1e-12)
    k, n, m = (int(number) for number in rng.integers(2, 9, 3))
    x, z = Kept(Normal()), Kept(Normal())
    G, D = line(1.0, 0.0), line(0.5, 0.0)
    game = game_of(G, D, x, z, rng, G_lr=0.1, D_lr=0.1, k=k, batch=m)
    for _ in range(n):
        game.step()
    yield claim("updates of D in n steps = k n", game.D_optimizer.t, "=", k * n)
    yield claim("updates of G in n steps = n", game.G_optimizer.t, "=", n)
    drawn = sum(map(len, x.drawn)), sum(map(len, z.drawn))
    yield claim("examples drawn from p_data in n steps = k n m", drawn[0], "=", k * n * m)
    yield claim("noise drawn from p_z in n steps = (k + 1) n m", drawn[1], "=", (k + 1) * n * m)
    x, z = Kept(Normal()), Kept(Normal())
    game_of(G, D, x, z, rng, batch=10_000).step()
    products = (x.drawn[0] * z.drawn[0])[:, 0]
    yield _mean("Algorithm 1", "data and noise of a game are not correlated", products, 0.0)
