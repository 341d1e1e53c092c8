"""A game recorded as one HTML file: the live page's own drawing, fed from inside itself."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from minigan.base.strict_json import json_text
from minigan.play.kinds import frame, numbers, setup
from minigan.play.played import Played
from minigan.play.server import page_file, page_parts

PICTURES = 56


def record(session: Any, steps: int, progress: Callable[..., Iterable]) -> str:
    """Play ``steps`` steps, >= 1, and return a page that plays the pictures of them.

    The moments are closer together at the start, where more happens. ``progress`` wraps an
    iterable and its length.
    """
    moments = np.unique(np.round(np.geomspace(1, steps, PICTURES)).astype(int))
    fixed = setup(session)
    pictures = [_picture(session)]
    done = 0
    for moment in progress(moments.tolist(), len(moments)):
        for _ in range(moment - done):
            session.do("step")
        done = moment
        pictures.append(_picture(session))
    return _film(fixed, pictures)


def record_scene(session: Played, progress: Callable[..., Iterable]) -> str:
    """Do the deeds of a scene, and return a page that plays some 56 pictures of them.

    As it is not known before how many there will be, every second one goes when there are
    twice as many, and from then on every second one is taken.
    """
    fixed, pictures, every = setup(session), [_picture(session)], 1
    for tick, _ in enumerate(progress(_ticks(session), None), 1):
        if session.mode == "pause" or tick % every == 0:
            pictures.append(_picture(session))
        if len(pictures) > PICTURES:
            pictures, every = [*pictures[:-1:2], pictures[-1]], 2 * every
    return _film(fixed, pictures)


def _ticks(session: Played) -> Iterator[None]:
    while session.mode != "pause":
        session.tick()
        yield


def _picture(session: Played) -> dict[str, Any]:
    return frame(session, numbers(session))


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
