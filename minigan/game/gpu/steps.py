"""Steps of a game on a GPU: turns that are launched, one after another, without waiting for one.

A turn is prepared by the host (minibatches and rates, most of them for many turns at once),
launched, and noted. How it went is read later: when a record is asked for its numbers,
every 200 turns, and at the end of a play. A figure that is not finite is found then; the parameters
have stood still since.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from minigan.base.errors import NonFiniteError
from minigan.game.gpu.feeds import Feed, feed_of
from minigan.game.gpu.graphs import Replay
from minigan.game.gpu.ledger import Entry, LateRecord, Ledger
from minigan.game.gpu.updates import update_for
from minigan.game.turn import Turn
from minigan.passes.cuda.products import products


class Steps:
    """Steps of a `minigan.game.game.Game` whose networks live on a GPU.

    Any method that takes a turn raises MemoryError if the GPU has no room for it.
    """

    def __init__(self, game: Any):
        self._game, self._xp = game, game._device.xp
        self._ledger = Ledger(game._networks, self._xp, game._dtype, self.look)
        places, state = self._ledger.places, self._ledger.state
        self._updates = {
            name: update_for(optimizer, state, places[name])
            for name, optimizer in game._optimizers.items()
        }
        self._feeds: dict[str, Feed] = {}
        self._replays: dict[Turn, Replay] = {}
        self._said: set[str] = set()  # why turns are not recorded

    def step(self) -> LateRecord:
        """Take every turn, ``turn.k`` times. See `Game.step`."""
        fetches = []
        for turn in self._game.turns:
            for _ in range(turn.k):
                fetch = self._take(turn)
            fetches.append(fetch)
        self._game.steps_done = step = self._game.steps_done + 1
        return LateRecord(step, lambda: {k: v for each in fetches for k, v in each().items()})

    def take(self, turn: Turn) -> LateRecord:
        """Take one turn, once. See `Game.take`."""
        fetch = self._take(turn)
        return LateRecord(self._game.steps_done + 1, fetch)

    @property
    def recorded(self) -> bool:
        """Whether all turns that were taken are replayed as CUDA graphs by now."""
        return all(replay.graph is not None for replay in self._replays.values())

    def look(self) -> None:
        """Wait for the GPU, and read what has happened since the last look.

        Raises NonFiniteError if a figure or a gradient was not finite. The game then stands where
        it stood before that update, and may be played on; what was drawn since is lost.
        """
        lost, error = self._ledger.fetch()
        if error is None:
            return
        for entry in lost:
            for name in entry.turn.moves:
                self._game._optimizers[name].t -= 1
        self._game.steps_done = lost[0].step - 1
        self._ledger.revive()
        raise error

    def forget(self) -> None:
        """Read what has not been read, and give up what was not finite."""
        with suppress(NonFiniteError):
            self.look()

    def feed(self, name: str) -> Feed:
        """Minibatches of a sampler, as the game draws them now."""
        if name not in self._feeds or not self._feeds[name].is_current:
            self._feeds[name] = feed_of(self._game, name)
        return self._feeds[name]

    def _take(self, turn: Turn) -> Callable[[], dict[str, float]]:
        """Launch a turn; what is returned fetches its figures."""
        if self._ledger.is_full:
            self.look()
        game, updates = self._game, [self._updates[name] for name in turn.moves]
        try:
            if turn not in self._replays:
                self._replays[turn] = self._replay(turn)
            drawn = [self.feed(name).minibatch() for name in turn.draws]
            for update in updates:
                update.prepare()
            names = self._replays[turn](game._streams["layers"], drawn)
        except BaseException as error:
            self.forget()
            for feed in self._feeds.values():
                feed.known = None
            counts = self._ledger.counts()
            for update in self._updates.values():
                update.counted = counts[update.place]
            if isinstance(error, MemoryError):
                reason = str(error).strip().split("\n")[0]
                raise MemoryError(
                    f"batch: expected one that the GPU has room for, got {game.batch} ({reason})"
                ) from error
            raise
        for name, update in zip(turn.moves, updates, strict=True):
            update.count()
            for gradients in game._networks[name]._gradients:
                gradients.due = False  # a replay has written them
        return self._ledger.expect(Entry(turn, names, game.steps_done + 1))

    def _replay(self, turn: Turn) -> Replay:
        """The launches of a turn, which are the same in every turn."""
        game, updates = self._game, [self._updates[name] for name in turn.moves]

        def work(rng: Any, drawn: list) -> tuple[str, ...]:
            for name in turn.moves:
                game._networks[name].zero_grads()
            rows = {n: self._feeds[n].in_turn(x) for n, x in zip(turn.draws, drawn, strict=True)}
            figures = turn.gradients(rng, **rows)
            game._check_names(turn, figures)
            names = self._ledger.launch(turn, figures)
            for update in updates:
                update.launch()
            return names

        def parts() -> tuple:
            feeds = (self._feeds[name].facts for name in turn.draws)
            return turn, *(update.facts for update in updates), *feeds

        def refusal() -> str:
            found = (update.refusal for update in updates)
            return products(self._xp).refusal or next(filter(None, found), "")

        def warn(reason: str) -> None:
            if reason not in self._said:
                what = "launched kernel by kernel, and not as a CUDA graph"
                said = f"{type(turn).__name__} is {what}: {reason}"
                warnings.warn(said, RuntimeWarning, stacklevel=2)
            self._said.add(reason)

        return Replay(self._xp, work, parts, refusal, warn)

    def __deepcopy__(self, memo: dict[int, Any]) -> Steps:
        """Steps of a copy of the game, which is under way in ``memo``."""
        self.look()
        game = copy.deepcopy(self._game, memo)
        for name, part in vars(self._game).items():
            if part is not self:
                vars(game)[name] = copy.deepcopy(part, memo)
        twin = Steps(game)
        for name in self._feeds:
            twin.feed(name).rows = self.feed(name).rows  # which are never written to
        return twin

    def __reduce__(self):
        raise TypeError("a game on a GPU cannot be pickled: save what its state() returns")
