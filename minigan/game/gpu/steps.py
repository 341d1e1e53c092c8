"""Algorithm 1 on a GPU: the same turns, without ever waiting for one.

A turn is prepared by the computer (minibatches, rates and random numbers, most of them for
many turns at once), launched, and noted. How it went is read later: when a record is asked
for its numbers, every 200 turns, and at the end of a play. A cost that is not finite is
found then; the parameters have stood still since.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from minigan.cuda.capture import Replay
from minigan.cuda.feeds import Feed
from minigan.cuda.gradients import DeviceGradients
from minigan.cuda.kernels import OF_D, TURNS
from minigan.cuda.ledger import Ledger, Promise, PromisedRecord, Turn
from minigan.cuda.passes import tools
from minigan.cuda.plain import PlainGradients
from minigan.cuda.updates import update_for
from minigan.training.records import Record

from minigan.base.errors import NonFiniteError

if TYPE_CHECKING:
    from minigan.training.algorithm1 import Algorithm1


class DeviceTurns:
    """Turns of a game whose networks live on a GPU.

    Parameters
    ----------
    game : Algorithm1
        Its networks, samplers, optimizers and random streams.
    fast : bool
        False takes the gradients by the plain functions in `minigan.training.steps`.

    Raises
    ------
    MemoryError
        In any method: if the GPU has no room for what a turn needs.
    """

    def __init__(self, game: Algorithm1, fast: bool):
        self._game, self._fast = game, fast
        self._tools = tools(game.G.xp)
        self._taken = self._taken_by_D = self._taken_by_G = 0  # turns, as counted on the GPU
        self._ledger = Ledger(game.batch, game.G.dtype, self._tools, self.look)
        figures = self._ledger.figures
        self._gradients: Any = PlainGradients(game, figures)
        if fast:
            self._gradients = DeviceGradients(
                game.G, game.D, game.batch, game._cost, figures, self._tools
            )
        self._attach()

    def step(self) -> PromisedRecord:
        """One pass of Algorithm 1's outer loop. See `Algorithm1.step`."""
        game, ledger = self._game, self._ledger
        if game.simultaneous:
            of_D = of_G = self._take(True, True)
        else:
            for _ in range(game.k):
                of_D = self._take(True, False)
            of_G = self._take(False, True)
        game.steps_done = step = game.steps_done + 1

        def fetch() -> Record:
            J_D, real_accuracy, fake_accuracy, D_norm = ledger.of_D(of_D())
            J_G, G_norm = ledger.of_G(of_G())
            return Record(step, J_D, J_G, real_accuracy, fake_accuracy, D_norm, G_norm)

        return PromisedRecord(step, fetch)

    def discriminator(self) -> Promise:
        """One update of D. See `Algorithm1.update_discriminator`."""
        row, ledger = self._take(True, False), self._ledger
        return Promise(lambda: ledger.of_D(row()))

    def generator(self) -> Promise:
        """One update of G. See `Algorithm1.update_generator`."""
        row, ledger = self._take(False, True), self._ledger
        return Promise(lambda: ledger.of_G(row()))

    @property
    def recorded(self) -> bool:
        """Whether all kinds of turns that were taken are replayed as CUDA graphs by now."""
        return all(launch.recorded for launch in self._launches.values())

    def look(self) -> None:
        """Wait for the GPU, and read what has happened since the last look.

        Raises
        ------
        NonFiniteError
            If a cost or a gradient was not finite. The game then stands where it stood before
            that update, and may be played on; what was drawn since is lost.
        """
        lost, message = self._ledger.fetch()
        if not lost:
            return
        game = self._game
        game.D_optimizer.t -= sum(turn.of_D for turn in lost)
        game.G_optimizer.t -= sum(turn.of_G for turn in lost)
        game.steps_done = lost[0].step - 1
        self._ledger.revive()
        raise NonFiniteError(message, lost[0].step)

    def twin(self, game: Algorithm1) -> DeviceTurns:
        """Turns of a copy of the game, which goes on as this one does."""
        twin = DeviceTurns(game, self._fast)
        counts = self._taken, self._taken_by_D, self._taken_by_G
        twin._taken, twin._taken_by_D, twin._taken_by_G = counts
        twin._ledger.follow(self._ledger)
        for feed, other in ((twin._z, self._z), (twin._x, self._x)):
            feed.rows[...], feed.drawn = other.rows, other.drawn
        return twin

    def _attach(self) -> None:
        """Tie the turns to the game's samplers and optimizers as they are now."""
        game, state, with_tools = self._game, self._ledger.state, self._tools
        rng = game._streams
        noise = ("noise", game.noise, game.batch, game.G.n_in, game.G, rng.noise, TURNS)
        data = ("data", game.data, game.batch, game.D.n_in, game.G, rng.data, OF_D)
        self._z, self._x = Feed(*noise, with_tools), Feed(*data, with_tools)
        self._D_update = update_for(game.D_optimizer, "D", state, with_tools)
        self._G_update = update_for(game.G_optimizer, "G", state, with_tools)
        self._launches: dict[tuple[bool, bool], Replay] = {}

    def _is_attached(self) -> bool:
        game = self._game
        return (
            self._x.sampler is game.data
            and self._z.sampler is game.noise
            and self._D_update.optimizer is game.D_optimizer
            and self._G_update.optimizer is game.G_optimizer
        )

    def _take(self, of_D: bool, of_G: bool) -> Callable[[], Any]:
        """Take a turn of one player or of both; what is returned fetches its figures."""
        if self._ledger.is_full:
            self.look()
        if not self._is_attached():
            self._attach()
        try:
            if (of_D, of_G) not in self._launches:
                self._launches[of_D, of_G] = self._replay(of_D, of_G)
            self._prepare(of_D, of_G)
            self._launches[of_D, of_G]()
        except MemoryError as error:
            reason = str(error).strip().split("\n")[0]
            raise MemoryError(
                f"batch: expected one that the GPU has room for, got {self._game.batch} ({reason})"
            ) from error
        self._count(of_D, of_G)
        return self._ledger.expect(Turn(of_D, of_G, self._game.steps_done + 1))

    def _prepare(self, of_D: bool, of_G: bool) -> None:
        """All that is not the same in every turn, in memory that keeps its place."""
        if self._fast:
            self._z.prepare(self._taken)
            if of_D:
                self._x.prepare(self._taken_by_D)
            for plan in self._gradients.plans(of_D):
                plan.draw(self._game._streams.dropout)
        if of_D:
            self._D_update.prepare(self._taken_by_D)
        if of_G:
            self._G_update.prepare(self._taken_by_G)

    def _replay(self, of_D: bool, of_G: bool) -> Replay:
        """The launches of a turn, which are the same in every turn."""
        gradients, dropout = self._gradients, self._game._streams.dropout
        name = {(1, 0): "discriminator", (0, 1): "generator", (1, 1): "simultaneous"}[of_D, of_G]
        compute = getattr(gradients, name)
        updates = [self._D_update] * of_D + [self._G_update] * of_G

        def launch() -> None:
            if self._fast:
                self._z.launch(self._ledger.state, gradients.z(of_D))
                if of_D:
                    self._x.launch(self._ledger.state, gradients.x)
            compute(dropout)
            self._ledger.launch(of_D, of_G)
            for update in updates:
                update.launch()

        capturable = (
            self._fast
            and self._tools.products.capturable
            and all(part.capturable for part in (*gradients.plans(of_D), *updates))
        )
        xp = self._tools.xp
        return Replay(launch, xp.cuda.Stream(non_blocking=True) if capturable else None)

    def _count(self, of_D: bool, of_G: bool) -> None:
        self._taken += 1
        self._taken_by_D += of_D
        self._taken_by_G += of_G
        if of_D:
            self._D_update.count()
        if of_G:
            self._G_update.count()
