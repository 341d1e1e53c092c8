"""A game as it is played on the page: by lines, by updates, by steps, or on its own."""

from collections import deque
from collections.abc import Callable
from typing import Any

from minigan.base.errors import InputError, NonFiniteError
from minigan.figures.figure1 import LOOK_EVERY, NEAR
from minigan.game import Turn
from minigan.networks import Sequential
from minigan.play.hands import DrawnGenerator, drawn_discriminator
from minigan.play.knobs import NOISES, STARTS, Knobs
from minigan.play.lines import Done, lines, traced
from minigan.theory import GeneratorState

SLOW = 1.5  # seconds a line of "slow", in which a pupil can read it
GAP = 0.01  # nats: where "D until the gap is closed" ends
MOST_UPDATES, ROUND = 2000, 25  # of D alone: after so many it gives up, so many between two looks


class Session:
    """One game, its knobs, and where it stands.

    ``mode`` is "pause", or what `tick` goes on with by itself: "play", ``pace`` steps a tick,
    "slow", a line a tick, "until" D is near D*, or until G is "near" convergence. ``turn`` is the
    turn that is due, ``taken`` how often it was taken in this step; ``said`` tells the lines of
    ``shown``, the turn that was taken last. ``log`` lists all that was done, as [name of what moved
    or "step", times], and ``deeds`` counts what was asked for.
    """

    def __init__(self, knobs: Knobs | None = None):
        self.pace, self.deeds = 4, 0
        self.restart(knobs or Knobs())

    def restart(self, knobs: Knobs) -> None:
        """Begin a new game; InputError, and the old one goes on, if the knobs do not fit.

        One that starts near convergence goes there by itself.
        """
        self.game, self.knobs = knobs.game(), knobs
        self.mode = "near" if knobs.start == STARTS[1] else "pause"
        self.data, self.noise = knobs.p_data, NOISES[knobs.noise]
        self.turn, self.taken = self.game.turns[0], 0
        self.shown: Turn = self.turn
        self.said: list[Done] = []
        self._untold: deque[Done] = deque()
        self.log: list[list[Any]] = []
        self.figures: dict[str, float] = {}
        self.hands: dict[str, Any] = {}
        self.error: str | None = None

    def pair(self) -> tuple[Any, Sequential]:
        """G and D as they are to be seen: drawn by hand, or as before a turn that is being told."""
        G, D = self._before if self._untold else (self.game.G, self.game.D)
        return self.hands.get("G", G), self.hands.get("D", D)

    def draw(self, drawn: Any) -> None:
        """Put networks drawn by hand, {"G": [z, x], "D": [x, logit]}, before the game's own.

        The game rests meanwhile, and any deed takes them away.
        """
        if not isinstance(drawn, dict) or not drawn or not drawn.keys() <= {"G", "D"}:
            raise InputError(f"draw: expected G or D, got {drawn!r:.80}")
        made = {"G": DrawnGenerator, "D": drawn_discriminator}
        self.hands = {name: made[name](points) for name, points in drawn.items()}
        self.mode = "pause"

    def do(self, deed: str) -> None:
        """Run the action of a button, one of `DEEDS`; InputError for any other name.

        A cost or a gradient that is not finite pauses the game, and becomes ``error``.
        """
        if not isinstance(deed, str) or deed not in DEEDS:
            raise InputError(f"do: expected one of {', '.join(DEEDS)}; got {deed!r}")
        self.deeds += 1
        self.mode, self._left, self.hands = "pause", MOST_UPDATES, {}
        self._guarded(DEEDS[deed], self)

    def turn_knobs(self, changes: Any) -> None:
        """Turn knobs, a dict by name: ``pace`` at once, any other begins a new game."""
        if not isinstance(changes, dict):
            raise InputError(f"knobs: expected an object, got {changes!r}")
        changes = dict(changes)
        pace = changes.pop("pace", self.pace)
        if isinstance(pace, bool) or not isinstance(pace, int) or not 1 <= pace <= 100:
            raise InputError(f"pace: expected 1 to 100 steps a picture, got {pace!r}")
        if changes:
            self.restart(self.knobs.turned(changes))
            self.deeds += 1
        self.pace = pace

    @property
    def rest(self) -> float:
        """Seconds that a picture is to stand before the next `tick`."""
        return SLOW if self.mode == "slow" else 0.0

    def tick(self) -> None:
        """Go on by itself, for one picture."""
        going_on = {"play": _play, "slow": _slow, "until": _until_gap, "near": _until_near}
        if self.mode in going_on:
            self._guarded(going_on[self.mode], self)

    def _guarded(self, move: Callable, *arguments: Any) -> None:
        self.error = None
        try:
            move(*arguments)
        except NonFiniteError as error:
            self.error, self.mode = str(error), "pause"
            self._untold.clear()

    def line(self) -> None:
        """Show the next line of the turn that is due; the last one moves the picture."""
        if not self._untold:
            self._take_turn()
        self.said.append(self._untold.popleft())
        if not self._untold:
            self._next_turn()

    def update(self) -> None:
        """Take the turn that is due, or bring the one that is told by lines to its end."""
        if not self._untold:
            self._take_turn()
        self.said += self._untold
        self._untold.clear()
        self._next_turn()

    def step(self) -> None:
        """Bring the step of Algorithm 1 that is under way to its end, or take a whole one."""
        if not self._untold and self.turn is self.game.turns[0] and not self.taken:
            self._note("step")
            self.figures |= self.game.step()
            self.said = []
            return
        steps = self.game.steps_done
        while self.game.steps_done == steps:
            self.update()

    def free(self, name: str) -> None:
        """Take a turn of the network of that name, outside of Algorithm 1's order."""
        if self._untold:
            self.update()
        self._note(name)
        self.figures |= self.game.take(name)
        self.said = []

    def _take_turn(self) -> None:
        """Take the turn that is due, and keep how it was before and what each line did."""
        self._before = self.game.G.copy(), self.game.D.copy()
        name, self.shown, self.said = self.turn.moves[0], self.turn, []
        record, told = traced(self.turn, lambda: self.game.take(name))
        self._note(name)
        self.figures |= record
        norms = ", ".join(f"|grad {n}| = {record[f'{n}_grad_norm']:.4f}" for n in self.turn.moves)
        self._untold = deque([*told, Done(len(lines(self.turn)) - 1, norms)])

    def _next_turn(self) -> None:
        """In the order of Algorithm 1: D's turn k times, G's once, and that was a step."""
        self.taken += 1
        if self.taken == self.turn.k:
            turns = self.game.turns
            place = (turns.index(self.turn) + 1) % len(turns)
            self.turn, self.taken = turns[place], 0
            self.game.steps_done += place == 0

    def _note(self, name: str) -> None:
        if self.log and self.log[-1][0] == name:
            self.log[-1][1] += 1
        else:
            self.log.append([name, 1])


def _play(session: Session) -> None:
    for _ in range(session.pace):
        if _is_over(session):
            session.mode = "pause"
            return
        session.step()


def _slow(session: Session) -> None:
    if _is_over(session):
        session.mode = "pause"
    else:
        session.line()


def _is_over(session: Session) -> bool:
    """Whether the learning rates have fallen to 0."""
    return session.game.steps_done >= session.knobs.steps


def _until_gap(session: Session) -> None:
    state = GeneratorState(session.game.G, session.noise, session.data)
    gap = state.judge(session.game.D).inner_gap
    if gap <= GAP or session._left <= 0:
        session.mode = "pause"
        if gap > GAP:
            updates = f"after {MOST_UPDATES} updates of D alone the gap is {gap:.4f} nats"
            session.error = f"{updates}: the noise of minibatches keeps D from D*"
        return
    for _ in range(ROUND):
        session.free("D")
    session._left -= ROUND


def _until_near(session: Session) -> None:
    for _ in range(LOOK_EVERY):
        if not _is_over(session):
            session.step()
    state = GeneratorState(session.game.G, session.noise, session.data)
    if state.jsd <= NEAR or _is_over(session):
        session.mode = "pause"


def _go_on(mode: str) -> Callable[[Session], None]:
    def begin(session: Session) -> None:
        session.mode = mode

    return begin


DEEDS: dict[str, Callable[[Session], None]] = {
    "line": Session.line,
    "update": Session.update,
    "step": Session.step,
    "D": lambda session: session.free("D"),
    "G": lambda session: session.free("G"),
    "play": _go_on("play"),
    "slow": _go_on("slow"),
    "until": _go_on("until"),
    "near": _go_on("near"),
    "pause": _go_on("pause"),
    "restart": lambda session: session.restart(session.knobs),
}
