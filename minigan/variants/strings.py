"""Strings that can all be counted: exact gradients, exact p_g, and data from a Markov chain.

For one symbol with logits l, p = softmax(l) and a cost f(x) of each outcome, J = p . f, so

    dJ/dl = p (f - p . f),    elementwise: the judge of every estimator.

REINFORCE has this mean and, summed over l, the variance
sum_x p_x (f_x - b)^2 |e_x - p|^2 - |dJ/dl|^2, least at b = sum p |e - p|^2 f / sum p |e - p|^2.
Of a G with noise, p_g(x) is the mean over z of the product of softmaxes.
"""

import numpy as np

from minigan.variants.discrete import softmax

POSITIONS, SYMBOLS = 3, 4
OUTCOMES = SYMBOLS**POSITIONS
ALL = np.stack(np.unravel_index(np.arange(OUTCOMES), (SYMBOLS,) * POSITIONS), axis=1)
ONE_HOT = np.eye(SYMBOLS, dtype=np.float32)[ALL].reshape(OUTCOMES, -1)  # (64, 12)


def exact_gradient(l: np.ndarray, f: np.ndarray) -> np.ndarray:  # noqa: E741
    """dJ/dl (outcomes,) for logits and costs of the outcomes of one symbol."""
    p = softmax(l)
    return p * (f - p @ f)


def reinforce_variance(l: np.ndarray, f: np.ndarray, b: float) -> float:  # noqa: E741
    """Variance of (f(x) - b)(x - p), summed over the logits."""
    p = softmax(l)
    square = exact_gradient(l, f) @ exact_gradient(l, f)
    return float(p @ ((f - b) ** 2 * _distance2(p)) - square)


def best_baseline(l: np.ndarray, f: np.ndarray) -> float:  # noqa: E741
    """The constant b of the least variance."""
    weight = softmax(l) * _distance2(softmax(l))
    return float(weight @ f / weight.sum())


def _distance2(p):
    """|e_x - p|^2 for each outcome x."""
    return ((np.eye(len(p)) - p) ** 2).sum(axis=1)


class MarkovChain:
    """Strings of 3 symbols of 4, the next given the last, as one-hot rows (m, 12)."""

    def __init__(self, seed: int = 100):
        rng = np.random.default_rng(seed)
        step = softmax(1.5 * rng.standard_normal((SYMBOLS, SYMBOLS)))
        first = softmax(rng.standard_normal(SYMBOLS))
        self.masses = (first[:, None, None] * step[:, :, None] * step).ravel()  # (64,)

    def sample(self, m: int, rng: np.random.Generator) -> np.ndarray:
        """m independent rows, float32."""
        return ONE_HOT[rng.choice(OUTCOMES, m, p=self.masses)]


def independent(masses: np.ndarray) -> np.ndarray:
    """The masses (64,) of independent symbols with the same marginals."""
    p = masses.reshape((SYMBOLS,) * POSITIONS)
    marginals = [p.sum(axis=tuple({0, 1, 2} - {i})) for i in range(POSITIONS)]
    return np.einsum("i,j,k->ijk", *marginals).ravel()


def mean_masses(symbols: np.ndarray) -> np.ndarray:
    """Masses (64,) of strings whose symbols are independent given z: (z, 3, 4) probabilities."""
    each = np.asarray(symbols, np.float64).transpose(1, 0, 2)
    return np.einsum("zi,zj,zk->ijk", *each, optimize=True).ravel() / each.shape[1]
