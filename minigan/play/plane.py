"""A game in the plane: Algorithm 1 on a ring or a grid of Gaussians, its knobs, and its Python."""

from dataclasses import dataclass
from itertools import product
from typing import Any, ClassVar

import numpy as np

from minigan.base.errors import InputError
from minigan.base.randomness import Streams, generator
from minigan.base.validation import real_number, whole_number
from minigan.costs import GENERATOR_COSTS
from minigan.distributions import Mixture, Normal
from minigan.game import DiscriminatorTurn, Game, GeneratorTurn
from minigan.play.session import DEEDS, Session
from minigan.play.snippet import told
from minigan.variants import ring_game
from minigan.variants.unrolled import UnrolledGeneratorTurn

GRID = Mixture(list(product(range(-2, 3), repeat=2)), 0.1)
DATAS = {"ring": ring_game.DATA, "grid": GRID}
LOOKED = 4000  # samples to be scored
NEAR = 0.1  # JSD over cells, in nats


@dataclass(frozen=True)
class PlaneKnobs:
    """Settings: the data, how many numbers are in z, cost, k, rates, batch and seed.

    G looks ``K`` steps of D ahead; with 0 the game is Algorithm 1.
    """

    seed: int = 0
    cost: str = "non-saturating"
    k: int = 1
    K: int = 0
    data: str = "ring"
    noise: int = 2
    rate_G: float = 1e-3
    rate_D: float = 1e-3
    batch: int = 64

    start: ClassVar[str] = "from scratch"
    steps: ClassVar[int] = 20_000  # at most

    def __post_init__(self) -> None:
        whole_number("seed", self.seed, low=0)
        for name, low, most in (("k", 1, 10), ("K", 0, 10), ("noise", 1, 64), ("batch", 1, 4096)):
            if whole_number(name, getattr(self, name), low) > most:
                raise InputError(f"{name}: expected {low} to {most}, got {getattr(self, name)}")
        for name in ("rate_G", "rate_D"):
            real_number(name, getattr(self, name), 0, 10)
        for name, known in (("data", tuple(DATAS)), ("cost", tuple(GENERATOR_COSTS))):
            if getattr(self, name) not in known:
                expected = ", ".join(known)
                raise InputError(f"{name}: expected {expected}; got {getattr(self, name)!r}")

    def game(self) -> Game:
        """A new game, before its first step, with the networks of the ring benchmark."""
        streams = Streams(self.seed)
        G = ring_game.network(self.noise, 2, "G", streams)
        D = ring_game.network(2, 1, "D", streams)
        of_G, of_D = ring_game.adam(G, self.rate_G), ring_game.adam(D, self.rate_D)
        D_turn, G_turn = DiscriminatorTurn(G, D), GeneratorTurn(G, D, self.cost)
        unrolled = self.K and UnrolledGeneratorTurn(G, D, of_D, K=self.K, cost=self.cost)
        D_turn.k = self.k
        return Game(
            D_turn,
            unrolled or G_turn,
            optimizers=[of_G, of_D],
            batch=self.batch,
            seed=streams,
            x=DATAS[self.data],
            z=Normal(dim=self.noise),
        )


class Plane(Session):
    """A game in the plane: a `Session` without drawings, where "near" looks at samples."""

    kind = "plane"

    def __init__(self, knobs: Any = None):
        super().__init__(knobs or PlaneKnobs())

    def begin(self, knobs: Any) -> None:
        """Make the game of the knobs, before its first turn."""
        super().begin(knobs)
        self.mixture = DATAS[knobs.data]

    def draw(self, drawn: Any) -> None:
        """Refuse: there is no drawing by hand in the plane."""
        raise InputError("draw: expected a game on the line, got one in the plane")

    def looked(self) -> tuple[np.ndarray, np.ndarray]:
        """Samples to look at, x and z, (4000, .) each; the same in all games with such noise."""
        x, z = (p.sample(LOOKED, generator(0)) for p in (self.data, self.noise))
        return x, z

    def is_near(self) -> bool:
        """Whether the samples are near the data, over cells."""
        return ring_game.score(self.game.G(self.looked()[1]), self.mixture).jsd <= NEAR


Plane.DEEDS = {name: deed for name, deed in DEEDS.items() if name != "until"}


_PYTHON = """\
import minigan as mg
from minigan.base.randomness import Streams
from minigan.variants import ring_game

streams = Streams({seed})
G = ring_game.network({noise}, 2, "G", streams)
D = ring_game.network(2, 1, "D", streams)
G_optimizer = mg.Adam(G, {rate_G!r}, beta1=0.5)
D_optimizer = mg.Adam(D, {rate_D!r}, beta1=0.5)
"""
_ALGORITHM_1 = """\
game = mg.Algorithm1(
    G,
    D,
    data={p_data},
    noise=mg.Normal(dim={noise}),
    G_optimizer=G_optimizer,
    D_optimizer=D_optimizer,
    batch={batch},
    k={k},
    cost={cost!r},
    seed=streams,
)
"""
_UNROLLED = """\
D_turn = mg.DiscriminatorTurn(G, D)
D_turn.k = {k}
game = mg.Game(
    D_turn,
    UnrolledGeneratorTurn(G, D, D_optimizer, K={K}, cost={cost!r}),
    optimizers=[G_optimizer, D_optimizer],
    batch={batch},
    seed=streams,
    x={p_data},
    z=mg.Normal(dim={noise}),
)
"""
_FROM = "from minigan.variants.unrolled import UnrolledGeneratorTurn"
_DATAS = {
    "ring": "mg.ring(8, radius=2.0, std=0.1)",
    "grid": "mg.Mixture([(x, y) for x in range(-2, 3) for y in range(-2, 3)], 0.1)",
}


def snippet(session: Plane) -> str:
    """Python that brings another game to the same bits."""
    game = _UNROLLED if session.knobs.K else _ALGORITHM_1
    head = (_PYTHON + game).format(**vars(session.knobs), p_data=_DATAS[session.knobs.data])
    if session.knobs.K:
        head = head.replace("import ring_game", f"import ring_game\n{_FROM}")
    return head + told(session.log)
