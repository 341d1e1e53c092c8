"""The kinds of games that the page shows, and what the server asks of each."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, NamedTuple

from minigan.base.errors import InputError
from minigan.base.validation import did_you_mean
from minigan.play import circling, frames, plane, plane_frames, rivals
from minigan.play.circling import Circling
from minigan.play.plane import Plane
from minigan.play.played import Played
from minigan.play.rivals import Rivals
from minigan.play.scenes import SCENES
from minigan.play.session import Session
from minigan.play.snippet import snippet as of_line


class Kind(NamedTuple):
    """A session with default knobs, and the functions of it that make what is sent."""

    begin: Callable[[], Any]
    setup: Callable[[Any], dict[str, Any]]
    numbers: Callable[[Any], dict[str, Any]]
    frame: Callable[[Any, dict[str, Any]], dict[str, Any]]
    snippet: Callable[[Any], str]


def _line(session: Session) -> str:
    own = of_line(session.knobs, session.log)
    if not session.hands:
        return own
    by_hand = " and ".join(sorted(session.hands))
    return f"# {by_hand} by hand: from no seed. These lines make the game beneath.\n{own}"


KINDS = {
    "line": Kind(Session, frames.setup, frames.numbers, frames.frame, _line),
    "plane": Kind(
        Plane, plane_frames.setup, plane_frames.numbers, plane_frames.frame, plane.snippet
    ),
    "circling": Kind(Circling, circling.setup, circling.numbers, circling.frame, circling.snippet),
    "rivals": Kind(Rivals, frames.setup, rivals.numbers, rivals.frame, rivals.snippet),
}


def opened(kind: Any, knobs: dict[str, Any] | None = None) -> Played:
    """A new session of a kind; InputError if there is none, or if the knobs do not fit."""
    if not isinstance(kind, str) or kind not in KINDS:
        raise InputError(f"open: expected one of {', '.join(KINDS)}, got {kind!r}")
    session = KINDS[kind].begin()
    if knobs:
        session.turn_knobs(knobs)
    return session


def staged(name: Any, seed: int | None = None) -> Played:
    """The session of a scene, about to do its deeds; InputError if there is no such scene."""
    scene = next((scene for scene in SCENES if scene.name == name), None)
    if scene is None:
        known = [scene.name for scene in SCENES]
        near = did_you_mean(name, known)
        raise InputError(f"scene: expected one of {', '.join(known)}; got {name!r}{near}")
    own = {} if seed is None else {"seed": seed}
    session = opened(scene.kind, {**(scene.knobs or {}), **own})
    session.play_scene(scene.name, scene.deeds)
    return session


def setup(session: Played) -> dict[str, Any]:
    """Constants of a game: its kind, its knobs, the scenes, and what its kind adds."""
    return {
        "kind": session.kind,
        "scene": session.scene,
        "scenes": [scene.shown() for scene in SCENES],
        "knobs": asdict(session.knobs),
        **KINDS[session.kind].setup(session),
    }


def numbers(session: Played) -> dict[str, Any]:
    """The numbers of the game that are looked at now and then."""
    return KINDS[session.kind].numbers(session)


def picture(
    session: Played, exact: dict[str, Any], last: dict[str, Any] | None = None
) -> dict[str, Any]:
    """One frame, with the numbers that were looked at last.

    Where networks have gone so wild that there is no picture, it is the last one again, with
    ``why``; the game goes on.
    """
    try:
        return {"kind": session.kind, **KINDS[session.kind].frame(session, exact)}
    except InputError as error:
        if not last or last["kind"] != session.kind:
            raise
        own = {name: getattr(session, name) for name in ("mode", "deeds", "error")}
        return {**last, **own, "why": f"there is no picture now: {error}"}


def snippet(session: Played) -> str:
    """The game as Python."""
    return KINDS[session.kind].snippet(session)
