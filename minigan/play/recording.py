"""A game recorded as one HTML file: the live page's own drawing, fed from inside itself."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from minigan.base.strict_json import json_text
from minigan.figures.figure1 import Moment
from minigan.play.frames import frame, numbers, setup
from minigan.play.knobs import Knobs
from minigan.play.server import page_file, page_parts
from minigan.play.session import Session

PICTURES = 56


def record(session: Session, steps: int, progress: Callable[..., Iterable]) -> str:
    """Play ``steps`` steps, >= 1, and return a page that plays the pictures of them.

    The moments are closer together at the start, where more happens. ``progress`` wraps an
    iterable and its length.
    """
    moments = np.unique(np.round(np.geomspace(1, steps, PICTURES)).astype(int))
    pictures = [frame(session, numbers(session))]
    for moment in progress(moments.tolist(), len(moments)):
        while session.game.steps_done < moment:
            session.do("step")
        pictures.append(frame(session, numbers(session)))
    return _film(setup(session), pictures)


def film_of(moments: Sequence[Moment], knobs: Knobs, progress: Callable[..., Iterable]) -> str:
    """A page that plays moments, one or more, of a game that these knobs make, played elsewhere."""
    session, pictures = Session(knobs), []
    for moment in progress(moments, len(moments)):
        for name, network in session.game.networks.items():
            network.params[...] = getattr(moment, name).params
        session.game.steps_done, session.figures = moment.step, dict(moment.record)
        pictures.append(frame(session, numbers(session)))
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
