"""Restricted Boltzmann machines: explicit up to Z, by a Markov chain (Hinton 2002; Tieleman 2008).

    p(v) = f(v) / Z,   log f(v) = v b + sum_j softplus(c_j + (v W)_j) = log sum_h e^{vb + hc + vWh}

The gradient of log p(v) is that of log f at the data minus its mean under the model. Its second
part is exact where all states can be listed; CD-k takes it from chains of k steps that start at
the data, PCD from chains that are never started again. A step draws h ~ p(h|v), then v ~ p(v|h);
statistics are of the probabilities of h, which is what the slope of softplus gives.
"""

from typing import Any, ClassVar

import numpy as np

from minigan.base.errors import InputError
from minigan.base.numerics import log_sum_exp, sigmoid, softplus
from minigan.base.randomness import Streams, require_rng
from minigan.base.validation import whole_number
from minigan.distributions.states import all_states
from minigan.layers import Layer
from minigan.models.chain import Persistent, drawn, table
from minigan.models.model import OnePlayer, train
from minigan.networks import Sequential
from minigan.optimizers import SGD
from minigan.schedules import linear_ramp

LISTED = 16  # binary units of which all states are listed, at most


class LogF(Layer):
    """v -> log f(v), one number a row, with parameters W (visible x hidden), b and c."""

    mixes = False

    def __init__(self, n_visible: int, n_hidden: int):
        super().__init__()
        self.n_in = whole_number("RBM: n_visible", n_visible)
        self.n_hidden, self.n_out = whole_number("RBM: n_hidden", n_hidden), 1

    def parameter_shapes(self):
        """W, b and c."""
        return {"W": (self.n_in, self.n_hidden), "b": (self.n_in,), "c": (self.n_hidden,)}

    def initialise(self, rng):
        """W ~ N(0, 0.1^2)."""
        self.W[...] = rng.normal(0, 0.1, self.W.shape)

    def forward(self, x, *, train=True, rng=None):
        """log f, (m, 1); the cache is x and the logits of h. See `Layer.forward`."""
        a = x @ self.W + self.c
        return (x @ self.b + softplus(a).sum(axis=1))[:, None], (x, a)

    def backward(self, dy, cache, *, param_grads=True):
        """dv = dy (b + p W^T), with p = p(h = 1|v). See `Layer.backward`."""
        x, a = cache
        dp = dy * sigmoid(a)
        if param_grads:
            self.dW += x.T @ dp
            self.db += (dy * x).sum(axis=0)
            self.dc += dp.sum(axis=0)
        return dy * self.b + dp @ self.W.T


class RBM(Persistent, OnePlayer):
    """Restricted Boltzmann machine of binary units, with W ~ N(0, 0.1^2) from ``seed``.

    The model's side of the gradient is ``learning`` "exact", "cd" or "pcd", by k moves of a chain.
    """

    moves: ClassVar = ("R",)

    def __init__(self, n_visible, n_hidden, *, learning="exact", k=1, seed=0, dtype="float64"):
        if learning not in ("exact", "cd", "pcd"):
            raise InputError(f"RBM: learning: expected exact, cd or pcd, got {learning!r}")
        self.R = Sequential([LogF(n_visible, n_hidden)], seed=seed, dtype=dtype, name="R")
        self.dim, self.learning, self.exact = n_visible, learning, learning == "exact"
        self.sweeps_a_turn = whole_number("RBM: k", k)

    @property
    def params(self) -> np.ndarray:
        """All parameters, in one vector."""
        return self.R.params

    @property
    def W(self) -> np.ndarray:
        """Couplings, (visible, hidden)."""
        return self.R[0].W

    @property
    def b(self) -> np.ndarray:
        """Biases of the visible units."""
        return self.R[0].b

    @property
    def c(self) -> np.ndarray:
        """Biases of the hidden units."""
        return self.R[0].c

    def gradients(self, rng, x):
        """Gradient of the mean of -log p(x), or its estimate, into ``R.grads``.

        J_R is that mean only if ``exact``; else a difference of free energies, see `contrast`,
        which does not say how good the model is.
        """
        return {"J_R": self.contrast(x, np.full((len(x), 1), 1 / len(x), x.dtype), rng)}

    def contrast(self, x, weights, rng):
        """Gradient of a - sum of weighted log f, and that: a is log Z, or mean log f of chains."""
        of_data, cache = self.R.forward(x)
        self.R.backward(-weights, cache, input_grad=False)
        of_model, cache = self.R.forward(self._model_rows(x, rng))
        if self.exact:
            a = log_sum_exp(of_model, axis=0)[0]
            p = np.exp(of_model - a)
        else:
            a, p = of_model.mean(), np.full_like(of_model, 1 / len(of_model))
        self.R.backward(p, cache, input_grad=False)
        return a - (weights * of_data).sum()

    def _model_rows(self, x, rng):
        """Rows on the model's side of the gradient: all states, or where chains have come."""
        if self.exact:
            return all_states(self.dim)
        require_rng("RBM", rng)
        return (self.run if self.learning == "cd" else self.further)(x, self.sweeps_a_turn, rng)

    def posterior(self, x):
        """p(h = 1|v) of rows v, exact, (m, hidden)."""
        return sigmoid(x.astype(self.R.dtype) @ self.W + self.c)

    def down(self, h):
        """p(v = 1|h) of rows h, (m, visible)."""
        return sigmoid(h @ self.W.T + self.b)

    def step(self, x, rng):
        """A sweep of each chain: h ~ p(h|v), then v ~ p(v|h)."""
        return drawn(self.down(drawn(self.posterior(x), rng)), rng)

    def log_joint(self, x, h):
        """log f(v, h) of rows, (m,)."""
        return x @ self.b + h @ self.c + ((x @ self.W) * h).sum(axis=1)

    def transposed(self, learning: str = "exact") -> "RBM":
        """The same machine with v and h in each other's place."""
        twin = RBM(len(self.c), self.dim, learning=learning, dtype=self.R.dtype.name)
        twin.W[...], twin.b[...], twin.c[...] = self.W.T, self.c, self.b
        return twin

    def log_Z(self) -> float:
        """log Z by all states of v, or of h where these are fewer."""
        model = self if self.dim <= len(self.c) else self.transposed()
        if model.dim > LISTED:
            raise InputError(
                f"RBM: expected at most {LISTED} visible or hidden units to know Z, got "
                f"{self.dim} and {len(self.c)}"
            )
        return float(log_sum_exp(model.R(all_states(model.dim))[:, 0]))

    def log_likelihood(self, x):
        """log p(v) of binary rows, exact, (m,)."""
        self.require_rows(x)
        return self.R(x.astype(self.R.dtype))[:, 0] - self.log_Z()

    def transition(self):
        """T[v, v'] = sum over h of p(h|v) p(v'|h), (2^visible, 2^visible)."""
        up = table(all_states(self.dim) @ self.W + self.c)
        return up @ table(all_states(len(self.c)) @ self.W.T + self.b)


def on_bars(data: Any, seed, steps=10_000, learning="pcd", k=1, hidden=8, rate=0.05) -> RBM:
    """d-8, by stochastic gradient ascent at a rate that falls to 0."""
    streams = Streams(seed)
    model = RBM(data.dim, hidden, learning=learning, k=k, seed=streams["init_R"])
    return ascend(model, data, streams, rate, steps)


def ascend(model: Any, x: Any, streams: Streams, rate: float, steps: int) -> Any:
    """The model after so many steps with momentum 0.5, at a rate that falls to 0."""
    optimizer = SGD(model.R, linear_ramp(rate, 0.0, steps), momentum=0.5)
    return train(model, [optimizer], steps, seed=streams, batch=100, x=x)
