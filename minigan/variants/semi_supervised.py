"""K + 1 classes: D sorts real examples into K classes, and generated ones into one more.

Semi-supervised learning (2014, section 7.4; the NIPS 2016 tutorial, section 4.1; Salimans et al.
2016). D has K logits l(x). The fake class has the logit 0, since a function of x that is added to
all K + 1 logits changes nothing. With Z = log sum_j exp l_j, the softmax of K + 1 classes is

    p(real) = e^Z / (1 + e^Z) = sigma(Z) = D(x),    p(y | x, real) = e^(l_y) / e^Z,

so Z plays the part of the logit a, and the game is Algorithm 1 with one more layer in D:

    J_class = mean(-l_y + Z)            of labelled examples: given that it is real, which class
    J_D     = 1/2 mean softplus(-Z(x)) + 1/2 mean softplus(Z(G(z)))     of unlabelled ones

softplus(-Z) = -log p(real) is what the code of Salimans et al. spells -Z + softplus(Z). G may play
any cost of Z, or match features: it moves the mean of D's last hidden layer f to that of the data,

    u = mean f(G(z)) - mean f(x),    J_G = |u|^2 / n_f,    dJ_G/df(G(z_i)) = 2 u / (n_f m)

The mean over the minibatch is inside of the square; the real half is data, and passes nothing on.
Features are matched in their means and nothing more: where they are linear, f = x A, any p_g
with the right mean of x A is an optimum, so no JSD is promised.
"""

from __future__ import annotations

import numpy as np

from minigan.base.backend import array_module
from minigan.base.errors import InputError
from minigan.base.validation import whole_number
from minigan.costs import discriminator_cost
from minigan.distributions import Examples
from minigan.game import Turn
from minigan.game.turns import check_players
from minigan.layers import Layer
from minigan.networks import Sequential


class LogSumExp(Layer):
    """Z = log sum_j exp l_j of K >= 1 logits, without overflow; dl = softmax(l) dZ."""

    mixes = False

    def __init__(self, K: int, *, name: str | None = None):
        super().__init__(name=name)
        self.n_in, self.n_out = whole_number(f"{self}: K", K), 1

    def forward(self, x, *, train=True, rng=None):
        """Z, shape (batch, 1); the cache is softmax(l). See `Layer.forward`."""
        self.check_input(x)
        return log_softmax_parts(x)

    def backward(self, dy, cache, *, param_grads=True):
        """Gradient at the logits: dZ softmax(l). See `Layer.backward`."""
        self.check_gradient(dy, (len(cache), 1))
        return dy * cache


def log_softmax_parts(l):  # noqa: E741 (the formula's name)
    """Z = log sum_j exp l_j, (batch, 1), and softmax(l), (batch, K), of logits (batch, K)."""
    xp = array_module(l)
    largest = l.max(axis=1, keepdims=True)
    e = xp.exp(l - largest)
    total = e.sum(axis=1, keepdims=True)
    return largest + xp.log(total), e / total


def class_cost(l, t):  # noqa: E741
    """J_class = mean(-l_y + Z) of logits l and one-hot labels t, (m, K); its gradient at l."""
    if l.shape != t.shape:
        raise InputError(
            f"labelled: expected labels of {l.shape[1]} classes, as D has outputs, got "
            f"{t.shape[1]}: give D an output for each class"
        )
    Z, p = log_softmax_parts(l)
    return (Z - (l * t).sum(axis=1, keepdims=True)).mean(), (p - t) / len(l)


class Labelled:
    """Labelled examples, drawn with replacement: rows x, and their labels as rows of 0 and one 1.

    ``labels`` are whole numbers from 0 to ``classes`` - 1, of two classes or more. InputError if
    they are not, or not as many as rows of ``X`` (examples, dim).
    """

    def __init__(self, X, labels, classes: int):
        self.X, classes = Examples(X).X, whole_number("classes", classes, 2)
        y = np.asarray(labels)
        if y.shape != (len(X),) or y.dtype.kind not in "iu":
            what = f"{y.dtype} {y.shape}"
            raise InputError(f"labels: expected a whole number for each of {len(X)}, got {what}")
        if y.min() < 0 or y.max() >= classes:
            wrong = y[(y < 0) | (y >= classes)][0]
            raise InputError(
                f"labels: expected 0 to {classes - 1}, as D has {classes} outputs, got {wrong}: "
                f"number the classes from 0, or give D an output for each"
            )
        if y.min() == y.max():
            raise InputError(f"labels: expected two classes or more, got {y[0]} alone: add others")
        self.t = np.eye(classes, dtype=self.X.dtype)[y]

    def sample(self, m: int, rng):
        """A tuple x (m, dim), t (m, classes)."""
        i = rng.integers(len(self.X), size=m)
        return self.X[i], self.t[i]


class SupervisedTurn(Turn):
    """The control: D's turn with labelled examples alone, and no game."""

    moves, draws = ("D",), ("labelled",)

    def __init__(self, D: Sequential):
        if not isinstance(D[-1], LogSumExp):
            raise InputError(f"D: expected a network that ends in LogSumExp(K), got {D[-1]}")
        self.D = D

    def gradients(self, rng, labelled):
        """Gradient of J_class into ``D.grads``. See `Turn.gradients`."""
        return {"J_class": _learn_classes(self.D, labelled, rng)}


class SemiSupervisedTurn(Turn):
    """D's turn: J_class of labelled examples plus J_D of unlabelled and generated ones.

    The labelled term is p(y | x, real): which class, given that it is real. So no example counts
    twice as real, unless it is among the unlabelled ones too.
    """

    moves, draws = ("D",), ("labelled", "x", "z")

    def __init__(self, G: Sequential, D: Sequential):
        check_players(G, D)
        SupervisedTurn(D)  # which sees that D ends in LogSumExp
        self.G, self.D = G, D

    def gradients(self, rng, labelled, x, z):
        """Gradient of J_class + J_D into ``D.grads``. See `Turn.gradients`."""
        J_class = _learn_classes(self.D, labelled, rng)
        x_fake, _ = self.G.forward(z, rng=rng)
        (Z_real, Z_fake), D_cache = self.D.forward((x, x_fake), rng=rng)
        J_D, dZ_real, dZ_fake = discriminator_cost(Z_real, Z_fake)
        self.D.backward((dZ_real, dZ_fake), D_cache, input_grad=False)
        return {"J": J_class + J_D, "J_class": J_class, "J_unlabelled": J_D}


def _learn_classes(D: Sequential, labelled, rng):
    """J_class through D without its LogSumExp; its gradient is added to ``D.grads``."""
    x, t = labelled
    l, cache = D[:-1].forward(x, rng=rng)  # noqa: E741
    J_class, dl = class_cost(l, t)
    D[:-1].backward(dl, cache, input_grad=False)
    return J_class


class FeatureMatchingTurn(Turn):
    """G's turn: J_G = |mean f(G(z)) - mean f(x)|^2 / n_f, with f the first ``layers`` of D.

    ``layers`` counts from the end if negative, as in ``D[:-1]``. InputError if D has not as many,
    or does not take what G makes.
    """

    moves, draws = ("G",), ("x", "z")

    def __init__(self, G: Sequential, D: Sequential, layers: int):
        check_players(G, D)
        n = len(D) - 1
        if layers not in (*range(1, n + 1), *range(-n, 0)):
            raise InputError(f"layers: expected 1 to {n} of D's, or {-n} to -1, got {layers!r}")
        self.G, self.D, self.layers = G, D, layers

    def gradients(self, rng, x, z):
        """Gradient of J_G, through D's features, into ``G.grads``. See `Turn.gradients`."""
        f = self.D[: self.layers]
        x_fake, G_cache = self.G.forward(z, rng=rng)
        (f_real, f_fake), cache = f.forward((x, x_fake), rng=rng)
        u = f_fake.mean(axis=0) - f_real.mean(axis=0)
        df = array_module(u).broadcast_to(2 * u / f_fake.size, f_fake.shape)
        _, dx = f.backward((None, df), cache, param_grads=False)
        self.G.backward(dx, G_cache, input_grad=False)
        return {"J_G": (u * u).mean()}
