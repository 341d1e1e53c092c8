"""Scenes of the page: games that show one thing each, in the order of the tutorials.

A scene is data: the knobs of a game, and the deeds that bring it to where the thing is seen.
"""

from typing import Any, NamedTuple

Deeds = tuple[tuple[str, int, int], ...]


class Scene(NamedTuple):
    """``says`` tells what to watch; ``deeds`` are (deed, times, how many of them a picture).

    ``tutorial`` is the number of the one that teaches it.
    """

    name: str
    tutorial: int
    title: str
    says: str
    kind: str = "line"
    knobs: dict[str, Any] | None = None
    deeds: Deeds = ()

    def shown(self) -> dict[str, Any]:
        """The part of it that the page shows."""
        return {name: getattr(self, name) for name in ("name", "tutorial", "title", "says")}


_SGD = {"optimizer": "SGD with momentum"}
_NEAR: Deeds = (("near", 1, 1),)
_GAP: Deeds = (*_NEAR, ("until", 1, 1))

SCENES = (
    Scene(
        "saturation",
        2,
        "Saturation",
        "D learns first, until it is sure; then both play. Watch the arrows and C(G): the pull of "
        "the minimax cost has all but vanished, and its G stays behind; the other finds the data.",
        "rivals",
        {**_SGD, "data": "a narrow bell", "rate_G": 0.002, "rate_D": 0.02},
        (("D", 1000, 50), ("step", 25, 1)),
    ),
    Scene(
        "nan",
        2,
        "NaN",
        "The rates are far too high. Watch the red line: the cost or its gradient becomes "
        "infinite, and minigan stops before that update; the last picture stays.",
        knobs={**_SGD, "rate_G": 0.2, "rate_D": 0.2},
        deeds=(("step", 50, 1),),
    ),
    Scene(
        "figure1-a",
        3,
        "Figure 1 (a)",
        "Near convergence. Watch p_g, which is near p_data, and D, which tells them apart in part.",
        deeds=_NEAR,
    ),
    Scene(
        "figure1-b",
        3,
        "Figure 1 (b)",
        "G stands still and D is trained alone. Watch the gap close: D comes to D*.",
        deeds=_GAP,
    ),
    Scene(
        "figure1-c",
        3,
        "Figure 1 (c)",
        "Then one update of G. Watch p_g against its ghost: the samples have gone where D is "
        "higher.",
        deeds=(*_GAP, ("G", 1, 1)),
    ),
    Scene(
        "figure1-d",
        3,
        "Figure 1 (d)",
        "To the end of the run. Watch C(G) come down to -log 4 and D to 1/2, nearly.",
        deeds=(("step", 12_000, 60),),
    ),
    Scene(
        "sleep",
        3,
        "D sleeps",
        "D gets one update for 20 of G. Watch p_g: it is one spike, where D was highest, and "
        "jumps when D looks again. That is the Helvetica scenario.",
        knobs={"sleep": 20},
        deeds=(("step", 40, 1),),
    ),
    Scene(
        "circling",
        5,
        "V = x y",
        "Four ways to play V = x y. Watch the distances: simultaneous steps go out, alternating "
        "ones go round, extragradient and optimistic ones come in.",
        "circling",
        deeds=(("step", 200, 2),),
    ),
    Scene(
        "ring",
        5,
        "The ring",
        "G learns ten times faster than D. Watch the bars: some modes are empty, and which ones "
        "they are changes.",
        "plane",
        {"noise": 8, "rate_G": 0.005, "rate_D": 0.0005},
        (("step", 1000, 5),),
    ),
    Scene(
        "helvetica",
        5,
        "Helvetica",
        "After 1000 steps D stands still and G goes on alone. Watch D at the samples rise while "
        "modes empty: G sends its samples to where this D is highest.",
        "plane",
        deeds=(("step", 1000, 10), ("G", 2000, 20)),
    ),
)
