"""Deep belief nets: an RBM on top of a directed layer (Hinton, Osindero and Teh 2006).

    p(v) = sum over h of p_2(h) p(v|h),   p_2 an RBM, p(v|h) the lower half of another

Greedy: RBM 1 learns v; RBM 2 learns the h that RBM 1 sees in the data. If RBM 2 starts as RBM 1
upside down, p is that of RBM 1 exactly, and what it learns raises a bound of log p(v) from there.
"""

from typing import Any

import numpy as np

from minigan.base.errors import InputError
from minigan.base.numerics import log_sum_exp, softplus
from minigan.base.randomness import Streams, require_rng
from minigan.distributions.states import all_states
from minigan.models import rbm
from minigan.models.chain import Chain, drawn
from minigan.models.rbm import RBM


class DBN(Chain):
    """RBM ``upper`` over the hidden units h of RBM ``lower``; the states of its chain are h."""

    def __init__(self, lower: RBM, upper: RBM):
        if upper.dim != (n := len(lower.c)):
            raise InputError(f"DBN: expected an upper RBM of {n} visible units, got {upper.dim}")
        self.lower, self.upper, self.dim = lower, upper, lower.dim

    def start(self, m, rng):
        """First states of m chains: h, uniform."""
        return self.upper.start(m, rng)

    def move(self, states, rng):
        """A sweep of the upper RBM."""
        return self.upper.step(states, rng)

    def visible(self, states, rng):
        """v ~ p(v|h), one step down."""
        return drawn(self.lower.down(states), rng)

    def transition(self):
        """T of the upper RBM, over the states of h."""
        return self.upper.transition()

    def chain(self):
        """T over the states of h, and its law, p_2."""
        return self.transition(), self.upper.pmf(all_states(self.upper.dim))

    def sequential_steps(self):
        """Those of the chain, and one down."""
        return super().sequential_steps() + 1

    def posterior(self, x):
        """q(h = 1|v) of rows v: that of RBM 1, in one pass."""
        return self.lower.posterior(x)

    def bound(self, x, rng):
        """log p_2(h) p(v|h) / q(h|v) of each row for one h ~ q: a bound in the mean; (m,)."""
        self.require_rows(x)
        require_rng("DBN", rng)
        q = self.posterior(x)
        h = drawn(q, rng)
        log_q = np.log(np.where(h == 1, q, 1 - q)).sum(axis=1)
        a = h @ self.lower.W.T + self.lower.b
        return self.upper.log_likelihood(h) + (x * a - softplus(a)).sum(axis=1) - log_q

    def log_likelihood(self, x):
        """log p(v) of binary rows, by a sum over h, (m,)."""
        self.require_rows(x)
        h = all_states(self.upper.dim)
        a = h @ self.lower.W.T + self.lower.b
        log_p = x @ a.T - softplus(a).sum(axis=1)  # of v given each h
        return log_sum_exp(log_p + self.upper.log_likelihood(h))


class Hidden:
    """Sampler of h ~ p(h|v) of an RBM, for v of another sampler."""

    def __init__(self, model: RBM, x: Any):
        self.model, self.x = model, x

    def sample(self, m: int, rng: np.random.Generator) -> np.ndarray:
        """m independent rows, (m, hidden)."""
        return drawn(self.model.posterior(self.x.sample(m, rng)), rng)


def on_bars(data: Any, seed: int, steps: int = 8000, learning: str = "cd") -> DBN:
    """d-8-d, the upper RBM from the lower one upside down."""
    lower = rbm.on_bars(data, seed, steps, learning)
    upper = lower.transposed(learning)
    rbm.ascend(upper, Hidden(lower, data), Streams(seed + 2**32), 0.05, steps)
    return DBN(lower, upper)
