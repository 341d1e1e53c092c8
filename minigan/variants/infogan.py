"""InfoGAN: G shall let its code c be read off x (Chen et al. 2016; 2016 tutorial, section 5.5).

    L_I = E log Q(c | x) + H(c) <= I(c; x) <= H(c),   x = G(c, z)

G and Q minimise -weight L_I beside G's cost; D is that of the plain game, and Q a net of its own.
On the ring the table of codes and modes gives another lower bound of I(c; x), and log 8 is H(c):
where the bounds meet, I is known.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from minigan.base.backend import array_module
from minigan.base.errors import InputError
from minigan.base.randomness import Streams, generator, require_rng
from minigan.base.validation import real_number, whole_number
from minigan.costs import non_saturating_cost
from minigan.game import DiscriminatorTurn, Game, Turn
from minigan.layers import Tanh
from minigan.networks import Sequential
from minigan.networks.logits import require_logit
from minigan.optimizers import Adam
from minigan.variants import ring_game
from minigan.variants.conditional_toys import late_adam, network

CODES, NOISE = 8, 4
BATCH, RATE, SAMPLES = 128, 1e-3, 8000


def cross_entropy(logits, code):
    """Mean -log Q(c|x) of one-hot rows c, Q = softmax of logits l; dl = (softmax(l) - c) / m."""
    if logits.shape != code.shape:
        raise InputError(f"cross_entropy: expected {code.shape} logits, got {logits.shape}")
    xp, m = array_module(logits), len(code)
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_Q = shifted - xp.log(xp.exp(shifted).sum(axis=1, keepdims=True))
    return -(code * log_Q).sum() / m, (xp.exp(log_Q) - code) / m


class InfoGeneratorTurn(Turn):
    """The turn of G and Q: J_G + weight J_Q, and J_Q = mean -log Q(c | G(c, z)), by ``cost``.

    It draws "z", rows whose first ``codes`` columns are c. At weight 0 Q learns, and G does not
    listen. ``cost`` takes Q's outputs and c, as `cross_entropy` does, and gives J_Q, gradient.
    """

    moves, draws = ("G", "Q"), ("z",)

    def __init__(
        self,
        G: Sequential,
        D: Sequential,
        Q: Sequential,
        codes: int,
        weight: float = 1.0,
        cost: Callable = cross_entropy,
    ):
        if not G.n_out == D.n_in == Q.n_in:
            got = f"{G.n_out}, {D.n_in} and {Q.n_in}"
            raise InputError(f"expected D and Q to take what G makes, got widths {got}")
        require_logit("D", D)
        self.G, self.D, self.Q, self.cost = G, D, Q, cost
        self.codes = whole_number("codes", codes)
        self.weight = real_number("weight", weight, 0)

    def gradients(self, rng, z):
        """Gradients into ``G.grads``, by D and by Q, and ``Q.grads``. See `Turn.gradients`."""
        x_fake, G_cache = self.G.forward(z, rng=rng)
        a_fake, D_cache = self.D.forward(x_fake, rng=rng)
        read, Q_cache = self.Q.forward(x_fake, rng=rng)
        J_G, da_fake = non_saturating_cost(a_fake)
        J_Q, d_read = self.cost(read, z[:, : self.codes])
        dx = self.D.backward(da_fake, D_cache, param_grads=False)
        dx = dx + self.weight * self.Q.backward(d_read, Q_cache)
        self.G.backward(dx, G_cache, input_grad=False)
        return {"J_G": J_G + self.weight * J_Q, "J_Q": J_Q}


class CodedNoise:
    """Sampler of (c, z): a one-hot code, every class as likely, beside Gaussian noise."""

    def __init__(self, codes: int = CODES, noise: int = NOISE):
        self.codes, self.noise = whole_number("codes", codes), whole_number("noise", noise)

    def sample(self, m: int, rng: np.random.Generator) -> np.ndarray:
        """m rows, float32, shape (m, codes + noise)."""
        require_rng("CodedNoise", rng)
        rows = rng.standard_normal((m, self.codes + self.noise), dtype=np.float32)
        classes = array_module(rows).arange(self.codes)
        rows[:, : self.codes] = rng.integers(0, self.codes, (m, 1)) == classes
        return rows


def infogan_game(steps: int, seed: Any, weight: float) -> Game:
    """InfoGAN on the ring with 8 codes, set up to play ``steps`` steps."""
    streams = Streams(seed)
    shapes = {"G": (CODES + NOISE, 64, 64, 2), "D": (2, 64, 64, 1), "Q": (2, 64, CODES)}
    G, D, Q = (
        network(widths, Tanh, 1.2 if name == "G" else 1.3, seed=streams[f"init_{name}"], name=name)
        for name, widths in shapes.items()
    )
    optimizers = [late_adam(G, RATE, steps), late_adam(D, RATE, steps), Adam(Q, RATE, beta1=0.5)]
    turns = DiscriminatorTurn(G, D), InfoGeneratorTurn(G, D, Q, CODES, weight)
    x, z = ring_game.DATA, CodedNoise()
    return Game(*turns, optimizers=optimizers, batch=BATCH, seed=streams, x=x, z=z)


def mutual_information(table: np.ndarray) -> float:
    """I of the two indices of a table of counts, in nats: KL of the joint and its marginals."""
    P = table / table.sum()
    Q = P.sum(axis=1, keepdims=True) * P.sum(axis=0)
    return float((P[P > 0] * np.log(P[P > 0] / Q[P > 0])).sum())


def scores(G: Sequential, Q: Sequential, seed: int = 0) -> dict[str, float]:
    """Both bounds from 8,000 samples, in nats, and the scores of the ring.

    ``L_I`` by Q, and ``of_modes``, I(c; nearest mode): both at most I(c; x) <= log 8 = 2.079.
    """
    z = CodedNoise().sample(SAMPLES, generator(seed))
    x, c = G(z), z[:, :CODES]
    table = np.zeros((CODES, ring_game.MODES))
    nearest = ((x[:, None] - ring_game.DATA.means) ** 2).sum(axis=2).argmin(axis=1)
    np.add.at(table, (c.argmax(axis=1), nearest), 1)
    L_I = np.log(CODES) - float(cross_entropy(Q(x).astype(np.float64), c)[0])
    return {"L_I": float(L_I), "of_modes": mutual_information(table)} | ring_game.score(x)._asdict()
