"""LAPGAN (Denton et al. 2015): a coarse image by one game, and its detail, given it, by another.

Down d takes means of 2 x 2 pixels, up u repeats each 2 x 2 times. Of an image x,

    c = d(x),   h = x - u(c),   so that u(c) + h = x

whatever d and u are, since h is defined by u itself. (To the last bit if pixels are k/16 or k/256,
to rounding otherwise.) Of these two, d(u(c)) = c and hence d(h) = 0: of n numbers h has 3n/4 free
ones, c the rest. A G that gives n free numbers for h changes the c that it was shown; behind

    P(h) = h - u(d(h)),   which is linear and symmetric, so that its backward is P,

it cannot. Stage A is a GAN on c; stage B is the game of `conditional` with pairs (h, c), in which D
is shown (u(c) + h, c). Neither knows of the other; a sample is c of A, and then h of B, of
generators that are averaged over updates.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from minigan.averages import ParameterAverage
from minigan.base.errors import InputError
from minigan.base.randomness import Streams
from minigan.base.validation import whole_number
from minigan.distributions import Examples, Normal
from minigan.game import DiscriminatorTurn, Game, GeneratorTurn
from minigan.layers import GaussianNoise, Layer, ReLU, Sigmoid
from minigan.networks import Sequential, join
from minigan.optimizers import Adam
from minigan.variants.conditional import ConditionalDiscriminatorTurn, ConditionalGeneratorTurn
from minigan.variants.conditional_toys import network

NOISE, WIDTH, BATCH, RATE, BLUR, DECAY = Normal(dim=10), 128, 50, 1e-3, 0.1, 0.999


class Pyramid:
    """d and u for images of so many rows and columns, both even, which are rows (m, pixels)."""

    def __init__(self, rows: int, columns: int):
        for name, n in (("rows", rows), ("columns", columns)):
            if whole_number(f"Pyramid: {name}", n) % 2:
                raise InputError(
                    f"Pyramid: {name}: expected an even number, for blocks of 2 x 2 pixels, got "
                    f"{n}; cut or pad the images by one"
                )
        self.half = rows // 2, columns // 2
        self.fine, self.coarse = rows * columns, rows * columns // 4

    def down(self, x):
        """c: means of 2 x 2 pixels of images (m, fine), shape (m, coarse)."""
        _require_width("down", x, self.fine)
        (rows, columns), m = self.half, len(x)
        return x.reshape(m, rows, 2, columns, 2).sum(axis=(2, 4)).reshape(m, -1) / 4

    def up(self, c):
        """Each pixel of c (m, coarse) 2 x 2 times, shape (m, fine)."""
        _require_width("up", c, self.coarse)
        return c.reshape(-1, *self.half).repeat(2, axis=1).repeat(2, axis=2).reshape(len(c), -1)

    def detail(self, h):
        """P(h) = h - u(d(h)) of (m, fine); of an image, its h."""
        return h - self.up(self.down(h))


class Detail(Layer):
    """h -> P(h), which has no part in any coarse image."""

    mixes = False

    def __init__(self, pyramid: Pyramid):
        super().__init__()
        self.pyramid, self.n_in, self.n_out = pyramid, pyramid.fine, pyramid.fine

    def forward(self, x, *, train=True, rng=None):
        """P(x); the cache is its shape. See `Layer.forward`."""
        self.check_input(x)
        return self.pyramid.detail(x), x.shape

    def backward(self, dy, cache, *, param_grads=True):
        """dx = P(dy): d is u^T / 4, so that u d is symmetric. See `Layer.backward`."""
        self.check_gradient(dy, cache)
        return self.pyramid.detail(dy)


class Rebuilt(Layer):
    """(h, c) -> (u(c) + h, c): what D is shown of a pair."""

    mixes = False

    def __init__(self, pyramid: Pyramid):
        super().__init__()
        self.pyramid = pyramid
        self.n_in = self.n_out = pyramid.fine + pyramid.coarse

    def forward(self, x, *, train=True, rng=None):
        """(u(c) + h, c); the cache is its shape. See `Layer.forward`."""
        self.check_input(x)
        h, c = x[:, : self.pyramid.fine], x[:, self.pyramid.fine :]
        return join(self.pyramid.up(c) + h, c)[0], x.shape

    def backward(self, dy, cache, *, param_grads=True):
        """dh = dx, dc = u^T dx + what comes at c itself; u^T = 4 d. See `Layer.backward`."""
        self.check_gradient(dy, cache)
        dx, dc = dy[:, : self.pyramid.fine], dy[:, self.pyramid.fine :]
        return join(dx, 4 * self.pyramid.down(dx) + dc)[0]


class Pairs:
    """Sampler of pairs (h, c), each of one image of X (images, fine)."""

    def __init__(self, X: np.ndarray, pyramid: Pyramid):
        self.h, self.c = pyramid.detail(X), pyramid.down(X)

    def sample(self, m: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """m pairs: h (m, fine) and c (m, coarse)."""
        i = rng.integers(0, len(self.h), m)
        return self.h[i], self.c[i]


def stage_A(X: np.ndarray, pyramid: Pyramid, seed: Any) -> Game:
    """The game on coarse images: G 10-128-c, and D c-128-1 behind noise."""
    streams, n = Streams(seed), pyramid.coarse
    of_G, of_D, blur = streams["init_A"], streams["init_D_A"], GaussianNoise(BLUR)
    G = network((NOISE.dim, WIDTH, n), ReLU, 1.0, last=[Sigmoid()], seed=of_G, name="G")
    D = network((n, WIDTH, 1), ReLU, 1.0, blur, seed=of_D, name="D")
    optimizers = [Adam(net, RATE, beta1=0.5) for net in (D, G)]
    drawn: Any = {"x": Examples(pyramid.down(X)), "z": NOISE}
    turns = DiscriminatorTurn(G, D), GeneratorTurn(G, D)
    return Game(*turns, optimizers=optimizers, batch=BATCH, seed=streams, **drawn)


def stage_B(X: np.ndarray, pyramid: Pyramid, seed: Any, project: bool = True) -> Game:
    """The game of details: G (c, z)-128-128-h, then P; D (u(c) + h, c)-128-128-1 behind noise."""
    streams, n = Streams(seed), pyramid.coarse
    last, first = [Detail(pyramid)] * project, (Rebuilt(pyramid), GaussianNoise(BLUR))
    wide = WIDTH, WIDTH
    of_G, of_D = (n + NOISE.dim, *wide, pyramid.fine), (n + pyramid.fine, *wide, 1)
    G = network(of_G, ReLU, 1.0, last=last, seed=streams["init_B"], name="G")
    D = network(of_D, ReLU, 1.0, *first, seed=streams["init_D_B"], name="D")
    turns = ConditionalDiscriminatorTurn(G, D), ConditionalGeneratorTurn(G, D)
    optimizers = [Adam(net, RATE, beta1=0.5) for net in (G, D)]
    drawn: Any = {"pairs": Pairs(X, pyramid), "c": Examples(pyramid.down(X)), "z": NOISE}
    return Game(*turns, optimizers=optimizers, batch=BATCH, seed=streams, **drawn)


def averaging(steps: Iterable, average: ParameterAverage) -> Iterator:
    """The steps of a game, after each of which G's average takes its parameters in."""
    for record in steps:
        average.update()
        yield record


def with_detail(G: Sequential, c: np.ndarray, pyramid: Pyramid, rng: Any) -> np.ndarray:
    """u(c) + G(c, z) of coarse images c, for a z each, (m, fine)."""
    return pyramid.up(c) + G(join(c, NOISE.sample(len(c), rng))[0])


def _require_width(where: str, x: np.ndarray, width: int) -> None:
    if x.ndim != 2 or x.shape[1] != width:
        raise InputError(f"Pyramid.{where}: expected rows (m, {width}), got {x.shape}")
