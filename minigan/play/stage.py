"""The thread that plays the game of the page, obeys commands, and makes the frames."""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from minigan.base.errors import InputError
from minigan.base.strict_json import json_text
from minigan.play.kinds import numbers, opened, picture, setup, staged
from minigan.play.played import Played

EVERY = 1 / 30  # seconds between two frames, at least
EXACT_SHARE = 0.2  # of the time, at most, for the exact numbers of a moving picture


class Stage:
    """The game, played by one thread, and the frame that was made last.

    ``obey`` hands a command to that thread and waits for its answer; ``wait`` waits for a frame
    after a given one. While nobody watches, nothing moves.
    """

    def __init__(self, session: Played):
        self.session = session
        self.watchers = 0
        self._changed = threading.Condition()
        self._commands: deque[tuple[dict, list, threading.Event]] = deque()
        self._frames, self._latest, self._over = 0, "", False
        self._exact: dict[str, Any] = {}
        self._picture: dict[str, Any] = {}  # the last one that could be made
        self._setup = ""
        self._set_up: Any = None  # the game that it is of
        self._next_look = 0.0
        self._render(look=True)
        self._thread = threading.Thread(target=self._play, daemon=True, name="minigan play")
        self._thread.start()

    def obey(self, command: dict) -> str | None:
        """Run a command, a key of `COMMANDS` and its value; the sentence of an error."""
        answer: list[str | None] = []
        done = threading.Event()
        with self._changed:
            self._commands.append((command, answer, done))
            self._changed.notify_all()
        while not done.wait(0.5):
            if self._over:
                return "the game has ended"
        return answer[0]

    def wait(self, after: int, timeout: float = 5.0) -> tuple[int, str, str]:
        """Number, setup and text of the latest frame, once there is one after that number."""
        with self._changed:
            self._changed.wait_for(lambda: self._frames > after or self._over, timeout)
            return self._frames, self._setup, self._latest

    def watch(self, one: int) -> None:
        """Count a page that is opened, 1, or closed, -1."""
        with self._changed:
            self.watchers += one
            self._changed.notify_all()

    def close(self) -> None:
        """End the thread."""
        with self._changed:
            self._over = True
            self._changed.notify_all()
        self._thread.join(timeout=1)

    @property
    def over(self) -> bool:
        """Whether it was closed."""
        return self._over

    def _play(self) -> None:
        try:
            self._run()
        finally:  # whatever ends the thread, nobody waits for it any more
            with self._changed:
                self._over = True
                self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(self._has_work)
                if self._over:
                    return
                commands = list(self._commands)
                self._commands.clear()
            start = time.perf_counter()
            answers = [self._answer(command) for command, _, _ in commands]
            was_moving = self.session.mode != "pause"
            if was_moving and self.watchers and not commands:
                self._tick()
            still = self.session.mode == "pause"
            self._render(look=still or bool(commands) or time.perf_counter() > self._next_look)
            for (_, answer, done), said in zip(commands, answers, strict=True):
                answer.append(said)
                done.set()
            if not still:
                left = start + max(EVERY, self.session.rest) - time.perf_counter()
                with self._changed:
                    self._changed.wait_for(lambda: self._over or bool(self._commands), max(0, left))

    def _has_work(self) -> bool:
        moving = self.session.mode != "pause" and self.watchers > 0
        return self._over or bool(self._commands) or moving

    def _answer(self, command: dict) -> str | None:
        try:
            if len(command) != 1 or not command.keys() <= COMMANDS.keys():
                given = ", ".join(command) or "nothing"
                raise InputError(f"command: expected one of {', '.join(COMMANDS)}; got {given}")
            ((name, value),) = command.items()
            COMMANDS[name](self, value)
        except InputError as error:
            return str(error)
        except Exception as error:  # the thread goes on, whatever a command does to the game
            self.session.mode = "pause"
            return _sentence(error)
        return None

    def change(self, session: Played) -> None:
        """Go on with another game."""
        session.deeds = self.session.deeds + 1
        self.session = session

    def _tick(self) -> None:
        try:
            self.session.tick()
        except Exception as error:
            self.session.mode, self.session.error = "pause", _sentence(error)

    def _render(self, look: bool) -> None:
        """Make the next frame; the last one with an error and at rest, if there is no picture."""
        try:
            if look:
                start = time.perf_counter()
                self._exact = numbers(self.session)
                now = time.perf_counter()
                self._next_look = now + (now - start) * (1 / EXACT_SHARE - 1)
            seen = picture(self.session, self._exact, self._picture)
            text, fixed = json_text(seen), self._setup
            if self._set_up is not self.session.begun:
                fixed, self._set_up = json_text(setup(self.session)), self.session.begun
            self._picture = seen
        except Exception as error:
            self.session.mode = "pause"
            text = json_text(self._picture | {"mode": "pause", "error": _sentence(error)})
            fixed = self._setup
        with self._changed:
            self._frames += 1
            self._latest, self._setup = text, fixed
            self._changed.notify_all()


COMMANDS: dict[str, Callable[[Stage, Any], None]] = {
    "do": lambda stage, deed: stage.session.do(deed),
    "knobs": lambda stage, changes: stage.session.turn_knobs(changes),
    "draw": lambda stage, drawn: stage.session.draw(drawn),
    "open": lambda stage, kind: stage.change(opened(kind)),
    "scene": lambda stage, name: stage.change(staged(name)),
}


def _sentence(error: Exception) -> str:
    return str(error) if isinstance(error, InputError) else f"{type(error).__name__}: {error}"
