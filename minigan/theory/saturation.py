"""The generator's three costs for one sample, and their slopes, which D hands back to G.

The generator's cost for a sample x = G(z) depends on nothing but D(x) (tutorial, section
3.2.6 and Figure 16). Where D rejects the sample with confidence, D(x) is near 0, and the
slope at D's logit a = log D / (1 - D), which is what is sent back through D and G, is

    minimax           J = 1/2 log(1 - D)      dJ/da = -D / 2              -> 0: saturated
    non-saturating    J = -1/2 log D          dJ/da = -(1 - D) / 2        -> -1/2
    max-likelihood    J = -1/2 D / (1 - D)    dJ/da = -D / (2 (1 - D))    -> 0: saturated

All three fall as D(x) rises. At D = 1/2, where the game should end, the slopes of the
first two are the same, -1/4, and that of the third is -1/2.
"""

import numpy as np

from minigan.base.errors import InputError
from minigan.costs import generator_cost

_COSTS = {
    "minimax": lambda D: np.log1p(-D) / 2,
    "non-saturating": lambda D: -np.log(D) / 2,
    "max-likelihood": lambda D: -D / (1 - D) / 2,
}
_SLOPES = {
    "minimax": lambda D: -1 / (2 * (1 - D)),
    "non-saturating": lambda D: -1 / (2 * D),
    "max-likelihood": lambda D: -1 / (2 * (1 - D) ** 2),
}


def sample_cost(name: str, D: np.ndarray) -> np.ndarray:
    """Cost of a sample to the generator, from D(G(z)) in (0, 1); tutorial, Eq. 10, 13, 14, Fig. 16.

    Written as the tutorial writes it, in D; `minigan.costs` computes the same from logits, and for
    a minibatch. In nats; no unit for max-likelihood.
    """
    generator_cost(name)  # refuses other names
    return _COSTS[name](_inside(D))


def slope(name: str, D: np.ndarray) -> np.ndarray:
    """Derivative of a sample's cost with respect to D(G(z)): slope of the curves of Fig. 16."""
    generator_cost(name)
    return _SLOPES[name](_inside(D))


def logit_slope(name: str, a: np.ndarray) -> np.ndarray:
    """Derivative dJ/da = dJ/dD D (1 - D) of a sample's cost, of the shape of D's logits a.

    From `minigan.costs`, by the name "minimax", "non-saturating" or "max-likelihood"; at most 0.
    """
    _, da = generator_cost(name)(a)
    return da * a.size  # the mean over a minibatch divided by its size


def effective_share(slopes: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Part of the samples that the gradient comes from: (E|w|)^2 / E[w^2], in (0, 1].

    The effective sample size of importance sampling, divided by the sample size (Kish), for slopes
    (m,) at the logits and their probabilities ``weights``, 1/m each by default: 1 where all samples
    weigh the same, 1/m where one does everything; NaN if all slopes are 0. For max-likelihood with
    D = D* slopes are proportional to p_data / p_g, and it is 1 / (1 + chi^2(p_data || p_g)).
    """
    w = np.abs(slopes)
    with np.errstate(invalid="ignore"):
        first = np.average(w, weights=weights)
        return float(first * first / np.average(w * w, weights=weights))


def _inside(D: np.ndarray) -> np.ndarray:
    D = np.asarray(D, np.float64)
    if not ((D > 0) & (D < 1)).all():
        raise InputError("D: expected probabilities strictly between 0 and 1")
    return D
