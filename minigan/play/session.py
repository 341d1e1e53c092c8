"""A game as it is played on the page: by lines, by updates, by steps, or on its own."""

from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np

from minigan.base.errors import InputError
from minigan.base.types import Density, Sampler
from minigan.figures.figure1 import LOOK_EVERY, NEAR
from minigan.game import Turn
from minigan.networks import Sequential
from minigan.play.hands import DrawnGenerator, drawn_network
from minigan.play.knobs import STARTS, Knobs
from minigan.play.lines import Done, lines, traced
from minigan.play.played import Move, Played, go_on
from minigan.theory import GeneratorState

SLOW = 1.5  # seconds a line of "slow", in which a pupil can read it
GAP = 0.01  # nats: where "D until the gap is closed" ends
MOST_UPDATES, ROUND = 2000, 25  # of D alone: after so many it gives up, so many between two looks


class _Kept:
    """A sampler that keeps the rows which it has drawn last."""

    def __init__(self, of: Sampler):
        self._of, self.last = of, np.empty((0, 1))

    def sample(self, m: int, rng: np.random.Generator) -> np.ndarray:
        """m rows, as of the sampler behind it."""
        self.last = self._of.sample(m, rng)
        return self.last.copy()


class Session(Played):
    """One game on the line, its knobs, and where it stands.

    ``mode`` may also be "slow", a line a tick, "until" D is near D*, or until G is "near"
    convergence. ``turn`` is the turn that is due, ``taken`` how often it was taken in this step;
    ``said`` tells the lines of ``shown``, the turn that was taken last.
    """

    kind = "line"

    def __init__(self, knobs: Any = None):
        super().__init__(knobs or Knobs())

    def restart(self, knobs: Any) -> None:
        """See `Played.restart`; a game that starts near convergence goes there by itself."""
        super().restart(knobs)
        if knobs.start == STARTS[1]:
            self.mode = "near"

    def begin(self, knobs: Any) -> None:
        """Make the game of the knobs, before its first turn."""
        self.game = knobs.game()
        self.data: Density = self.game.samplers["x"]
        self._drawn = _Kept(self.data)
        self.game.draw_from("x", self._drawn)
        self.noise: Density = self.game.samplers["z"]
        self.turn, self.taken = self.game.turns[0], 0
        self.shown: Turn = self.turn
        self.said: list[Done] = []
        self._untold: deque[Done] = deque()
        self.hands: dict[str, Any] = {}

    @property
    def minibatch(self) -> np.ndarray:
        """Examples of the data that were drawn last, (m, width); none before the first turn."""
        return self._drawn.last

    def seen(self) -> dict[str, int]:
        """The step, and how many turns were taken by now in all."""
        a_step = sum(turn.k for turn in self.game.turns)
        updates = sum(n * (a_step if name == "step" else 1) for name, n in self.log)
        return {"seen_at": self.game.steps_done, "updates": updates}

    def pair(self) -> tuple[Any, Sequential]:
        """G and D as they are to be seen: drawn by hand, or as before a turn that is being told."""
        G, D = self._before if self._untold else (self.game.G, self.game.D)
        return self.hands.get("G", G), self.hands.get("D", D)

    def network(self, name: str) -> Sequential:
        """G or D as it is seen, as a network that can be saved."""
        seen = dict(zip("GD", self.pair(), strict=True))[name]
        return drawn_network(seen.points, name) if isinstance(seen, DrawnGenerator) else seen

    def draw(self, drawn: Any) -> None:
        """Put networks drawn by hand, {"G": [z, x], "D": [x, logit]}, before the game's own.

        The game rests meanwhile, and any deed takes them away.
        """
        if not isinstance(drawn, dict) or not drawn or not drawn.keys() <= {"G", "D"}:
            raise InputError(f"draw: expected G or D, got {drawn!r:.80}")
        made: dict[str, Callable] = {"G": DrawnGenerator, "D": drawn_network}
        self.hands = {name: made[name](points) for name, points in drawn.items()}
        self.mode = "pause"

    def _do(self, deed: str) -> None:
        self._left, self.hands = MOST_UPDATES, {}
        super()._do(deed)

    @property
    def rest(self) -> float:
        """Seconds that a picture is to stand before the next `tick`."""
        return SLOW if self.mode == "slow" else super().rest

    def guarded(self, move: Move) -> None:
        """See `Played.guarded`; nothing is left to tell of a turn that failed."""
        super().guarded(move)
        if self.error is not None:
            self._untold.clear()

    def is_near(self) -> bool:
        """Whether p_g is near p_data, as in panel (a) of Figure 1."""
        return GeneratorState(self.game.G, self.noise, self.data).jsd <= NEAR

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
            self.note("step")
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
        self.note(name)
        self.figures |= self.game.take(name)
        self.said = []

    def _take_turn(self) -> None:
        """Take the turn that is due, and keep how it was before and what each line did."""
        self._before = self.game.G.copy(), self.game.D.copy()
        name, self.shown, self.said = self.turn.moves[0], self.turn, []
        record, told = traced(self.turn, lambda: self.game.take(name))
        self.note(name)
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


def play(session: Session) -> None:
    """Take as many steps as the pace says, until the last one."""
    for _ in range(session.pace):
        if _is_over(session):
            session.mode = "pause"
            return
        session.step()


def slow(session: Session) -> None:
    """Show one line more."""
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


def until_near(session: Session) -> None:
    """Play on for some steps, and rest if G is near convergence."""
    for _ in range(LOOK_EVERY):
        if not _is_over(session):
            session.step()
    if session.is_near() or _is_over(session):
        session.mode = "pause"


DEEDS: dict[str, Callable[[Session], None]] = {
    "line": Session.line,
    "update": Session.update,
    "step": Session.step,
    "D": lambda session: session.free("D"),
    "G": lambda session: session.free("G"),
    "play": go_on("play"),
    "slow": go_on("slow"),
    "until": go_on("until"),
    "near": go_on("near"),
    "pause": go_on("pause"),
    "restart": lambda session: session.restart(session.knobs),
}
Session.DEEDS = DEEDS
Session.GOING_ON = {"play": play, "slow": slow, "until": _until_gap, "near": until_near}
