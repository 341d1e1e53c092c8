"""Identities of the exact p_g, and of what the theory says of a generator and a discriminator.

The other side of each is a closed form, polynomial roots, a sum over points in equal steps, or
samples of the generator itself, and never the change of variables that gives p_g.
"""

import math
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import numpy as np
from scipy.special import log_expit, ndtr, rel_entr

from minigan.base.randomness import generator
from minigan.distributions import Mixture, Normal, Uniform
from minigan.identities.identity import Identity, claims
from minigan.layers import Linear, ReLU, Tanh
from minigan.layers.initialisers import normal
from minigan.networks.sequential import Sequential
from minigan.theory.densities import Cauchy
from minigan.theory.divergences import jensen_shannon, jsd_uniforms
from minigan.theory.game_state import GeneratorState
from minigan.theory.optimum import c_of_g
from minigan.theory.pushforward import PushForward

_EXACT = 1e-9
_CHANGE = "change of variables"
_FAR_OFF = 2.5  # of sqrt(n) sup |F_n - F|, which is above it once in 100,000 samples


def identities(seed: int = 0) -> Iterator[Identity]:
    """Identities of generators of one variable, of random numbers."""
    rng = generator(seed)
    a, b = rng.uniform(0.6, 1.6), rng.uniform(-1, 1)
    return chain(
        _closed_forms(a, b, rng),
        _density_and_distribution(a, b, rng),
        _generator_state(a, b, rng),
        _two_routes(a, b, rng),
        _discriminator_state(a, b, rng),
    )


def affine(a: float, b: float) -> Callable:
    """The generator a z + b, with its slope."""
    return lambda z: (a * z + b, np.full_like(z, a))


def line(weight: float, bias: float, dtype: str = "float64") -> Sequential:
    """The network weight x + bias."""
    net = Sequential([Linear(1, 1)], dtype=dtype)
    net.params = np.array([weight, bias])
    return net


def _closed_forms(a: float, b: float, rng: np.random.Generator) -> Iterator[Identity]:
    claim, x = claims(_CHANGE, _EXACT), np.sort(rng.uniform(-0.9, 0.9, 50))
    bell = lambda x: np.exp(-x * x / 2) / math.sqrt(2 * math.pi)  # noqa: E731
    for what, G, noise, pdf, cdf in (
        ("a z + b", affine(a, b), Normal(), lambda x: bell((x - b) / a) / a,
         lambda x: ndtr((x - b) / a)),
        ("|z|", lambda z: (np.abs(z), np.sign(z)), Normal(),
         lambda x: 2 * bell(x) * (x >= 0), lambda x: np.maximum(2 * ndtr(x) - 1, 0)),
        ("z^3", lambda z: (z**3, 3 * z * z), Normal(),
         lambda x: bell(np.cbrt(x)) / (3 * np.cbrt(x) ** 2), lambda x: ndtr(np.cbrt(x))),
        ("cos z", lambda z: (np.cos(z), -np.sin(z)), Uniform(0, math.pi),
         lambda x: 1 / (math.pi * np.sqrt(1 - x * x)), lambda x: 1 - np.arccos(x) / math.pi),
    ):  # fmt: skip
        p_g = PushForward(G, noise)
        yield _worst(claim, f"p_g of G(z) = {what}: closed form", p_g.pdf(x), pdf(x))
        yield _worst(claim, f"CDF of G(z) = {what}: closed form", p_g.cdf(x), cdf(x))
    flat = PushForward(lambda z: (np.maximum(z - b, 0), (z > b) * 1.0), Normal())
    share = sum(mass for value, mass in flat.atoms if value == 0)
    yield claim("G(z) = max(z - b, 0): atom of Phi(b) at 0", share, "=", float(ndtr(b)))
    below = float(flat.cdf(np.zeros(1))[0])
    yield claim("G(z) = max(z - b, 0): CDF at the atom", below, "=", float(ndtr(b)))


def _worst(claim: Callable, statement: str, found: np.ndarray, formula: np.ndarray) -> Identity:
    """The line of the point at which the two are furthest apart, of equals the largest."""
    i = np.lexsort((formula, np.abs(found - formula)))[-1]
    return claim(statement, found[i], "=", formula[i])


def _density_and_distribution(a, b, rng: np.random.Generator) -> Iterator[Identity]:
    """A cubic with two folds, and a network."""
    claim = claims(_CHANGE, _EXACT)
    p_g = PushForward(lambda z: (a * (z**3 - z) + b, a * (3 * z * z - 1)), Uniform(-1.5, 1.5))
    between, beyond = b + a * rng.uniform(-0.37, 0.37), b + a * rng.uniform(0.5, 1.7)
    roots = np.roots([a, 0, -a, b - between]).real
    over_roots = float(np.sum(1 / (3 * a * np.abs(3 * roots**2 - 1))))
    statement = "p_g of a cubic = sum over its roots of p_z / |G'|"
    yield claim(statement, float(p_g.pdf(np.array(between))), "=", over_roots)
    yield claim("integral of p_g = 1", _mass(p_g, math.inf), "=", 1)
    for where, x in (("between", between), ("beyond", beyond)):
        statement = f"integral of p_g up to x = CDF, x {where} the folds"
        yield claim(statement, _mass(p_g, x), "=", float(p_g.cdf(np.array(x))))
    net = Sequential([Linear(1, 8), Tanh(), Linear(8, 1, weights=normal(0.8))], seed=rng)
    of_net, noise = PushForward(net, Uniform(-1, 1)), Uniform(-1, 1)
    samples = np.sort(net(noise.sample(10_000, rng))[:, 0].astype(np.float64))
    ranks, F = np.arange(samples.size + 1) / samples.size, of_net.cdf(samples)
    off = math.sqrt(samples.size) * max(np.max(ranks[1:] - F), np.max(F - ranks[:-1]))
    claim = claims("Kolmogorov 1933", _EXACT)
    statement = "10,000 samples of a network G: sqrt(n) sup |F_n - CDF| <= 2.5"
    yield claim(statement, off, "<=", _FAR_OFF)
    z = np.linspace(-1, 1, 20_001)
    values = net.copy(dtype="float64")(z[:, None])[:, 0] ** 2
    right = float(np.mean((values[1:] + values[:-1] + 4 * _between(net, z)) / 6))  # Simpson's rule
    points, weights, _ = of_net.quadrature()
    claim = claims(_CHANGE, _EXACT)
    yield claim("E_g[x^2] = E_z[G(z)^2], G a network", weights @ points**2, "=", right)


def _between(net: Sequential, z: np.ndarray) -> np.ndarray:
    """G^2 in the middle of each step of z."""
    return net.copy(dtype="float64")((z[1:] + z[:-1])[:, None] / 2)[:, 0] ** 2


def _mass(p_g: PushForward, x: float) -> float:
    """Integral of p_g up to x, piece by piece between folds.

    There p_g grows as 1 / sqrt(distance); with x = middle - half cos t the integrand is smooth.
    """
    ends = np.unique(np.minimum(p_g.critical, x))
    nodes, weights = np.polynomial.legendre.leggauss(80)
    t, dt = (nodes + 1) * math.pi / 2, weights * math.pi / 2
    middle, half = (ends[1:] + ends[:-1]) / 2, np.diff(ends) / 2
    at = middle[:, None] - half[:, None] * np.cos(t)
    return float(half @ (p_g.pdf(at) * np.sin(t)) @ dt)


def _generator_state(a: float, b: float, rng: np.random.Generator) -> Iterator[Identity]:
    claim = claims("2014 paper, Theorem 1", 1e-8)
    data = Normal(rng.uniform(-1, 1), rng.uniform(0.7, 1.3))
    state = GeneratorState(affine(a, b), Normal(), data)
    jsd, C = jensen_shannon(data, Normal(b, a)), c_of_g(data, Normal(b, a))
    yield claim("JSD(p_data || p_g), G(z) = a z + b: that of two Gaussians", state.jsd, "=", jsd)
    yield claim("C(G), G(z) = a z + b: V(G, D*) of two Gaussians", state.c_of_g, "=", C)
    shift = rng.uniform(0.2, 0.8)
    boxes = GeneratorState(affine(1.0, shift), Uniform(0, 1), Uniform(0, 1))
    jsd = jsd_uniforms(0, 1, shift, 1 + shift)
    yield claim("JSD, G(z) = z + b, uniform: closed form", boxes.jsd, "=", jsd)
    yield claim(
        "C(G), G(z) = z + b, uniform: closed form", boxes.c_of_g, "=", 2 * jsd - math.log(4)
    )
    x = rng.uniform(-3, 3, 50)
    u, v = (x - data.mean) / data.std, (x - b) / a
    formula = 1 / (1 + data.std / a * np.exp((u * u - v * v) / 2))
    claim = claims("2014 paper, Prop. 1", _EXACT)
    yield _worst(claim, "D*(x) against p_g: closed form for Gaussians", state.D_star(x), formula)


def _two_routes(a: float, b: float, rng: np.random.Generator) -> Iterator[Identity]:
    """C(G) by expectations over x and z, JSD as an integral over x, with p_g from G."""
    claim = claims("2014 paper, Theorem 1, Eq. 4 to 6", 1e-7)
    smooth, bent = (
        Sequential(
            [Linear(1, 8, bias=normal(1.0)), bend, Linear(8, 1, weights=normal(0.8))],
            seed=rng,
        )
        for bend in (Tanh(), ReLU())
    )
    bell, box = Normal(b, 1.0), Uniform(-1.5, 1.5)
    cases: list[tuple[str, Any, Any, Any]] = [
        ("a network of tanh", smooth, box, bell),
        ("a network of ReLU", bent, Normal(), bell),
        ("a cubic with folds", lambda z: (a * (z**3 - z), a * (3 * z * z - 1)), box, bell),
        ("z, and z + 2 from 0.1 on", lambda z: (z + 2 * (z > 0.1), 0 * z + 1), box, bell),
        ("a z + b, Cauchy data", affine(a, b), Normal(), Cauchy(b, a)),
        ("z, data in two narrow modes", affine(1.0, 0.0), Normal(), Mixture([-a, a], 1e-3)),
    ]
    for what, G, noise, data in cases:
        state = GeneratorState(G, noise, data)
        statement = f"C(G) = -log 4 + 2 JSD, p_g of G(z) = {what}"
        yield claim(statement, state.c_of_g, "=", -math.log(4) + 2 * state.jsd)


def _discriminator_state(a: float, b: float, rng: np.random.Generator) -> Iterator[Identity]:
    """A discriminator that is linear in x, judged, against sums in equal steps."""
    data = Normal(rng.uniform(-1, 1), rng.uniform(0.7, 1.3))
    weight, bias = rng.uniform(0.5, 1.5), rng.uniform(-1, 1)
    found = GeneratorState(affine(a, b), Normal(), data).judge(line(weight, bias))
    x, dx = np.linspace(-20, 20, 40_001, retstep=True)  # all but exact, for what dies out smoothly
    p, q = data.pdf(x) * dx, Normal(b, a).pdf(x) * dx
    logit = weight * x + bias
    V = float(p @ log_expit(logit) + q @ log_expit(-logit))
    claim = claims("2014 paper, Eq. 1", 1e-8)
    yield claim("V(G, D) of a linear D, judged = E log D + E log(1 - D)", found.value, "=", V)
    D, best = np.exp(log_expit(logit)), p / (p + q)
    of_coins = rel_entr(best, D) + rel_entr(1 - best, 1 - D)
    claim = claims("2014 paper, proof of Prop. 1", 1e-8)
    statement = "C(G) - V(G, D) = integral of (p_data + p_g) KL(D* || D)"
    yield claim(statement, found.inner_gap, "=", float((p + q) @ of_coins))
    claim, half = claims("definition", 1e-6), (p + q) / 2
    yield claim("E|D - D*| under (p_data + p_g) / 2", found.d_gap, "=", half @ np.abs(D - best))
    yield claim("E|D - 1/2| under the same", found.d_minus_half, "=", half @ np.abs(D - 0.5))
    yield claim("E_data[D]", found.mean_on_data, "=", p @ D)
    yield claim("E_g[D]", found.mean_on_fake, "=", q @ D)
    turn = -bias / weight
    right = (1 - ndtr((turn - data.mean) / data.std) + ndtr((turn - b) / a)) / 2
    statement = "accuracy of a linear D = (1 - F_data(t) + F_g(t)) / 2, D(t) = 1/2"
    yield claim(statement, found.accuracy, "=", float(right))
