"""The game on the page as Python: a few lines that bring another game to the same bits."""

from minigan.play.knobs import NOISES, Knobs

_HEAD = """\
import numpy as np

import minigan as mg
from minigan.figures.toy import players
from minigan.schedules import cosine

init, main = np.random.SeedSequence({seed}).spawn(2)
G, D = players(init{widths})
"""
_ALGORITHM_1 = """\
game = mg.Algorithm1(
    G,
    D,
    data=mg.{data!r},
    noise=mg.{noise!r},
    G_optimizer={G_optimizer},
    D_optimizer={D_optimizer},
    batch={batch},
    k={k},
    cost={cost!r},
    simultaneous={simultaneous},
    seed=main,
)
"""
_D_SLEEPS = """\
D_turn, G_turn = mg.DiscriminatorTurn(G, D), mg.GeneratorTurn(G, D, {cost!r})
G_turn.k = {sleep}
game = mg.Game(
    D_turn,
    G_turn,
    optimizers=[
        {G_optimizer},
        {D_optimizer},
    ],
    batch={batch},
    seed=main,
    x=mg.{data!r},
    z=mg.{noise!r},
)
"""


def snippet(knobs: Knobs, log: list[list]) -> str:
    """Python that makes the game of the knobs and does what the log lists, [name, times] each."""
    of_G = _optimizer(knobs, "G", knobs.rate_G, knobs.steps * max(knobs.sleep, 1))
    of_D = _optimizer(knobs, "D", knobs.rate_D, knobs.steps * knobs.k)
    named = {"data": knobs.p_data, "noise": NOISES[knobs.noise], "widths": ""}
    widths = knobs.width_G, knobs.width_D
    if widths != (Knobs.width_G, Knobs.width_D):
        named["widths"] = f", widths={widths}"
    head = _HEAD + (_D_SLEEPS if knobs.sleep else _ALGORITHM_1)
    head = head.format(**{**vars(knobs), **named}, G_optimizer=of_G, D_optimizer=of_D)
    return head + told(log)


def _optimizer(knobs: Knobs, network: str, rate: float, updates: int) -> str:
    rates = f"cosine({rate!r}, {updates})"
    if knobs.optimizer == "Adam":
        return f"mg.Adam({network}, {rates}, beta1=0.0, beta2=0.99)"
    return f"mg.SGD({network}, {rates}, momentum=0.5)"


def told(log: list[list]) -> str:
    """Loops over ``game.step()`` and ``game.take(name)`` that do what the log lists."""
    return "".join(_deed(name, times) for name, times in log)


def _deed(name: str, times: int) -> str:
    done = "game.step()" if name == "step" else f'game.take("{name}")'
    return f"for _ in range({times}):\n    {done}\n"
