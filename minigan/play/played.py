"""The common part of all games on the page: deeds, knobs, a script, and going on by itself."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar

from minigan.base.errors import InputError, NonFiniteError
from minigan.play.knobs import turned

Move = Callable[[Any], None]
BLINK = 0.2  # seconds a picture of a scene's single deeds, which could not be seen otherwise


class Played(ABC):
    """A game of some ``kind``, its knobs, and where it stands.

    ``mode`` is "pause", or what `tick` goes on with by itself, one of ``GOING_ON``: "play",
    ``pace`` steps a tick, or "script", the deeds of a scene. ``log`` lists all that was done, as
    [name of what moved or "step", times], and ``deeds`` counts what was asked for. ``scene`` is
    the name of the scene that is shown, if one is.
    """

    kind: ClassVar[str]
    DEEDS: ClassVar[dict[str, Move]]
    GOING_ON: ClassVar[dict[str, Move]]

    def __init__(self, knobs: Any):
        self.pace, self.deeds = 4, 0
        self.restart(knobs)

    def restart(self, knobs: Any) -> None:
        """Begin a new game; InputError, and the old one goes on, if the knobs do not fit."""
        self.begin(knobs)
        self.knobs, self.mode = knobs, "pause"
        self.begun = object()  # another one for each game
        self.script: deque[tuple[str, int, int]] = deque()
        self.scene: str | None = None
        self.log: list[list[Any]] = []
        self.figures: dict[str, float] = {}
        self.error: str | None = None

    @property
    def rest(self) -> float:
        """Seconds that a picture is to stand before the next `tick`: of single deeds, a blink."""
        return BLINK if self.mode == "script" and self.script and self.script[0][2] == 1 else 0.0

    @abstractmethod
    def begin(self, knobs: Any) -> None:
        """Make the game of the knobs."""

    def draw(self, drawn: Any) -> None:
        """Refuse a drawing by hand, where a kind has none."""
        raise InputError("draw: expected a game on the line, got another")

    def play_scene(self, name: str, script: Any) -> None:
        """Begin a scene: a list of (deed, times, number of them a tick)."""
        self.scene, self.script, self.mode = name, deque(script), "script"

    def do(self, deed: str) -> None:
        """Run the action of a button, one of ``DEEDS``; InputError for any other name.

        It ends the script of a scene. A cost or a gradient that is not finite pauses the game,
        and becomes ``error``.
        """
        if not isinstance(deed, str) or deed not in self.DEEDS:
            raise InputError(f"do: expected one of {', '.join(self.DEEDS)}; got {deed!r}")
        self.script.clear()
        self._do(deed)

    def _do(self, deed: str) -> None:
        self.deeds += 1
        self.mode = "pause"
        self.guarded(self.DEEDS[deed])

    def turn_knobs(self, changes: Any) -> None:
        """Turn knobs, a dict by name: ``pace`` at once, any other begins a new game."""
        if not isinstance(changes, dict):
            raise InputError(f"knobs: expected an object, got {changes!r}")
        changes = dict(changes)
        pace = changes.pop("pace", self.pace)
        if isinstance(pace, bool) or not isinstance(pace, int) or not 1 <= pace <= 100:
            raise InputError(f"pace: expected 1 to 100 steps a picture, got {pace!r}")
        if changes:
            self.restart(turned(self.knobs, changes))
            self.deeds += 1
        self.pace = pace

    def tick(self) -> None:
        """Go on by itself, for one picture."""
        if self.mode == "script":
            self._follow()
        elif self.mode in self.GOING_ON:
            self.guarded(self.GOING_ON[self.mode])
        if self.mode == "pause" and self.script and self.error is None:
            self.mode = "script"

    def _follow(self) -> None:
        """Take the next deeds of the scene, as many as belong to a tick."""
        deed, times, at_once = self.script.popleft()
        for _ in range(min(times, at_once)):
            self._do(deed)
            if self.error is not None:
                self.script.clear()
                return
        if times > at_once:
            self.script.appendleft((deed, times - at_once, at_once))

    def guarded(self, move: Move) -> None:
        """Make a move; a number in it that is not finite pauses the game, and is its error."""
        self.error = None
        try:
            move(self)
        except NonFiniteError as error:
            self.error, self.mode = str(error), "pause"

    def note(self, name: str) -> None:
        """Write into the log what moved."""
        if self.log and self.log[-1][0] == name:
            self.log[-1][1] += 1
        else:
            self.log.append([name, 1])


def go_on(mode: str) -> Move:
    """The deed that begins to go on in that mode."""

    def begin(played: Played) -> None:
        played.mode = mode

    return begin
