"""Checks of the exercises about the theory: D*, costs, divergences, bandwidths, circling."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import minigan as mg
from exercises.answers import WrongError, ask, call, require, same
from minigan.base.numerics import sigmoid, softplus
from minigan.costs import GENERATOR_COSTS
from minigan.evaluation import log_density
from minigan.theory import divergences, likelihood, optimum
from minigan.theory.bilinear_game import field

# The generator losses of exercise 6, on the logits a of D(G(z)).
LOSSES: dict[str, Callable] = {
    "A": lambda a: -np.log(sigmoid(a)).mean(),
    "B": lambda a: np.log(1 - sigmoid(a)).mean(),
    "C": lambda a: -np.log(1 - sigmoid(a)).mean(),
    "D": lambda a: _cross_entropy(sigmoid(a), 1.0),
    "E": lambda a: -_cross_entropy(sigmoid(a), 0.0),
    "F": lambda a: softplus(a).mean(),
    "G": lambda a: -np.exp(a).mean(),
}


def optimal_discriminator(answer: Callable) -> None:
    """Exercise 1: at no point may another D(x) earn more.

    Parameters
    ----------
    answer : callable
        (p_data, p_g), arrays -> D*(x), array.

    Raises
    ------
    NotYetError, WrongError
    """
    rng = np.random.default_rng(1)
    p_data, p_g = rng.uniform(0.01, 3, (2, 50))
    p_g[:5] = 0
    D = ask(answer, p_data, p_g, shape=p_data.shape)
    if D.min() < 0 or D.max() > 1:
        raise WrongError(f"a probability is in [0, 1], got {D.min():.3g} to {D.max():.3g}")
    if same(1 - D, optimum.payoff_maximiser(p_data, p_g)):
        raise WrongError("this is the probability of being generated; D(x) is that of being data")
    earned = optimum.pointwise_payoff(D, p_data, p_g)
    for other in (D + 1e-4, D - 1e-4, np.full_like(D, 0.5)):
        other = other.clip(0, 1)
        gain = optimum.pointwise_payoff(other, p_data, p_g) - earned
        i = gain.argmax()
        if gain[i] > 1e-12:
            raise WrongError(
                f"where p_data = {p_data[i]:.3f} and p_g = {p_g[i]:.3f}, D = {other[i]:.9g} "
                f"earns more than your {D[i]:.9g}"
            )


def orbit(equilibrium: Callable, path: Callable) -> None:
    """Exercise 2: nobody moves at the equilibrium, and the path obeys Eq. 27 and 28.

    Parameters
    ----------
    equilibrium : callable
        () -> (x, y).
    path : callable
        (x0, y0, t), numbers -> (x, y) at time t.

    Raises
    ------
    NotYetError, WrongError
    """
    point = ask(equilibrium, shape=(2,))
    if np.abs(field(point)).max() > 1e-12:
        x, y = field(point)
        raise WrongError(f"at your equilibrium the players still move, by ({x:.3g}, {y:.3g})")
    h = 1e-5
    for place in ((0.8, -0.3), (-0.6, 0.5), (0.0, 0.7)):  # not on one side only
        start = np.array(place)
        require(
            ask(path, *start, 0.0, shape=(2,)),
            start,
            f"t = 0, from {place}",
            opposite=(
                -start,
                f"from {place} the path begins at the opposite point: arctan(y0 / x0) gives the "
                "same angle for both, np.arctan2(y0, x0) does not",
            ),
        )
        for t in (0.4, 2.0, 9.0):
            before, now, after = (ask(path, *start, t + s, shape=(2,)) for s in (-h, 0, h))
            moves = (after - before) / (2 * h)
            if np.abs(moves - field(now)).max() > 1e-6:
                raise WrongError(
                    f"from {place}, at t = {t}, (dx/dt, dy/dt) should be (-y, x) = "
                    f"({-now[1]:.4f}, {now[0]:.4f}), got ({moves[0]:.4f}, {moves[1]:.4f})"
                )


def maximum_likelihood(answer: Callable) -> None:
    """Exercise 3: E_g[f d log p_g] is the gradient of KL(p_data || p_g), for two Gaussians.

    Parameters
    ----------
    answer : callable
        Logits of D*, array -> f, array. Constants added to f make no difference.

    Raises
    ------
    NotYetError, WrongError
    """
    data, x = mg.Normal(0.0, 1.0), np.linspace(-16, 16, 4001)
    for model in (mg.Normal(0.5, 1.2), mg.Normal(-1.0, 1.6)):
        a, _ = likelihood.optimal_logit(data, model, x)
        f = ask(answer, a, shape=x.shape)
        score = likelihood.score(model, x) * (model.pdf(x) * (x[1] - x[0]))
        got = score @ f
        wanted = likelihood.kl_gradient(data, model)
        require(
            got,
            wanted,
            f"gradient in (mu, s) of p_g = N({model.mean}, {model.std}^2)",
            sign=(-wanted, "a generator that goes down on your J climbs on the KL divergence"),
            half=(wanted / 2, "half of the gradient: the 1/2 of Eq. 14 is not in Eq. 22"),
            reverse=(score @ -a, "this is the gradient of KL(p_g || p_data), the other way round"),
        )


def which_cost(answer: Callable) -> None:
    """Exercise 6: the name of each loss, found from its slope in the logit.

    Parameters
    ----------
    answer : callable
        () -> dict of letter to name.

    Raises
    ------
    NotYetError, WrongError
    """
    given, known = call(answer), [*GENERATOR_COSTS, "wrong sign"]
    if not isinstance(given, dict) or set(given) != set(LOSSES):
        raise WrongError(f"expected a dict with the keys {', '.join(LOSSES)}")
    for letter, name in given.items():
        if name not in known:
            raise WrongError(f"{letter}: expected one of {', '.join(known)}, got {name!r}")
    wrong = [letter for letter in LOSSES if given[letter] != name_of(LOSSES[letter])]
    if wrong:
        at = [_slope(LOSSES[wrong[0]], np.log(D / (1 - D))) for D in (0.01, 0.9)]
        raise WrongError(
            f"{len(LOSSES) - len(wrong)} of {len(LOSSES)} right. A look at {wrong[0]}: its slope "
            f"in the logit is {at[0]:+.3f} where D = 0.01 and {at[1]:+.3f} where D = 0.9"
        )


def name_of(loss: Callable) -> str:
    """Name of the cost that a loss is twice of (it has no 1/2), or "wrong sign".

    Parameters
    ----------
    loss : callable
        Logits, array -> number.

    Returns
    -------
    str
    """
    logits = np.array([-3.0, -0.5, 0.2, 2.0])
    slopes = np.array([_slope(loss, a) for a in logits])
    for name, cost in GENERATOR_COSTS.items():
        if same(slopes, [2 * cost(np.array([a]))[1][0] for a in logits], 1e-5):
            return name
    if (slopes > 0).all():  # downhill is where D believes less
        return "wrong sign"
    raise ValueError("name_of: expected a loss of the tutorial, or one with the wrong sign")


def jsd(answer: Callable) -> None:
    """Exercise 7: JSD from J_D at D*, against the integral, for pairs of Gaussians.

    Parameters
    ----------
    answer : callable
        J_D in nats -> JSD in nats.

    Raises
    ------
    NotYetError, WrongError
    """
    p_data = mg.Normal(0.0, 1.0)
    for p_g in (mg.Normal(0.0, 1.0), mg.Normal(1.0, 2.0), mg.Normal(4.0, 0.5)):
        J_D = -optimum.c_of_g(p_data, p_g) / 2  # Eq. 8: J_D = -V/2, and V(G, D*) = C(G)
        wanted = divergences.jensen_shannon(p_data, p_g)
        got = float(ask(answer, J_D))
        if abs(got - wanted) < 1e-9:
            continue
        if abs(got * np.log(2) - wanted) < 1e-9:
            raise WrongError("this is in bits; the costs are in nats")
        if abs(got - (np.log(4) - J_D) / 2) < 1e-9:
            raise WrongError("J_D is not -V, but -V/2 (Eq. 8)")
        raise WrongError(f"for J_D = {J_D:.9g} the integral gives {wanted:.9g}, you {got:.9g}")


def sigma(answer: Callable) -> None:
    """Exercise 11: no bandwidth on a fine grid is more likely.

    Parameters
    ----------
    answer : callable
        (distance, d) -> sigma.

    Raises
    ------
    NotYetError, WrongError
    """
    for distance, d in ((1.0, 1), (3.0, 2), (8.0, 100)):
        got = float(ask(answer, distance, d))
        if not 1e-9 < got < 1e9:
            raise WrongError(f"expected a bandwidth > 0 of a sensible size, got {got:.4g}")
        point = np.zeros((1, d))
        point[0, 0] = distance
        around = np.geomspace(got / 10, got * 10, 2001)  # the middle one is the answer
        likely = log_density(point, np.zeros((1, d)), around)[:, 0]
        best = around[likely.argmax()]
        if abs(best / got - 1) > 0.002:
            raise WrongError(
                f"at distance {distance} in {d} dimensions, sigma = {best:.4g} gives "
                f"{likely.max():.2f} nats; your {got:.4g} gives {likely[1000]:.2f}"
            )


def circling(answer: Callable) -> None:
    """Exercise 12: just below the answer the game comes home, just above it does not.

    Parameters
    ----------
    answer : callable
        gamma -> eta.

    Raises
    ------
    NotYetError, WrongError
    """
    for gamma in (0.2, 0.7, 1.5):
        eta = float(ask(answer, gamma))
        if eta <= 0:
            raise WrongError(f"a step size is > 0, got {eta:.4g}")
        for share, home in ((0.97, True), (1.03, False)):
            r = _distance(gamma, share * eta)
            if (r < 1) != home:
                side, is_ = ("below", "too large") if home else ("above", "too small")
                raise WrongError(
                    f"gamma = {gamma}: 3 % {side} your eta = {eta:.4g}, 4000 steps take the "
                    f"distance from 1 to {r:.1e}; so it is {is_}"
                )


def _distance(gamma: float, eta: float) -> float:
    """Distance from (0, 0) after 4000 simultaneous steps on V = x y - gamma y^2 / 2."""
    step = np.array([[1, -eta], [eta, 1 - eta * gamma]])
    with np.errstate(over="ignore", invalid="ignore"):
        distance = np.hypot(*(np.linalg.matrix_power(step, 4000) @ [0.6, 0.8]))
    return float(np.nan_to_num(distance, nan=np.inf, posinf=np.inf))


def _slope(loss: Callable, a: float, h: float = 1e-5) -> float:
    return (loss(np.array([a + h])) - loss(np.array([a - h]))) / (2 * h)


def _cross_entropy(p: np.ndarray, label: float) -> float:
    return -(label * np.log(p) + (1 - label) * np.log(1 - p)).mean()
