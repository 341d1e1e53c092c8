"""Deep Boltzmann machines: explicit up to Z, variational and by a chain (Salakhutdinov 2009).

    log f(v, h1, h2) = v b + v W1 h1 + h1 W2 h2 + c1 h1 + c2 h2

With two hidden layers that is an RBM with (v, h2) on one side and h1 on the other, of which h2 is
never seen. So the data's side of the gradient needs h2: mean field m1 = sigma(v W1 + m2 W2^T + c1),
m2 = sigma(m1 W2 + c2), whose bound is optimised; and the model's side is that of the RBM, by PCD.
"""

from typing import Any, ClassVar

import numpy as np

from minigan.base.numerics import log_sum_exp, sigmoid, softplus
from minigan.base.randomness import Streams
from minigan.distributions.states import all_states
from minigan.models.chain import Chain, coins, drawn
from minigan.models.model import OnePlayer
from minigan.models.rbm import RBM, ascend

MEAN_FIELD = 10  # sweeps


class DBM(Chain, OnePlayer):
    """Deep Boltzmann machine of two hidden layers; ``exact`` learns by sums over all states."""

    moves: ClassVar = ("R",)

    def __init__(self, n_visible, n_first, n_second, *, exact=False, seed=0):
        learning = "exact" if exact else "pcd"
        self.rbm = RBM(n_visible + n_second, n_first, learning=learning, k=2, seed=seed)
        self.dim, self.exact, self.above = n_visible, exact, all_states(n_second)

    @property
    def R(self) -> Any:
        """The network of log f."""
        return self.rbm.R

    def networks(self):
        """That of the RBM."""
        return {"R": self.R}

    def gradients(self, rng, x):
        """Gradient of the mean of -log p(v), exact or by mean field and chains."""
        if not self.exact:
            rows = np.hstack([x, self.mean_field(x)[1]])
            return {"J_R": self.rbm.contrast(rows, np.full((len(x), 1), 1 / len(x)), rng)}
        log_f = self._log_f(x)
        r = np.exp(log_f - log_sum_exp(log_f)[:, None]) / len(x)
        self.rbm.contrast(self._with_all_above(x), r.reshape(-1, 1), rng)
        return {"J_R": self.log_Z() - log_sum_exp(log_f).mean()}

    def state(self):
        """Present states of the chains, for a checkpoint."""
        return self.rbm.state()

    def restore(self, state):
        """Go on from `state`."""
        self.rbm.restore(state)

    def mean_field(self, x):
        """(m1, m2) of rows v, from a first pass with W1 doubled, which stands for what is above."""
        m1 = sigmoid(2 * x @ self.rbm.W[: self.dim] + self.rbm.c)
        for _ in range(MEAN_FIELD):
            m2 = self.rbm.down(m1)[:, self.dim :]
            m1 = self.rbm.posterior(np.hstack([x, m2]))
        return m1, m2

    def posterior(self, x):
        """Means of h1 and h2 under the mean field of rows v, (m, hidden)."""
        return np.hstack(self.mean_field(x.astype(np.float64)))

    def bound(self, x, rng):
        """ELBO of each row under its mean field, with the exact Z, (m,)."""
        self.require_rows(x)
        means = self.posterior(x)
        logits = np.log(means) - np.log1p(-means)
        entropy = (softplus(logits) - means * logits).sum(axis=1)
        m1, m2 = np.split(means, [len(self.rbm.c)], axis=1)
        return self.rbm.log_joint(np.hstack([x, m2]), m1) + entropy - self.log_Z()

    def _with_all_above(self, x):
        """Rows (v, h2), each v with all h2."""
        below = np.repeat(x, len(self.above), axis=0)
        return np.hstack([below, np.tile(self.above, (len(x), 1))])

    def _log_f(self, x):
        """log f(v, h2), h1 summed over, of rows v and all h2: (m, 2^h2)."""
        return self.R(self._with_all_above(x))[:, 0].reshape(len(x), -1)

    def log_Z(self) -> float:
        """log Z of the RBM."""
        return self.rbm.log_Z()

    def log_likelihood(self, x):
        """log p(v) of binary rows, by a sum over h2, (m,)."""
        self.require_rows(x)
        return log_sum_exp(self._log_f(x)) - self.log_Z()

    def start(self, m, rng):
        """First states of m chains: h1, uniform."""
        return coins(m, len(self.rbm.c), rng)

    def move(self, states, rng):
        """(v, h2) given h1, then h1 given both."""
        return drawn(self.rbm.posterior(drawn(self.rbm.down(states), rng)), rng)

    def visible(self, states, rng):
        """v ~ p(v|h1)."""
        return drawn(self.rbm.down(states)[:, : self.dim], rng)

    def transition(self):
        """T over the states of h1, whose moves they are."""
        return self.rbm.transposed().transition()

    def chain(self):
        """T over the states of h1, and its law."""
        return self.transition(), self.rbm.transposed().pmf(all_states(len(self.rbm.c)))


def on_bars(data: Any, seed: int, steps: int = 8000) -> DBM:
    """d-8-4, by mean field and 100 chains, at a rate that falls from 0.05."""
    streams = Streams(seed)
    model = DBM(data.dim, 8, 4, seed=streams["init_R"])
    return ascend(model, data, streams, 0.05, steps)
