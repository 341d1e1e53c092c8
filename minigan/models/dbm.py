"""Deep Boltzmann machines: explicit up to Z, variational and by a chain (Salakhutdinov 2009).

    log f(v, h1, h2) = v b + v W1 h1 + h1 W2 h2 + c1 h1 + c2 h2

The data's side of the gradient has a bound: mean field m1 = sigma(v W1 + m2 W2^T + c1),
m2 = sigma(m1 W2 + c2). The model's side has chains that are never started again; a move draws
(v, h2) given h1, then h1 given both. A sum over the states of h1 knows p(v), and Z.
"""

from typing import Any, ClassVar

import numpy as np

from minigan.base.errors import InputError
from minigan.base.numerics import log_sum_exp, sigmoid, softplus
from minigan.base.randomness import Streams
from minigan.distributions.states import all_states
from minigan.layers import Layer
from minigan.models.chain import Chain, drawn, table
from minigan.models.model import OnePlayer, train
from minigan.networks import Sequential
from minigan.optimizers import SGD
from minigan.schedules import linear_ramp

MEAN_FIELD = 10  # sweeps


class LogJoint(Layer):
    """(v, h1, h2) side by side -> log f(v, h1, h2), one number a row."""

    mixes = False

    def __init__(self, n_visible: int, n_first: int, n_second: int):
        super().__init__()
        self.widths = n_visible, n_first, n_second
        self.n_in, self.n_out = sum(self.widths), 1

    def parameter_shapes(self):
        """W1, W2, b, c1 and c2."""
        v, h1, h2 = self.widths
        return {"W1": (v, h1), "W2": (h1, h2), "b": (v,), "c1": (h1,), "c2": (h2,)}

    def initialise(self, rng):
        """W1 and W2 ~ N(0, 0.1^2)."""
        for W in (self.W1, self.W2):
            W[...] = rng.normal(0, 0.1, W.shape)

    def parts(self, x):
        """v, h1 and h2 of rows."""
        v, h1, _ = self.widths
        return x[:, :v], x[:, v : v + h1], x[:, v + h1 :]

    def forward(self, x, *, train=True, rng=None):
        """log f, (m, 1); the cache is x. See `Layer.forward`."""
        v, h1, h2 = self.parts(x)
        a1 = v @ self.W1 + h2 @ self.W2.T + self.c1
        return (v @ self.b + (a1 * h1).sum(axis=1) + h2 @ self.c2)[:, None], x

    def backward(self, dy, cache, *, param_grads=True):
        """Every term is a product of two units, and of a coupling. See `Layer.backward`."""
        v, h1, h2 = self.parts(cache)
        if param_grads:
            self.dW1 += v.T @ (dy * h1)
            self.dW2 += (dy * h1).T @ h2
            for db, unit in ((self.db, v), (self.dc1, h1), (self.dc2, h2)):
                db += (dy * unit).sum(axis=0)
        above = v @ self.W1 + h2 @ self.W2.T + self.c1
        return dy * np.hstack([self.b + h1 @ self.W1.T, above, h1 @ self.W2 + self.c2])


class DBM(Chain, OnePlayer):
    """Deep Boltzmann machine of two hidden layers; ``exact`` learns by sums over h1."""

    moves: ClassVar = ("R",)

    def __init__(self, *widths: int, exact: bool = False, seed: Any = 0):
        if len(widths) != 3:
            raise InputError(f"DBM: expected the widths of v, h1 and h2, got {widths}")
        self.R = Sequential([LogJoint(*widths)], seed=seed, dtype="float64", name="R")
        self.dim, self.exact, self.chains = widths[0], exact, np.zeros((0, widths[1]))

    p: Any = property(lambda self: self.R[0], doc="The layer, which has the parameters.")

    def gradients(self, rng, x):
        """Gradient of the mean of -log p(v), exact or by mean field and chains."""
        if self.exact:
            sides = [self._listed(x), self._listed(all_states(self.dim))]
            J_R = self.log_Z() - self.log_f(x).mean()
            sides[1][1][...] *= np.repeat(self.pmf(all_states(self.dim)), 2 ** len(self.p.c1))
            sides[0][1][...] /= len(x)
        else:
            if not len(self.chains):
                self.chains = self.start(len(x), rng)
            self.chains = self.run(self.chains, 2, rng)
            rows = [np.hstack([x, *self.mean_field(x)]), self._with_means(self.chains)]
            sides = [(each, np.full(len(each), 1 / len(each))) for each in rows]
            J_R = np.subtract(*[self.R(each).mean() for each in rows[::-1]])
        for sign, (rows, weights) in zip((-1, 1), sides, strict=True):
            _, cache = self.R.forward(rows)
            self.R.backward(sign * weights[:, None], cache, input_grad=False)
        return {"J_R": J_R}

    def state(self):
        """Where the chains are, for a checkpoint."""
        return {"chains": self.chains.copy()}

    def restore(self, state):
        """Go on from `state`."""
        self.chains = np.array(state["chains"])

    def mean_field(self, x):
        """(m1, m2) of rows v, from a first pass with W1 doubled, which stands for what is above."""
        m1 = sigmoid(2 * x @ self.p.W1 + self.p.c1)
        for _ in range(MEAN_FIELD):
            m2 = sigmoid(m1 @ self.p.W2 + self.p.c2)
            m1 = sigmoid(x @ self.p.W1 + m2 @ self.p.W2.T + self.p.c1)
        return m1, m2

    def posterior(self, x):
        """Means of h1 and h2 under the mean field of rows v, (m, hidden)."""
        return np.hstack(self.mean_field(x.astype(np.float64)))

    def bound(self, x, rng):
        """ELBO of each row under its mean field, with the exact Z, (m,)."""
        means = self.posterior(x)
        logit = np.log(means) - np.log1p(-means)
        entropy = (softplus(logit) - means * logit).sum(axis=1)
        return self.R(np.hstack([x, means]))[:, 0] + entropy - self.log_Z()

    def _log_joint_h1(self, x):
        """log f(v, h1) of rows v and all h1, (m, 2^h1)."""
        h1 = all_states(len(self.p.c1))
        above = softplus(h1 @ self.p.W2 + self.p.c2).sum(axis=1)
        return (x @ self.p.b)[:, None] + (x @ self.p.W1 + self.p.c1) @ h1.T + above

    def log_f(self, x):
        """log of the sum of f(v, h1, h2) over hidden units, (m,)."""
        return log_sum_exp(self._log_joint_h1(x))

    def _log_f_h1(self):
        """log of the sum of f over v and h2, for each h1."""
        h1 = all_states(len(self.p.c1))
        sums = [softplus(h1 @ W + b).sum(axis=1) for W, b in self._downs()]
        return h1 @ self.p.c1 + sums[0] + sums[1]

    def _downs(self):
        """Couplings and biases of v, and of h2, as h1 sees them."""
        return (self.p.W1.T, self.p.b), (self.p.W2, self.p.c2)

    def log_Z(self) -> float:
        """log Z by all states of h1."""
        return float(log_sum_exp(self._log_f_h1()))

    def log_likelihood(self, x):
        """log p(v) of binary rows, by a sum over h1, (m,)."""
        self.require_binary(x)
        return self.log_f(x) - self.log_Z()

    def _listed(self, x):
        """Rows (v, h1, E h2) for all h1, and p(h1|v) of each."""
        log_joint = self._log_joint_h1(x)
        weights = np.exp(log_joint - log_sum_exp(log_joint)[:, None])
        h1 = np.tile(all_states(len(self.p.c1)), (len(x), 1))
        h2 = sigmoid(h1 @ self.p.W2 + self.p.c2)
        return np.hstack([np.repeat(x, weights.shape[1], axis=0), h1, h2]), weights.ravel()

    def _with_means(self, h1):
        """Rows (E v, h1, E h2): log f is linear in v and in h2."""
        v, h2 = (sigmoid(h1 @ W + b) for W, b in self._downs())
        return np.hstack([v, h1, h2])

    def start(self, m, rng):
        """First states of m chains: h1, uniform."""
        return rng.integers(0, 2, (m, len(self.p.c1))).astype(np.float64)

    def move(self, states, rng):
        """(v, h2) given h1, then h1 given both."""
        v, h2 = (drawn(sigmoid(states @ W + b), rng) for W, b in self._downs())
        return drawn(sigmoid(v @ self.p.W1 + h2 @ self.p.W2.T + self.p.c1), rng)

    def visible(self, states, rng):
        """v ~ p(v|h1)."""
        return drawn(sigmoid(states @ self.p.W1.T + self.p.b), rng)

    def transition(self):
        """T over the states of h1, whose moves they are."""
        h1 = all_states(len(self.p.c1))
        v_and_h2 = table(np.hstack([h1 @ W + b for W, b in self._downs()]))
        both = all_states(self.dim + len(self.p.c2))
        v, h2 = both[:, : self.dim], both[:, self.dim :]
        return v_and_h2 @ table(v @ self.p.W1 + h2 @ self.p.W2.T + self.p.c1)

    def chain(self):
        """T over the states of h1, and its law."""
        return self.transition(), np.exp(self._log_f_h1() - self.log_Z())


def on_bars(data: Any, seed: int, steps: int = 8000) -> DBM:
    """d-8-4, by mean field and 100 chains, at a rate that falls from 0.03."""
    streams = Streams(seed)
    model = DBM(data.dim, 8, 4, seed=streams["init_R"])
    optimizers = [SGD(model.R, linear_ramp(0.03, 0.0, steps), momentum=0.5)]
    return train(model, optimizers, steps, seed=streams, batch=100, x=data)
