"""V(x, y) = x y on the page: the paths of four methods from one start, step by step."""

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from minigan.base.randomness import generator
from minigan.base.validation import real_number, whole_number
from minigan.figures.circling import METHODS
from minigan.play.frames import short
from minigan.play.played import Move, Played, go_on
from minigan.theory import bilinear_game

MOST = 400  # steps


@dataclass(frozen=True)
class CirclingKnobs:
    """Settings: the step size eta, and the seed of the direction in which the start lies."""

    seed: int = 0
    eta: float = 0.2

    def __post_init__(self) -> None:
        whole_number("seed", self.seed, low=0)
        real_number("eta", self.eta, 0, 1, low_open=True)


class Circling(Played):
    """The four methods on one clock, as in ``minigan circling`` with the same seed and eta.

    ``paths`` holds the points of each, and ``steps_done`` says how far they are seen.
    """

    kind = "circling"

    def __init__(self, knobs: Any = None):
        super().__init__(knobs or CirclingKnobs())

    def begin(self, knobs: Any) -> None:
        """Compute the paths from a start at distance 1."""
        angle = generator(knobs.seed).uniform(0, 2 * math.pi)
        start = np.array([math.cos(angle), math.sin(angle)])
        self.paths = {name: move(start, knobs.eta, MOST) for name, move in METHODS.items()}
        self.steps_done = 0

    def step(self) -> None:
        """Show one more point of each path, until there are no more."""
        if self.steps_done == MOST:
            self.mode = "pause"
            return
        self.steps_done += 1
        self.note("step")


def _play(session: Circling) -> None:
    for _ in range(session.pace):
        session.step()


def _restart(session: Circling) -> None:
    session.restart(session.knobs)


DEEDS: dict[str, Move] = {
    "step": Circling.step,
    "play": go_on("play"),
    "pause": go_on("pause"),
    "restart": _restart,
}
Circling.DEEDS, Circling.GOING_ON = DEEDS, {"play": _play}


def setup(session: Circling) -> dict[str, Any]:
    """Constants: the paths, of which a frame shows the beginning, and the factors asked."""
    eta = session.knobs.eta
    return {
        "paths": {name: short(path.T) for name, path in session.paths.items()},
        "asked": {name: bilinear_game.growth(name, eta) for name in METHODS},
        "defaults": asdict(CirclingKnobs()),
    }


def numbers(session: Circling) -> dict[str, Any]:
    """By method ``distance`` from (0, 0), ``factor``, its mean growth a step, and ``value`` x y."""
    n, methods = session.steps_done, {}
    for name, path in session.paths.items():
        distance = float(np.hypot(*path[n]))
        factor = distance ** (1 / n) if n else None  # the start is at distance 1
        value = float(bilinear_game.value(path[n]))
        methods[name] = {"distance": distance, "factor": factor, "value": value}
    return {"seen_at": n, "methods": methods, "why": None, "jsd": None, "c_of_g": None}


def frame(session: Circling, exact: dict[str, Any]) -> dict[str, Any]:
    """One picture of the paths so far."""
    return {
        "step": session.steps_done,
        "deeds": session.deeds,
        "mode": session.mode,
        "pace": session.pace,
        "error": session.error,
        **exact,
        "hands": [],
    }


def snippet(session: Circling) -> str:
    """Python that computes the same paths."""
    methods = "".join(f"    {name!r}: games.{name},\n" for name in METHODS)
    return (
        "import math\n\nimport numpy as np\n\n"
        "from minigan.base.randomness import generator\n"
        "from minigan.theory import bilinear_game as games\n\n"
        f"angle = generator({session.knobs.seed}).uniform(0, 2 * math.pi)\n"
        "start = np.array([math.cos(angle), math.sin(angle)])\n"
        f"methods = {{\n{methods}}}\n"
        f"steps = {max(session.steps_done, 1)}\n"
        f"paths = {{n: move(start, {session.knobs.eta!r}, steps) for n, move in methods.items()}}\n"
    )
