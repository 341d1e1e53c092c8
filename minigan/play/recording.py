"""A game recorded as one HTML file: the live page's own drawing, fed from inside itself."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from minigan.base.strict_json import json_text
from minigan.figures.moments import Moment
from minigan.play.kinds import numbers, picture, setup
from minigan.play.knobs import Knobs
from minigan.play.played import Played
from minigan.play.server import page_file, page_parts
from minigan.play.session import Session

PICTURES = 56


def record(session: Played, steps: int, progress: Callable[..., Iterable]) -> str:
    """Play ``steps`` steps, >= 1, and return a page that plays the pictures of them.

    The moments are closer together at the start, where more happens. ``progress`` wraps an
    iterable and its length.
    """
    moments = np.unique(np.round(np.geomspace(1, steps, PICTURES)).astype(int))
    pictures, done = [picture(session, numbers(session))], 0
    for moment in progress(moments.tolist(), len(moments)):
        for _ in range(moment - done):
            session.do("step")
        done = moment
        pictures.append(picture(session, numbers(session), pictures[-1]))
    return _film(setup(session), pictures)


def record_scene(session: Played, progress: Callable[..., Iterable]) -> str:
    """Play a scene to its end, and return a page that plays at most 57 pictures of them.

    How many there will be is not known before: where there are too many, every second one goes,
    and from then on half as many are taken.
    """
    pictures, every = [picture(session, numbers(session))], 1
    for tick, _ in enumerate(progress(_ticks(session), None), 1):
        if session.mode == "pause" or tick % every == 0:
            pictures.append(picture(session, numbers(session), pictures[-1]))
        if len(pictures) > PICTURES:
            pictures, every = [*pictures[:-1:2], pictures[-1]], 2 * every
    return _film(setup(session), pictures)


def _ticks(session: Played) -> Iterator[None]:
    while session.mode != "pause":
        session.tick()
        yield


def film_of(moments: Sequence[Moment], knobs: Knobs, progress: Callable[..., Iterable]) -> str:
    """A page that plays moments, one or more, of a game that these knobs make, played elsewhere."""
    session, pictures = Session(knobs), []
    for moment in progress(moments, len(moments)):
        for name, network in session.game.networks.items():
            network.params[...] = getattr(moment, name).params
        session.game.steps_done, session.figures = moment.step, dict(moment.record)
        pictures.append(picture(session, numbers(session)))
    return _film(setup(session), pictures)


def _film(fixed: dict[str, Any], pictures: list[dict[str, Any]]) -> str:
    """The page with its styles and scripts, and the pictures, inside."""
    film = json_text({"setup": fixed, "frames": pictures}).replace("<", "\\u003c")
    page = page_file("index.html").replace("{{token}}", "")
    for name in page_parts():
        text = page_file(name)
        page = page.replace(f'<link rel="stylesheet" href="{name}">', f"<style>\n{text}</style>")
        page = page.replace(f'<script src="{name}"></script>', f"<script>\n{text}</script>")
    frames = f'<script type="application/json" id="film">{film}</script>'
    return page.replace("<script>", f"{frames}\n<script>", 1)
