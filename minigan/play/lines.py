"""Algorithm 1 line by line: the paper's words, minigan's code, and what a line has just done.

The code is read from the source of the turns with `inspect`, so that what is shown is what runs.
"""

import inspect
import sys
import textwrap
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from minigan.game import Turn

PAPER = {  # the paper's words, by those with which a line of code begins
    "x_fake": "sample m noise samples {z} from p_z",
    "(a_real": "D at the examples and at G(z), as logits",
    "a_fake": "D at G(z), as logits",
    "J_G, dx_fake": "J_G by the D of K steps later, and its slope, back through the steps",
    "J_D": "m terms log D(x) + log(1 - D(G(z))), and their slopes",
    "J_G": "m terms log(1 - D(G(z))), or what takes their place, and their slopes",
    "self.D.backward": "the stochastic gradient in theta_d",
    "dx_fake": "back through D, which stands still",
    "_, dx_fake": "back through D, which stands still",
    "self.G.backward": "the stochastic gradient in theta_g",
}


class Line(NamedTuple):
    """A line of a turn: its place in the source file, its code, and the paper's words for it."""

    number: int
    code: str
    paper: str


class Done(NamedTuple):
    """Result of a line: the line's place in `lines`, and the new numbers in a few words."""

    line: int
    said: str


def lines(turn: Turn) -> list[Line]:
    """Lines of ``turn.gradients`` that compute, in order, and the optimizer's step."""
    source, first = inspect.getsourcelines(type(turn).gradients)
    code = textwrap.dedent("".join(source)).splitlines()
    found = []
    for offset, text in enumerate(code):
        text = text.strip().partition("  #")[0]
        paper = next((said for start, said in PAPER.items() if text.startswith(start)), None)
        if paper is not None:
            found.append(Line(first + offset, text, paper))
    moves = " and ".join(turn.moves)
    if "x" in turn.draws:
        found[0] = found[0]._replace(paper=f"{found[0].paper}, m examples {{x}} from p_data")
    last = f"update {moves} by the stochastic gradient"
    return [*found, Line(0, f"{moves}_optimizer.step()", last)]


def traced(turn: Turn, take: Callable[[], Any]) -> tuple[Any, list[Done]]:
    """Result of ``take()``, and of each line of ``turn.gradients`` that ran meanwhile."""
    code = type(turn).gradients.__code__
    places = {line.number: place for place, line in enumerate(lines(turn))}
    done: list[Done] = []
    at: list[int] = []
    seen: set[str] = set()

    def local(frame, event, _):
        if at and at[0] in places:
            new = {name: value for name, value in frame.f_locals.items() if name not in seen}
            done.append(Done(places[at[0]], "; ".join(filter(None, map(_told, new, new.values())))))
        seen.update(frame.f_locals)
        at[:] = [frame.f_lineno]
        return local

    def calls(frame, event, _):
        if frame.f_code is code:
            return local
        return None

    before = sys.gettrace()
    sys.settrace(calls)
    try:
        result = take()
    finally:
        sys.settrace(before)
    return result, done


def _told(name: str, value: Any) -> str:
    """A number, or the shape and mean of an array, in words; nothing of anything else."""
    if isinstance(value, np.ndarray) and value.ndim == 2:
        m, width = value.shape
        return f"{name}: {m} x {width}, mean {value.mean():.4f}"
    if isinstance(value, float | np.floating):
        return f"{name} = {value:.4f}"
    return ""
