"""PPGN on 8 x 8 digits: a decoder of codes with a GAN among its costs, and a chain in the codes.

"Plug and play generative networks" (Nguyen et al. 2016; the NIPS 2016 tutorial, section 6) sample
images of a class by the rule of `langevin`, in the code h of an encoder E that stands still. G
makes images of codes, x^ = G(h + s0 n), and learns by four costs at once, f being a layer of E,

    J_G = mean 1/2 |x^ - x|^2 + a_f/2 |f(x^) - f(x)|^2 + a_h/2 |E(x^) - h|^2 + a_g softplus(-a(x^)),

with a the logit of D. Its gradient at x^, of m images, enters E at two places: in the middle and at
the end. A classifier C of images gives the condition: grad_h log p(y|G(h)) goes back through C and
G. Neither is trained for it, so that any C may be plugged in.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from minigan.averages import ParameterAverage
from minigan.base.numerics import logistic
from minigan.base.randomness import Streams, require_rng
from minigan.distributions import Examples
from minigan.game import DiscriminatorTurn, Game, Turn
from minigan.layers import GaussianNoise, Layer, LeakyReLU, ReLU, Sigmoid
from minigan.networks import Sequential
from minigan.optimizers import Adam
from minigan.schedules import linear_ramp
from minigan.variants.conditional_toys import network
from minigan.variants.langevin import Blurred
from minigan.variants.semi_supervised import Labelled, LogSumExp, SupervisedTurn, log_softmax_parts

S0, CODE, FEATURES = 0.3, 16, 128  # std of noise on codes; widths of h and of f
RATE, BATCH, DECAY = 1e-3, 64, 0.999


class Weights(NamedTuple):
    """a_f, a_h and a_g: weights of the costs of features, codes and GAN, beside 1 of the pixels."""

    features: float = 0.0
    code: float = 0.0
    gan: float = 0.0


class DecoderTurn(Turn):
    """G's turn: J_G of images x, through E = (E[:2], which ends in f, and E[2:]) and D.

    E and D stand still. Noise in front of D is D's own first layer.
    """

    moves, draws = ("G",), ("x",)

    def __init__(self, G: Sequential, E: Sequential, D: Sequential, s0: float, weights: Weights):
        self.G, self.E, self.D, self.s0, self.weights = G, E, D, s0, weights

    def gradients(self, rng, x):
        """Gradient of J_G into ``G.grads``. See `Turn.gradients`."""
        require_rng("DecoderTurn", rng)
        m, (a_f, a_h, a_g), (to_f, to_h) = len(x), self.weights, (self.E[:2], self.E[2:])
        f = to_f(x)
        h = to_h(f)
        noise = rng.standard_normal(h.shape, dtype=h.dtype)
        x_hat, G_cache = self.G.forward(h + self.s0 * noise, rng=rng)
        dx = (x_hat - x) / m
        J_G = ((x_hat - x) ** 2).sum() / (2 * m)
        if a_f or a_h:
            f_hat, f_cache = to_f.forward(x_hat)
            h_hat, h_cache = to_h.forward(f_hat)
            J_G += a_f * ((f_hat - f) ** 2).sum() / (2 * m) + a_h * ((h_hat - h) ** 2).sum() / (
                2 * m
            )
            df = a_f * (f_hat - f) / m
            df += to_h.backward(a_h * (h_hat - h) / m, h_cache, param_grads=False)
            dx += to_f.backward(df, f_cache, param_grads=False)
        if a_g:
            a, D_cache = self.D.forward(x_hat, rng=rng)
            minus_log_D, slope = logistic(-a)
            J_G += a_g * minus_log_D.mean()
            dx += self.D.backward(-a_g * slope / m, D_cache, param_grads=False)
        self.G.backward(dx, G_cache, input_grad=False)
        return {"J_G": J_G}


def classifier(
    X: np.ndarray,
    labels: np.ndarray,
    widths: tuple[int, ...],
    steps: int,
    seed: Any,
    bend: Callable[[], Layer] = ReLU,
    noise: float = 0.1,
) -> Sequential:
    """Logits of the labels of images X, by hidden layers of these widths, with ``bend()`` between.

    They are trained with noise of that std on their input.
    """
    streams, K = Streams(seed), int(labels.max()) + 1
    labelled, gain = Labelled(X, labels, K), math.sqrt(2) if bend is ReLU else 1.0
    widths, first = (X.shape[1], *widths, K), GaussianNoise(noise)
    C = network(widths, bend, gain, first, last=[LogSumExp(K)], seed=streams["init_C"], name="C")
    optimizers = [Adam(C, linear_ramp(RATE, 0.0, steps))]
    options: dict[str, Any] = {"batch": 100, "seed": streams, "labelled": labelled}
    for _ in Game(SupervisedTurn(C), optimizers=optimizers, **options).play(steps):
        pass
    return C[1:-1]  # without noise in front and what `SupervisedTurn` wants behind: K logits


def encoder(X: np.ndarray, labels: np.ndarray, steps: int, seed: Any) -> Sequential:
    """E, pixels-128-16 of a classifier, with codes of mean 0 and std 1 over X.

    Codes are what comes before the last ReLU, so that they have no bounds.
    """
    E = classifier(X, labels, (FEATURES, CODE), steps, seed)[:3]
    h, last = E(X), E[-1]
    last.W[...] /= h.std(axis=0)
    last.b[...] = (last.b - h.mean(axis=0)) / h.std(axis=0)
    return E


def decoder(E: Sequential, X: np.ndarray, weights: Weights, steps: int, seed: Any) -> Sequential:
    """G, 16-128-128-64, trained against a D of 64-128-128-1 if ``weights.gan``.

    Its parameters are their average over the second half. Features and codes are weighed in units
    in which they vary as much as the pixels do.
    """
    streams, h, n = Streams(seed), E(X), X.shape[1]
    spread, of_f, of_h = (float(rows.var(axis=0).sum()) for rows in (X, E[:2](X), h))
    weights = Weights(spread / of_f * weights.features, spread / of_h * weights.code, weights.gan)
    gain, to_image, blurred = math.sqrt(2), [Sigmoid()], GaussianNoise(0.1)
    G = network((CODE, 128, 128, n), ReLU, gain, last=to_image, seed=streams["init_G"])
    of_D: Any = (n, 128, 128, 1), partial(LeakyReLU, 0.2), gain, blurred
    D = network(*of_D, seed=streams["init_D"])
    turns: list[Turn] = [DecoderTurn(G, E, D, S0, weights)]
    rate, beta1 = linear_ramp(RATE, 0.0, steps), 0.5 if weights.gan else 0.9
    optimizers = [Adam(G, rate, beta1=beta1)]
    drawn: dict[str, Any] = {"x": Examples(X)}
    if weights.gan:
        turns.insert(0, DiscriminatorTurn(G, D))
        optimizers.append(Adam(D, rate, beta1=beta1))
        drawn["z"] = Blurred(Examples(h), S0)
    game = Game(*turns, optimizers=optimizers, batch=BATCH, seed=streams, **drawn)
    average = ParameterAverage(G, DECAY)
    for record in game.play(steps):
        if record.step > steps // 2:
            average.update()
    return average.network


def log_p(C: Sequential, G: Sequential, h: np.ndarray, t: np.ndarray):
    """log p(y|G(h)) of codes h, (m,), with y one-hot in t, (m, K), and its gradient at h.

    At the logits that is t - softmax: the unit of another class is pushed down, and not left at 0.
    """
    x, G_cache = G.forward(h)
    l, C_cache = C.forward(x)  # noqa: E741 (the formula's name)
    Z, p = log_softmax_parts(l)
    dx = C.backward(t - p, C_cache, param_grads=False)
    return (l * t).sum(axis=1) - Z[:, 0], G.backward(dx, G_cache, param_grads=False)
