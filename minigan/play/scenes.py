"""Scenes of the page: games that show one thing each, in the order of the tutorials.

A scene is data: the knobs of a game, and the deeds that bring it to where the thing is seen.
"""

from typing import Any, NamedTuple


class Scene(NamedTuple):
    """``says`` tells what to watch; ``deeds`` are (deed, times), ``pace`` of them a picture."""

    name: str
    tutorial: int
    title: str
    says: str
    kind: str
    knobs: dict[str, Any]
    deeds: tuple[tuple[str, int], ...]
    pace: int = 4

    def shown(self) -> dict[str, Any]:
        """What the page shows of it."""
        return {name: getattr(self, name) for name in ("name", "tutorial", "title", "says")}


SCENES = (
    Scene(
        "saturation",
        2,
        "saturation",
        "D learns first, and is sure; then both learn. The minimax cost has lost its pull on the"
        " samples, so its G stays where it is; the non-saturating one comes to the data.",
        "rivals",
        {},
        (("D", 200), ("step", 400)),
    ),
)
