"""A figure, and what all of them share: time, Ctrl-C, the report, its text, the picture.

A file of this package is one figure, from top to bottom: its constants, the class that plays it
(``run``), its numbers (``numbers``), the words for them (``text``), the picture (``_draw``).
"""

import re
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from minigan.base.validation import whole_number
from minigan.figures.style import PNG, SIZE, Picture, PictureFiles, applied

Progress = Callable[[Iterable, int], Iterable]


def silently(iterable: Iterable, total: int) -> Iterable:
    """The iterable itself: no progress is shown."""
    return iterable


@dataclass(eq=False)
class Figure(ABC):
    """One figure: options, which are checked when it is made, and results after `play`.

    Everything random grows from ``seed``, >= 0. Classes derived from it add options of their own,
    and the attributes that ``run`` leaves. ``seconds`` is the time that `play` took; if Ctrl-C
    ended it early, it is ``interrupted``, and the results are what was learned so far.

    A class says its ``name`` on the command line (the picture's file is called so too, with
    underscores); ``settings``, attributes that the report begins with, after the seed; and
    ``asked``, numbers of the report to be seen over many seeds, by names such as ``panels.a.jsd``,
    with the value that the theory asks of each. Empty where a seed changes nothing, or where the
    numbers go over seeds themselves.
    """

    name: ClassVar[str]
    settings: ClassVar[tuple[str, ...]] = ()
    asked: ClassVar[dict[str, float | None]] = {}

    seed: int = 0
    seconds: float = field(default=0.0, init=False)
    interrupted: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.seed = whole_number("seed", self.seed, low=0)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> None:
            what = f"{type(self).__name__} has no {name!r}"
            raise AttributeError(what if self.seconds else f"{what} before it is played: play()")

    def play(self, progress: Progress = silently) -> Self:
        """Play the games of the figure, and give back the figure itself, now with results.

        ``progress(iterable, total)`` hands the iterable on, and may show how far it is.
        NonFiniteError if a cost becomes NaN or infinite.
        """
        began, self.interrupted = time.perf_counter(), False
        self.run(progress)
        self.seconds = time.perf_counter() - began
        return self

    def report(self) -> dict:
        """The numbers for JSON, in nats: seed, settings, seconds, then those of the figure.

        Those of a run that Ctrl-C ended begin, after that, with ``interrupted``, true.
        """
        names = ("seed", *self.settings, "seconds", *["interrupted"] * self.interrupted)
        return {name: getattr(self, name) for name in names} | self.numbers()

    def save(self, directory: Path, files: PictureFiles = PNG) -> list[Path]:
        """Draw the pictures into a directory that exists, each whole or not at all; their files."""
        drawn = self.pictures().items()
        return [files.write(directory / name, picture) for name, picture in drawn]

    def draw(self) -> Picture:
        """The picture, a Matplotlib figure, with the look of all of them; the first of several."""
        return next(iter(self.pictures().values()))

    def pictures(self) -> dict[str, Picture]:
        """All pictures of the figure, most have one, by the names of their files."""
        stem = self.name.replace("-", "_")
        with applied():
            drawn = {stem: self._draw()}
            drawn |= {f"{stem}_{name}": picture for name, picture in self._draw_more().items()}
            for picture in drawn.values():
                for ax in picture.axes:  # ticks are made when it is shown, outside of here
                    ax.tick_params(labelsize=SIZE - 1)
                if self.interrupted:
                    picture.supylabel("interrupted: what was played by then")
        return drawn

    @contextmanager
    def until_interrupted(self) -> Iterator[None]:
        """Let Ctrl-C end the block, not the figure: what was learned so far is kept.

        Yields
        ------
        None
        """
        try:
            yield
        except KeyboardInterrupt:
            self.interrupted = True

    def play_each(self, plays: Iterable[tuple[Iterable, int]], progress: Progress) -> None:
        """Go through plays such as ``(game.play(9), 9)``, one after another, or until Ctrl-C."""
        plays = list(plays)
        with self.until_interrupted():
            for _ in progress(chain(*(steps for steps, _ in plays)), sum(n for _, n in plays)):
                pass

    @abstractmethod
    def run(self, progress: Progress) -> None:
        """Play the games, and keep as attributes what came of them."""

    @abstractmethod
    def numbers(self) -> dict:
        """The part of the report that only this figure has."""

    @abstractmethod
    def text(self) -> str:
        """The report for people, in a few lines: what the theory asks, what was measured."""

    @abstractmethod
    def _draw(self) -> Picture:
        """The picture; `draw` gives it its look."""

    def _draw_more(self) -> dict[str, Picture]:
        """Further pictures, by names that are added to the first one's."""
        return {}


def table(rows: Iterable[Sequence], *columns: str) -> str:
    """Rows as lines: a number in its column's format, such as ">9.4f", text in its width."""

    def cell(value: float | str | None, column: str) -> str:
        if isinstance(value, int | float):
            return format(value, column)
        aligned = re.match(r"[<>]?\d*", column.replace("z", ""))
        return format("-" if value is None else value, aligned[0] if aligned else "")

    return "\n".join("".join(map(cell, row, columns)).rstrip() for row in rows)


def tiny(nats: float | None) -> str:
    """A difference that ought to be 0, in nats; a dash if there is none."""
    return "-" if nats is None else f"{nats:.0e} nats"
