"""A game recorded as one HTML file: the live page's own drawing, fed from inside itself."""

from collections.abc import Callable, Iterable

import numpy as np

from minigan.base.strict_json import json_text
from minigan.play.frames import frame, numbers, setup
from minigan.play.server import page_file, page_parts
from minigan.play.session import Session

PICTURES = 56


def record(session: Session, steps: int, progress: Callable[..., Iterable]) -> str:
    """Play ``steps`` steps, >= 1, and return a page that plays the pictures of them.

    The moments are closer together at the start, where more happens. ``progress`` wraps an
    iterable and its length.
    """
    moments = np.unique(np.round(np.geomspace(1, steps, PICTURES)).astype(int))
    fixed = setup(session)
    pictures = [frame(session, numbers(session))]
    for moment in progress(moments.tolist(), len(moments)):
        while session.game.steps_done < moment:
            session.do("step")
        pictures.append(frame(session, numbers(session)))
    film = json_text({"setup": fixed, "frames": pictures}).replace("<", "\\u003c")
    page = page_file("index.html").replace("{{token}}", "")
    for name in page_parts():
        text = page_file(name)
        page = page.replace(f'<link rel="stylesheet" href="{name}">', f"<style>\n{text}</style>")
        page = page.replace(f'<script src="{name}"></script>', f"<script>\n{text}</script>")
    frames = f'<script type="application/json" id="film">{film}</script>'
    return page.replace("<script>", f"{frames}\n<script>", 1)
