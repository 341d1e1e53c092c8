"""BiGAN, or ALI: E finds z for x while G makes x from z, and D judges pairs (2014, section 7.2).

    V(G, E, D) = E_x log D(x, E(x)) + E_z log(1 - D(G(z), z))

(Donahue et al. 2017, Dumoulin et al. 2017). With q the law of (x, E(x)) and p that of (G(z), z),
D* = q / (q + p), and the game ends at q = p, where E is the posterior of G. E and G both want the
labels swapped, so that their cost is J_D with its two kinds of pairs exchanged. E is reached by
D's z-input alone, since its x is given, and G by D's x-input alone.

If E and G are deterministic, q and p live on curves (surfaces) and hardly ever meet. Noise on all
inputs of D, which falls to 0, lets them; or E and G that draw their outputs (`GaussianOutput`).
"""

from typing import ClassVar

import numpy as np

from minigan.base.errors import InputError
from minigan.base.randomness import require_rng
from minigan.base.validation import real_number, whole_number
from minigan.costs import discriminator_cost
from minigan.game import Turn
from minigan.layers import Layer
from minigan.networks import Sequential, join
from minigan.networks.logits import require_logit


class PairDiscriminatorTurn(Turn):
    """D's turn: pairs (x, E(x)) are real, (G(z), z) fake. It draws "x", "z" and "noise".

    J_D gets decay |theta_D|^2 / 2, which damps the circling around D = 1/2.
    """

    moves: ClassVar[tuple[str, ...]] = ("D",)
    draws = ("x", "z", "noise")

    def __init__(self, G: Sequential, E: Sequential, D: Sequential, k=1, decay=0.0):
        if (G.n_in, G.n_out) != (E.n_out, E.n_in) or D.n_in != (G.n_in or 0) + (G.n_out or 0):
            got = ", ".join(f"{net.n_in} -> {net.n_out}" for net in (G, E, D))
            raise InputError(f"expected G, E, D of n_z -> n_x, n_x -> n_z, n_x + n_z -> 1; {got}")
        require_logit("D", D)
        self.G, self.E, self.D, self.k = G, E, D, k
        self.decay = real_number("decay", decay, 0)

    def pairs(self, rng, x, z, noise):
        """Pairs (x, E(x)) and (G(z), z) with their noise, and the caches of E and of G."""
        code, E_cache = self.E.forward(x, rng=rng)
        x_fake, G_cache = self.G.forward(z, rng=rng)
        n = self.D.n_in
        real, fake = join(x, code)[0] + noise[:, :n], join(x_fake, z)[0] + noise[:, n:]
        return (real, fake), E_cache, G_cache

    def gradients(self, rng, x, z, noise):
        """Gradient of J_D into ``D.grads``. See `Turn.gradients`."""
        pairs, _, _ = self.pairs(rng, x, z, noise)
        (a_real, a_fake), cache = self.D.forward(pairs, rng=rng)
        J_D, da_real, da_fake = discriminator_cost(a_real, a_fake)
        self.D.backward((da_real, da_fake), cache, input_grad=False)
        grads, theta = self.D.grads, self.D.params
        grads += self.decay * theta
        return {"J_D": J_D + self.decay / 2 * theta.dot(theta)}


class EncoderGeneratorTurn(PairDiscriminatorTurn):
    """The turn of E and G, by one cost: J_D with the labels swapped.

    J_GE = -1/2 mean log(1 - D(x, E(x))) - 1/2 mean log D(G(z), z).
    """

    moves = ("G", "E")

    def gradients(self, rng, x, z, noise):
        """Gradient of J_GE into ``E.grads`` and ``G.grads``. See `Turn.gradients`."""
        pairs, E_cache, G_cache = self.pairs(rng, x, z, noise)
        (a_real, a_fake), cache = self.D.forward(pairs, rng=rng)
        J, da_fake, da_real = discriminator_cost(a_fake, a_real)  # the labels are swapped
        d_real, d_fake = self.D.backward((da_real, da_fake), cache, param_grads=False)
        n_x = x.shape[1]
        self.E.backward(d_real[:, n_x:], E_cache, input_grad=False)
        self.G.backward(d_fake[:, :n_x], G_cache, input_grad=False)
        return {"J_GE": J}


class FallingNoise:
    """Sampler of instance noise N(0, std^2 I): std falls in a line, to 0 once ``rows`` are drawn.

    Its width ``dim`` is twice that of D's input, for both kinds of pairs; each turn draws it anew.
    """

    def __init__(self, dim: int, std: float = 0.0, rows: int = 1):
        self.dim, self.rows = (whole_number("FallingNoise", n) for n in (dim, rows))
        self.std, self.drawn = real_number("FallingNoise: std", std, 0), 0

    def sample(self, m: int, rng: np.random.Generator) -> np.ndarray:
        """The next m rows, float32, shape (m, dim)."""
        require_rng("FallingNoise", rng)
        e = rng.standard_normal((m, self.dim), dtype=np.float32)
        e *= self.std * max(1 - self.drawn / self.rows, 0.0)
        self.drawn += m
        return e

    def state(self) -> dict[str, int]:
        """Number of rows that were drawn."""
        return {"drawn": self.drawn}

    def restore(self, state: dict[str, int]) -> None:
        """Go on after so many rows."""
        self.drawn = whole_number("FallingNoise: drawn", state["drawn"], 0)


class GaussianOutput(Layer):
    """Last layer of a net that draws its output: y = mu + exp(l) e while training, mu otherwise.

    Its input is (mu, l), of 2 n columns; e ~ N(0, I) is given, so dmu = dy and dl = dy exp(l) e.
    """

    mixes = False

    def __init__(self, n: int):
        super().__init__()
        self.n_out = whole_number("GaussianOutput: n", n)
        self.n_in = 2 * self.n_out

    def forward(self, x, *, train=True, rng=None):
        """Draw y; the cache is exp(l) e. See `Layer.forward`."""
        self.check_input(x)
        mu, l = x[:, : self.n_out], x[:, self.n_out :]  # noqa: E741 (the formula's name)
        e = self.xp.exp(l) * self.draw(rng, mu.shape, x.dtype) if train else 0 * mu
        return mu + e, e

    def draw(self, rng, shape: tuple[int, int], dtype):
        """Numbers e of one pass, of shape (batch, n)."""
        require_rng("GaussianOutput", rng)
        return rng.standard_normal(shape, dtype=dtype)

    def backward(self, dy, cache, *, param_grads=True):
        """(dmu, dl) = (dy, dy exp(l) e). See `Layer.backward`."""
        self.check_gradient(dy, cache.shape)
        return join(dy, dy * cache)[0]
