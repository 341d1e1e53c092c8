"""Identities of games in motion: Proposition 2, V = x y, and min max against max min.

The two sides come from different computations: ours on one side; on the other a closed
form, SciPy, or linear algebra.
"""

import math
from collections.abc import Iterator
from itertools import chain

import numpy as np

from minigan.base.randomness import generator
from minigan.distributions import IrwinHall
from minigan.identities.identity import Identity, claims
from minigan.theory import bilinear_game as games
from minigan.theory import mode_collapse
from minigan.theory.function_space import (
    LOG4,
    convexity_gap,
    criterion,
    descend,
    mirror_step,
    optimal_logit,
    slope,
    subgradient_gap,
    value,
)

CELLS, STARTS, MODES = 512, 20, 8
ROUGHEST = 50.0  # spread of log p_g over the cells of the roughest start: masses below 1e-100
MIRROR_ETA = 0.5  # step size of p_g
ETA, STEPS = 0.2, 300  # of the game V = x y


def identities(seed: int = 0) -> Iterator[Identity]:
    """Identities of games in motion, for random densities and starts."""
    rng = generator(seed)
    return chain(_proposition_2(rng), _convexity(rng), _circles(rng), _remedies(rng), _orders(rng))


def random_density(rng: np.random.Generator, cells: int, roughness: float = 1.0) -> np.ndarray:
    """Masses > 0, shape (cells,), whose logarithms are normal numbers of that deviation >= 0."""
    logs = roughness * rng.standard_normal(cells)
    p = np.exp(logs - logs.max())
    return p / p.sum()


def _bell() -> np.ndarray:
    """p_data: a bell on a grid, a quarter of whose cells are empty."""
    return np.diff(IrwinHall().cdf(np.linspace(-4, 4, CELLS + 1)))


def _proposition_2(rng: np.random.Generator) -> Iterator[Identity]:
    from scipy.spatial.distance import jensenshannon  # 0.4 s to import: only when asked for

    claim = claims("2014 paper, Prop. 2", 1e-15)
    p_data = _bell()
    starts = [random_density(rng, CELLS, r) for r in np.linspace(0, ROUGHEST, STARTS)]
    runs = [descend(p_data, p, MIRROR_ETA) for p in starts]
    jsd = max(jensenshannon(p_data, run.p_g) ** 2 for run in runs)
    yield claim("p_g -> p_data: JSD = 0 (worst of 20 starts)", jsd, "=", 0, 1e-8)
    rise = max(np.diff(run.c_of_g).max() for run in runs)
    yield claim("C(p_n+1) <= C(p_n) (largest rise)", rise, "<=", 0)
    excess = max(_fall_short(p_data, p, eta) for p, eta in zip(starts, (1, 0.5, 0.1), strict=False))
    yield claim("C(p_n+1) <= C(p_n) - KL(p_n || p_n+1) / eta", excess, "<=", 0, 1e-14)
    shares = [  # of the bound KL(p_data || p_0) / (eta n)
        (run.c_of_g + LOG4) * MIRROR_ETA * np.arange(run.c_of_g.size) / _kl(p_data, p)
        for p, run in zip(starts, runs, strict=True)
    ]
    share = max(share.max() for share in shares)
    yield claim("(C(p_n) + log 4) eta n / KL(p_data || p_0) <= 1", share, "<=", 1, 1e-12)
    p = starts[1]
    step = mirror_step(p, slope(optimal_logit(p_data, p)), 1.0)
    gap = np.abs(step - (p + p_data) / 2).max()
    yield claim("one step with eta = 1 is (p_g + p_data) / 2", gap, "=", 0)


def _fall_short(p_data: np.ndarray, p: np.ndarray, eta: float, steps: int = 30) -> float:
    """Largest C(p_n+1) - C(p_n) + KL(p_n || p_n+1) / eta, with SciPy's C and KL."""
    excess = -math.inf
    for _ in range(steps):
        q = mirror_step(p, slope(optimal_logit(p_data, p)), eta)
        fall = _scipy_criterion(p_data, q) - _scipy_criterion(p_data, p)
        p, excess = q, max(excess, fall + _kl(p, q) / eta)
    return excess


def _convexity(rng: np.random.Generator) -> Iterator[Identity]:
    from scipy.special import log_expit

    claim = claims("2014 paper, Prop. 2, proof", 1e-14)
    p_data, p, q = _bell(), random_density(rng, CELLS), random_density(rng, CELLS)
    logit = rng.standard_normal(CELLS)
    right = p_data @ log_expit(logit) + p @ log_expit(-logit)
    statement = "U(p_g, D) = sum p_data log D + sum p_g log(1 - D), by SciPy"
    yield claim(statement, value(p_data, p, logit), "=", right, 1e-13)
    best = optimal_logit(p_data, p)
    highest = max(
        value(p_data, p, best + distance * rng.standard_normal(CELLS))
        for distance in np.geomspace(1e-3, 10, 100)
    )
    statement = "U(p_g, D) <= C(G) (largest of 100 D)"
    yield claim(statement, highest, "<=", criterion(p_data, p), 1e-15)
    pairs = [[random_density(rng, CELLS, r) for r in rng.uniform(0, 30, 2)] for _ in range(50)]
    lowest = min(convexity_gap(p_data, p_1, p_2, rng.random()) for p_1, p_2 in pairs)
    yield claim("C is convex (lowest gap below a chord)", lowest, ">=", 0)
    lowest = min(subgradient_gap(p_data, p_1, p_2) for p_1, p_2 in pairs)
    yield claim("C(q) >= C(p) + <dU/dp at D*_p, q - p>", lowest, ">=", 0)
    m_p, m_q = (p + p_data) / 2, (q + p_data) / 2
    right = _kl(q, p) - 2 * _kl(m_q, m_p)
    statement = "C(q) - C(p) - <dU/dp, q - p> = KL(q||p) - 2 KL(m_q||m_p)"
    yield claim(statement, subgradient_gap(p_data, p, q), "=", right, 1e-13)
    along = p * rng.standard_normal(CELLS)
    along -= p * along.sum()  # so that the sum of masses stays 1
    right = _derivative(lambda h: _scipy_criterion(p_data, p + h * along), 1e-3)
    left = float(slope(optimal_logit(p_data, p)) @ along)
    yield claim("dC/dp_g = dU/dp_g at D* (along a direction)", left, "=", right, 1e-10)


def _derivative(f, h: float) -> float:
    """f'(0) by five points."""
    return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)


def _circles(rng: np.random.Generator) -> Iterator[Identity]:
    from scipy.integrate import solve_ivp

    start = rng.standard_normal(2)
    times = np.linspace(0, 20, 201)
    numeric = solve_ivp(
        lambda t, w: games.field(w), (0, 20), start, "DOP853", times, rtol=1e-12, atol=1e-12
    )
    gap = np.abs(games.continuous(start, times) - numeric.y.T).max()
    claim = claims("tutorial, 8.2, Eq. 27 to 31", 1e-9)
    yield claim("x(t), y(t) = a circle (against solve_ivp)", gap, "=", 0)
    claim = claims("tutorial, 8.2", 1e-12)
    path = games.simultaneous(start, ETA, STEPS)
    left, right = _mean_growth(path), math.sqrt(1 + ETA**2)
    yield claim("simultaneous: |w| grows by sqrt(1 + eta^2)", left, "=", right, 1e-13)
    path = games.alternating(start, ETA, STEPS)
    q = games.alternating_invariant(path, ETA)
    drift = np.abs(q / q[0] - 1).max()
    yield claim("alternating: x^2 + y^2 - eta x y stays", drift, "=", 0)
    step = np.array([[1, -ETA], [ETA, 1 - ETA**2]])
    mean = games.averages(path)[-2]  # of w_0, ..., w_n-1
    total = np.linalg.solve(np.eye(2) - step, path[0] - path[-1])
    gap = np.abs(mean - total / STEPS).max()
    statement = "alternating: mean of n iterates = (I - M)^-1 (w_0 - w_n) / n"
    yield claims("telescoping sum", 1e-14)(statement, gap, "=", 0)


def _remedies(rng: np.random.Generator) -> Iterator[Identity]:
    start = rng.standard_normal(2)
    path = games.extragradient(start, ETA, STEPS)
    left, right = _mean_growth(path), math.sqrt(1 - ETA**2 + ETA**4)
    statement = "extragradient: |w| shrinks by sqrt(1 - eta^2 + eta^4)"
    yield claims("Korpelevich 1976", 1e-13)(statement, left, "=", right)
    path = games.optimistic(start, ETA, STEPS)
    left = _mean_growth(path[STEPS // 2 :])
    right = math.sqrt((1 + math.sqrt(1 - 4 * ETA**2)) / 2)
    statement = "optimistic: |w| shrinks by sqrt((1 + sqrt(1 - 4 eta^2)) / 2)"
    yield claims("Daskalakis et al. 2018", 1e-13)(statement, left, "=", right)


def _mean_growth(path: np.ndarray) -> float:
    """Factor a step by which the distance from (0, 0) changed, over the whole path."""
    return float((np.hypot(*path[-1]) / np.hypot(*path[0])) ** (1 / (len(path) - 1)))


def _orders(rng: np.random.Generator) -> Iterator[Identity]:
    p_data = random_density(rng, MODES)
    minimax = criterion(p_data, descend(p_data, random_density(rng, MODES), tolerance=1e-12).p_g)
    maximin = _scipy_maximin(p_data)
    claim = claims("tutorial, Eq. 16, 17", 1e-7)
    yield claim("min_G max_D V = max_D min_G V", minimax, "=", maximin)
    yield claims("tutorial, Eq. 17", 1e-7)("max_D min_G V = -log 4", maximin, "=", -LOG4)
    claim = claims("tutorial, 5.1.1", 1e-12)
    logit = rng.standard_normal(MODES)
    least, corner = _scipy_inner_minimum(p_data, logit)
    inner = mode_collapse.inner_minimum(p_data, logit)
    yield claim("min_G V(G, D) = sum p_data log D + log(1 - max D)", inner, "=", least)
    gap = np.abs(corner - mode_collapse.best_response(logit)).max()
    yield claim("argmin_G V(G, D) is one point, argmax D", gap, "=", 0)
    left, p = mode_collapse.one_point_minimax(p_data), p_data.max()
    right = p * math.log(p) - (1 + p) * math.log1p(p)
    statement = "one-point G: min max = p log p - (1 + p) log(1 + p), p = max p_data"
    yield claim(statement, left, "=", right, 1e-14)


def _scipy_maximin(p_data: np.ndarray) -> float:
    """Largest sum p_data log D + t with t <= log(1 - D) in every mode."""
    from scipy.optimize import minimize
    from scipy.special import log_expit

    found = minimize(
        lambda v: -(p_data @ log_expit(v[1:]) + v[0]),
        np.append(-2.0, np.linspace(-1, 1, p_data.size)),
        method="SLSQP",
        constraints={"type": "ineq", "fun": lambda v: log_expit(-v[1:]) - v[0]},
        options={"ftol": 1e-14, "maxiter": 1000},
    )
    return -float(found.fun)


def _scipy_inner_minimum(p_data: np.ndarray, logit: np.ndarray) -> tuple[float, np.ndarray]:
    """Least V over all densities, by linear programming: its value and its place."""
    from scipy.optimize import linprog
    from scipy.special import log_expit

    everything = np.ones((1, logit.size))
    found = linprog(log_expit(-logit), A_eq=everything, b_eq=[1.0], bounds=(0, None))
    return float(p_data @ log_expit(logit) + found.fun), found.x


def _scipy_criterion(p_data: np.ndarray, p_g: np.ndarray) -> float:
    """C(G) = -log 4 + KL(p_data || m) + KL(p_g || m) with m half of each (2014 paper, Eq. 5)."""
    middle = (p_data + p_g) / 2
    return _kl(p_data, middle) + _kl(p_g, middle) - LOG4


def _kl(p: np.ndarray, q: np.ndarray) -> float:
    from scipy.special import rel_entr

    return float(rel_entr(p, q).sum())
