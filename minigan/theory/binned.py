"""Divergences of bin masses, and what binning loses.

Put a distribution into bins, of a line or of a grid in the plane, and there is no
integral left: KL = sum of P log(P / Q), exactly. Binning can only lose (the data-processing
inequality), and what KL loses is known bin by bin (the chain rule):

    KL(p || q) - KL(P || Q) = sum over bins b of P_b KL(p in b || q in b).

Inside a bin h = log p/q goes from ``low`` to ``high``, and KL(p in b || q in b) is
log E_p[exp(-(h - E_p h))], at most (high - low)^2 / 8 by Hoeffding's lemma, if p and q
have mass in the same parts of the bin. Where they do not, or h is unbounded below, it
is still at most high - log(P_b / Q_b). So the divergence of the densities lies between
that of the masses and that plus the bound.
"""

import math
from collections.abc import Iterable

import numpy as np
from scipy.special import ndtr, xlogy

from minigan.base.errors import InputError
from minigan.base.numerics import softplus
from minigan.distributions import Mixture, Normal
from minigan.theory.densities import knots, log_density
from minigan.theory.quadrature import panel_edges


def bin_masses(p, edges: np.ndarray) -> np.ndarray:
    """Probabilities of the bins between ascending edges (n,) and of both ends; shape (n + 1,).

    p has ``cdf``; with ``sf`` too, small masses of the upper tail keep their digits.
    """
    cuts = _cuts(edges)
    if isinstance(p, Normal):
        return _normal_masses(cuts, np.array([p.mean]), p.std)[0]
    if isinstance(p, Mixture):
        p.interval()  # refuses more than one coordinate
        return p.weights @ _normal_masses(cuts, p.means[:, 0], p.std)
    if not hasattr(p, "cdf"):
        raise InputError(f"bin_masses: expected a density with cdf, got {p!r}")
    below = p.cdf(cuts)
    above = p.sf(cuts) if hasattr(p, "sf") else 1 - below
    return np.where(below[1:] < 0.5, np.diff(below), -np.diff(above))


def grid_masses(p: Mixture, x_edges: np.ndarray, y_edges: np.ndarray) -> np.ndarray:
    """Probabilities of the cells of a grid in the plane and of all around it, (n + 1, m + 1).

    Of a Mixture p such as `minigan.ring`, between ascending x_edges (n,) and y_edges (m,).
    """
    if not isinstance(p, Mixture) or p.dim != 2:
        raise InputError(f"grid_masses: expected a Mixture in the plane, got {p!r}")
    of_x = _normal_masses(_cuts(x_edges), p.means[:, 0], p.std)
    of_y = _normal_masses(_cuts(y_edges), p.means[:, 1], p.std)
    return np.einsum("k,ki,kj->ij", p.weights, of_x, of_y)


def grid_jsd(x: np.ndarray, p: Mixture, edges: np.ndarray) -> float:
    """JSD in nats of the cells in which samples x, (n, 2), fall, from those of p in the plane.

    The cells are those between ascending edges in both directions, and all around them.
    """
    counts = np.histogram2d(x[:, 0], x[:, 1], bins=[edges, edges])[0] / len(x)
    masses = grid_masses(p, edges, edges)[1:-1, 1:-1]
    return js_masses(*(np.append(one, max(1 - one.sum(), 0.0)) for one in (counts, masses)))


def _cuts(edges) -> np.ndarray:
    edges = np.asarray(edges, np.float64)
    if edges.ndim != 1 or edges.size == 0 or not np.isfinite(edges).all():
        raise InputError(f"bins: expected finite edges (n,), got {edges!r}")
    if not (np.diff(edges) > 0).all():
        raise InputError(f"bins: expected ascending edges, got {edges!r}")
    return np.concatenate([[-math.inf], edges, [math.inf]])


def _normal_masses(cuts, means, std):
    """Masses of Gaussians, shape (means, bins), each from the side where Phi is small."""
    t = (cuts - means[:, None]) / std
    below, above = ndtr(t), ndtr(-t)
    return np.where(t[:, 1:] < 0, np.diff(below), -np.diff(above))


def check_masses(*masses: np.ndarray) -> list[np.ndarray]:
    """Arrays of masses as float64; refused unless of one shape, finite, >= 0 and with sum 1."""
    arrays = [np.asarray(m, np.float64) for m in masses]
    for m in arrays:
        if m.shape != arrays[0].shape or m.size == 0:
            raise InputError(f"masses: expected one shape, got {[a.shape for a in arrays]}")
        if not (np.isfinite(m) & (m >= 0)).all() or abs(m.sum() - 1) > 1e-6:
            raise InputError(f"masses: expected >= 0 with sum 1, got {m.min():g} .. sum {m.sum()}")
    return arrays


def kl_masses(p: np.ndarray, q: np.ndarray) -> float:
    """KL(P || Q) = sum of P log(P / Q) of masses p, q, in nats; inf where Q is 0 and P is not."""
    p, q = check_masses(p, q)
    if (p[q == 0] > 0).any():
        return math.inf
    return float(np.sum(xlogy(p, p) - xlogy(p, q)))


def js_masses(p: np.ndarray, q: np.ndarray) -> float:
    """JSD(P || Q) = KL(P || M) / 2 + KL(Q || M) / 2, M = (P + Q) / 2, of masses p, q, in nats."""
    p, q = check_masses(p, q)
    m = (p + q) / 2
    m[(m == 0) & (p != q)] = np.finfo(np.float64).tiny  # half of the smallest number is 0
    return (kl_masses(p, m) + kl_masses(q, m)) / 2


def tv_masses(p: np.ndarray, q: np.ndarray) -> float:
    """TV(P, Q) = 1/2 sum of |P - Q|, of masses p and q."""
    p, q = check_masses(p, q)
    return float(np.abs(p - q).sum() / 2)


def log_ratio_range(
    p, q, edges: np.ndarray, turns: Iterable[float] = ()
) -> tuple[np.ndarray, np.ndarray]:
    """Least and greatest log p/q in every bin, shapes (n + 1,), in nats, for the bounds below.

    Exact if log p/q is continuous and monotone between neighbours among edges (n,) and ``turns``,
    the points where it turns, jumps, or begins or ends to be finite. Infinite where only one of
    the densities is 0; both 0 in bins where neither has any mass. The outer bins end where both
    densities' intervals end, or 2^200 bulks away from the bulk.
    """
    cuts = _cuts(edges)
    (low_p, high_p), (low_q, high_q) = p.interval(), q.interval()
    far = panel_edges(np.concatenate([knots(p), knots(q)]), min(low_p, low_q), max(high_p, high_q))
    ends = np.unique(np.concatenate([far[[0, -1]], cuts[1:-1], list(turns)]))
    first, last = np.nextafter(ends[:-1], math.inf), np.nextafter(ends[1:], -math.inf)
    with np.errstate(invalid="ignore"):
        r = np.array([log_density(p, x) - log_density(q, x) for x in (first, last)])
    which = np.searchsorted(cuts, first) - 1
    low, high = np.full(cuts.size - 1, math.inf), np.full(cuts.size - 1, -math.inf)
    np.fmin.at(low, which, np.fmin(*r))  # fmin and fmax pass over NaN, where p = q = 0
    np.fmax.at(high, which, np.fmax(*r))
    empty = low > high
    low[empty] = high[empty] = 0.0
    return low, high


def kl_loss_bound(p: np.ndarray, q: np.ndarray, low: np.ndarray, high: np.ndarray) -> float:
    """At least KL(p || q) - KL(P || Q), the sum over bins of P_b KL(p in b || q in b), in nats.

    P and Q are masses p and q, and log p/q stays between low and high in every bin, wherever p or q
    has mass. Sum of P (high - low)^2 / 8, or of P (high - log P/Q) in bins where that is less: it
    bounds P KL(p in b || q in b) = (integral over b of p log p/q) - P log P/Q. Infinite where
    log p/q has no upper bound in a bin in which p has mass.
    """
    with np.errstate(all="ignore"):
        hoeffding = (high - low) ** 2 / 8
        upper = np.maximum(high - np.log(p / q), 0)  # below 0 by rounding only
        bound = np.fmin(hoeffding, upper)
        bound[np.isnan(bound)] = math.inf
        return float(np.sum(np.where(p > 0, p * bound, 0.0)))


def js_loss_bound(p: np.ndarray, q: np.ndarray, low: np.ndarray, high: np.ndarray) -> float:
    """At least JSD(p || q) - JSD(P || Q): the losses of KL(p || m) / 2 and of KL(q || m) / 2.

    With r = log p/q, log p/m = log 2 - softplus(-r), and log q/m = log 2 - softplus(r): always
    finite. Arguments as in `kl_loss_bound`.
    """
    m, log2 = (p + q) / 2, math.log(2)
    of_p = kl_loss_bound(p, m, log2 - softplus(-low), log2 - softplus(-high))
    of_q = kl_loss_bound(q, m, log2 - softplus(high), log2 - softplus(low))
    return (of_p + of_q) / 2


def tv_loss_bound(p: np.ndarray, q: np.ndarray, low: np.ndarray, high: np.ndarray) -> float:
    """At least TV(p, q) - TV(P, Q), which only bins lose in which p - q changes sign.

    Such a bin loses the lesser of the excesses of p over q and of q over p, which are
    at most P (1 - exp(-high)) and Q (1 - exp(low)). Arguments as in `kl_loss_bound`.
    """
    over = p * -np.expm1(-np.maximum(high, 0))
    under = q * -np.expm1(np.minimum(low, 0))
    return float(np.minimum(over, under).sum())
