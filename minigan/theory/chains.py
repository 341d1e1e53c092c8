"""Markov chains with few states: stationary law, second eigenvalue, mixing time, all exact.

T[i, j] is the probability of going from state i to j. A chain that is irreducible has one law
q with q T = q; its distance from q falls like lambda_2^n, with lambda_2 the second largest absolute
eigenvalue, and the mixing time is the n at which the worst start has come within ``eps``.
"""

import math

import numpy as np

from minigan.base.errors import InputError
from minigan.base.validation import real_number

MOST = 30  # squarings: after 2^30 steps we stop
NEAR = 1e-5  # of q to q T: a law in float32 is one


class ReducibleError(InputError):
    """A chain does not get from every state to every other: it has no law of its own."""


def stationary(T: np.ndarray) -> np.ndarray:
    """Law q with q T = q of an irreducible chain T (n, n); shape (n,).

    By censoring one state after another (Grassmann, Taksar, Heyman 1985): nothing is ever
    subtracted, so that small probabilities keep their digits. `ReducibleError` if T is that.
    """
    T = _irreducible("stationary", T).copy()
    for n in range(len(T) - 1, 0, -1):  # watch the chain only while it is in the first n states
        T[:n, n] /= T[n, :n].sum()
        T[:n, :n] += T[:n, n, None] * T[n, :n]
    q = np.ones(len(T))
    for n in range(1, len(T)):
        q[n] = q[:n] @ T[:n, n]
    return q / q.sum()


def second_eigenvalue(T: np.ndarray) -> float:
    """Second largest absolute eigenvalue of a chain T; 1 where it never forgets its start."""
    return float(np.sort(np.abs(np.linalg.eigvals(_chain("second_eigenvalue", T))))[-2])


def mixing_time(T: np.ndarray, q: np.ndarray, eps: float = 0.05) -> float:
    """Smallest n with TV(T^n(x, .), q) < eps from every start x, q being the law of T.

    By repeated squaring, then bit by bit; infinite if that takes more than 2^30 steps, where we
    stop. InputError if T is reducible (`ReducibleError`) or no chain, or q is not its law.
    """
    eps = real_number("mixing_time: eps", eps, 0, 1, low_open=True)
    powers, q = [_irreducible("mixing_time", T)], np.asarray(q, np.float64)
    if q.shape != powers[0].shape[:1]:
        raise InputError(f"mixing_time: q: expected shape ({len(powers[0])},), got {q.shape}")
    if not ((q >= 0).all() and abs(q.sum() - 1) < NEAR and np.abs(q @ powers[0] - q).max() < NEAR):
        raise InputError("mixing_time: q: expected the law of T, q T = q with sum 1 (`stationary`)")
    while _distance(powers[-1], q) >= eps:
        if len(powers) > MOST:
            return math.inf
        square = powers[-1] @ powers[-1]
        powers.append(square / square.sum(axis=1, keepdims=True))
    steps, reached = 0, np.eye(len(q))  # the most steps after which it is still as far as eps
    for k in range(len(powers) - 2, -1, -1):
        further = reached @ powers[k]
        if _distance(further, q) >= eps:
            steps, reached = steps + 2**k, further
    return steps + 1


def _distance(T: np.ndarray, q: np.ndarray) -> float:
    """Largest total variation of a row of T from q."""
    return float(np.abs(T - q).sum(axis=1).max() / 2)


def _chain(where: str, T: np.ndarray) -> np.ndarray:
    T = np.asarray(T, np.float64)
    if T.ndim != 2 or T.shape[0] != T.shape[1] or len(T) < 2:
        raise InputError(f"{where}: expected a square matrix of two states or more, got {T.shape}")
    if not (T >= 0).all() or not np.abs(T.sum(axis=1) - 1).max() < 1e-9:
        raise InputError(f"{where}: expected rows of probabilities >= 0 with sum 1")
    return T


def _irreducible(where: str, T: np.ndarray) -> np.ndarray:
    """The chain; InputError unless every state leads to every other."""
    from scipy.sparse.csgraph import connected_components  # 0.2 s to import

    T = _chain(where, T)
    classes = connected_components(T > 0, directed=True, connection="strong")[0]
    if classes > 1:
        raise ReducibleError(
            f"{where}: expected a chain that gets from every state to every other, got a reducible "
            f"one ({classes} classes of {len(T)} states)"
        )
    return T
