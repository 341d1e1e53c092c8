"""Fully visible belief nets: explicit, tractable (tutorial, Eq. 5; Frey et al. 1996).

    p(x) = prod_i p(x_i | x_1 .. x_i-1),   x_i ~ B(sigmoid(a_i(x_1 .. x_i-1)))

One network gives all logits at once, if no path leads from x_i to a_i or to an earlier one. Its
cost is minus the log-likelihood, exactly; a sample takes d passes, one after another. Without
hidden units it is logistic regression of each pixel on those before it; with hidden units it is
MADE (Germain et al. 2015): unit k has a degree m_k, sees inputs i <= m_k and is seen by outputs
i > m_k.
"""

from itertools import pairwise
from typing import Any

import numpy as np

from minigan.base.numerics import sigmoid, softplus
from minigan.layers import Layer, Tanh
from minigan.layers.masked_linear import MaskedLinear
from minigan.model_costs import bernoulli_cost
from minigan.models.model import OnePlayer, falling_adam, train
from minigan.networks import Sequential


class FVBN(OnePlayer):
    """p(x) of binary rows by a network F of logits, in which output i sees inputs before i only."""

    moves, binary = ("F",), True

    def __init__(self, F: Sequential):
        self.F, self.dim = F, F.n_out or 0

    def gradients(self, rng, x):
        """Gradient of the mean of -log p(x) into ``F.grads``. See `Turn.gradients`."""
        a, cache = self.F.forward(x, rng=rng)
        J_F, da = bernoulli_cost(a, x)
        self.F.backward(da, cache, input_grad=False)
        return {"J_F": J_F}

    def log_likelihood(self, x):
        """log p(x) of binary rows (m, dim), shape (m,): one pass."""
        self.require_rows(x)
        a = self.F(x.astype(self.F.dtype))
        return (x * a - softplus(a)).sum(axis=1)

    def sample(self, m, rng):
        """m independent rows: x_1, then x_2 given x_1, and so on, a pass each."""
        self.require_draws(m, rng)
        x = np.zeros((m, self.dim), self.F.dtype)
        for i in range(self.dim):
            x[:, i] = rng.random(m) < sigmoid(self.F(x)[:, i])
        return x

    def sequential_steps(self):
        """One for each variable."""
        return self.dim


def masks(d: int, hidden: tuple[int, ...] = ()) -> list[np.ndarray]:
    """Masks of the layers d -> hidden -> d: unit k of a hidden layer has degree 1 + k mod (d - 1).

    An input or a unit is seen by units of its own degree or higher, and by outputs of higher ones.
    """
    degrees = [np.arange(1, d + 1), *(1 + np.arange(h) % max(d - 1, 1) for h in hidden)]
    inner = [below[:, None] <= above for below, above in pairwise(degrees)]
    return [*inner, degrees[-1][:, None] < degrees[0]]


def masked_network(d: int, hidden: tuple[int, ...], seed: Any) -> Sequential:
    """F of `FVBN`, in float64: tanh between masked layers; logistic without hidden units."""
    layers: list[Layer] = []
    for mask in masks(d, hidden):
        layers += [MaskedLinear(mask), Tanh()]
    return Sequential(layers[:-1], seed=seed, dtype="float64", name="F")


def on_bars(data: Any, seed: int, steps: int = 3000, hidden: tuple[int, ...] = (60,)) -> FVBN:
    """MADE, trained on binary data; logistic without hidden units."""
    model = FVBN(masked_network(data.dim, hidden, seed))
    rate = 5e-3 if hidden else 0.05
    return train(model, [falling_adam(model.F, rate, steps)], steps, seed=seed, batch=100, x=data)
