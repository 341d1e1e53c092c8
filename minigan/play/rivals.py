"""Two games on one clock: minimax beside the non-saturating cost, from the same seed."""

from dataclasses import replace
from typing import Any

from minigan.play import frames
from minigan.play.session import DEEDS, Session
from minigan.play.snippet import snippet as of_one

OTHER = {"non-saturating": "minimax", "max-likelihood": "minimax", "minimax": "non-saturating"}


class Rivals(Session):
    """A game on the line, and beside it its ``rival``, which differs in the cost of G alone.

    Both take the same turns on the same minibatches. When to stop is decided by the first.
    """

    kind = "rivals"

    def begin(self, knobs: Any) -> None:
        """Make both games."""
        super().begin(knobs)
        self.rival = Session(replace(knobs, cost=OTHER[knobs.cost]))

    def note(self, name: str) -> None:
        """Write into the log what moves, and move it in the other game too."""
        super().note(name)
        game = self.rival.game
        self.rival.note(name)
        self.rival.figures |= game.step() if name == "step" else game.take(name)


Rivals.DEEDS = {name: deed for name, deed in DEEDS.items() if name != "line"}


def numbers(session: Rivals) -> dict[str, Any]:
    """Those of the first game, and ``rival``: the cost, JSD and C(G) of the other."""
    other = frames.numbers(session.rival)
    rival = {name: other[name] for name in ("jsd", "c_of_g")}
    return {**frames.numbers(session), "rival": {"cost": session.rival.knobs.cost, **rival}}


def frame(session: Rivals, exact: dict[str, Any]) -> dict[str, Any]:
    """The picture of the first game, with ``p_g`` and ``pulls`` of the other in ``rival``."""
    other = frames.frame(session.rival, {})
    rival = {**exact["rival"], **{name: other[name] for name in ("p_g", "pulls")}}
    return {**frames.frame(session, exact), "rival": rival}


def snippet(session: Rivals) -> str:
    """Python of both games, the first one kept as ``first``."""
    first, other = (of_one(each.knobs, each.log) for each in (session, session.rival))
    return f"{first}first = game\n\n{other}"
