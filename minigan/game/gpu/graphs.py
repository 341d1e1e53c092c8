"""A turn as one CUDA graph: recorded once, replayed ever after.

Starting a kernel takes a few microseconds, and on a small network the kernel itself less. A graph
starts them all by one call. While a turn is being recorded nothing is computed: the game is the
same to the last bit, recorded or not.

A graph writes to the memory that it was recorded with. So that memory is its own: minibatches are
copied to fixed places, networks lend it blocks that no other pass gets, and what is allocated on
the way comes from a pool that lives as long as the graph. Random numbers of layers are drawn by
the graph, since CuPy keeps what a generator remembers on the GPU; those of another generator are
drawn before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from minigan.game.gpu.facts import facts
from minigan.networks.sequential import Sequential
from minigan.passes.cuda.layer_passes import PASSES, DrawLater

WARM_UP = 2  # turns before the recording: kernels are compiled and loaded by then
RESTLESS = 5  # changes of what a turn depends on, one after the other, until it is given up


class Replay:
    """Launches of a turn, kernel by kernel at first, and then as one graph.

    ``work(rng, minibatches)`` makes them, and returns what a call returns. ``parts()`` is what they
    depend on; ``refusal()`` why they cannot be recorded, or nothing; ``warn(why)`` is told so.
    """

    def __init__(self, xp: Any, work: Callable, parts: Callable, refusal: Callable, warn: Callable):
        self._xp, self._work, self._parts = xp, work, parts
        self._refusal, self._warn = refusal, warn
        self._before: Any = None  # facts at the last call
        self._calls = self._changes = 0
        self._given_up = not hasattr(xp.cuda.Stream, "begin_capture")
        self.graph: Any = None  # None as long as nothing is recorded
        self._held: Any = None  # what the graph needs, and nobody else has

    def __call__(self, rng: Any, drawn: list) -> Any:
        """Take the turn on the current stream, for these minibatches."""
        if self._given_up:
            return self._work(rng, drawn)
        now, networks = self._facts(drawn)
        if now != self._before:
            self._forget()
        if self.graph is not None:
            for place, rows in zip(_flat(self._places), _flat(drawn), strict=True):
                place[...] = rows
            self._later.draw(rng)
            self.graph.launch()
            return self._result
        self._calls += 1
        if self._changes > RESTLESS:
            self._give_up("numbers on the host, on which it depends, change from turn to turn")
        elif self._calls == WARM_UP:
            return self._record(rng, drawn, now, networks)
        result = self._work(rng, drawn)
        self._before, _ = self._facts(drawn)
        if now != self._before:
            self._forget()
        return result

    def _facts(self, drawn: list) -> tuple[Any, list[Sequential]]:
        """All that the launches depend on, and the networks that are part of it."""
        seen: dict[int, Any] = {}
        found = [(part.shape, part.dtype) for part in _flat(drawn)], facts(self._parts(), seen)
        return found, [part for part in seen.values() if isinstance(part, Sequential)]

    def _forget(self) -> None:
        """Begin again: something has changed."""
        if self.graph is not None:
            self._xp.cuda.get_current_stream().synchronize()  # it may be under way
        self.graph = self._held = None
        self._calls, self._changes = 0, self._changes + 1

    def _record(self, rng: Any, drawn: list, now: Any, networks: list[Sequential]) -> Any:
        """Take the turn where it will be replayed, and record it; or go on as before."""
        refusal = self._refusal() or _refusal_of(networks)
        if refusal:
            self._give_up(refusal)
            return self._work(rng, drawn)
        cuda = self._xp.cuda
        current, stream = cuda.get_current_stream(), cuda.Stream(non_blocking=True)
        pool, places = cuda.MemoryPool(), [_copied(rows) for rows in drawn]
        stream.wait_event(current.record())
        with stream, cuda.using_allocator(pool.malloc), _blocks_of_its_own(networks) as blocks:
            result = self._work(rng, places)  # allocates what the recording will find there
            self._before, _ = self._facts(drawn)
            if self._before == now:
                self._capture(stream, rng, places)
            else:
                self._forget()
        current.wait_event(stream.record())
        self._places, self._result = places, result
        self._held = pool, blocks, stream
        return result

    def _capture(self, stream: Any, rng: Any, places: list) -> None:
        """Record the turn, draws and all if the generator is the GPU's own; else they go before."""
        own, self._later = type(rng) is self._xp.random.Generator, DrawLater()
        for source in (rng, self._later) if own else (self._later,):
            try:
                stream.begin_capture()
                try:
                    self._work(source, places)
                finally:
                    graph = stream.end_capture()
            except Exception as error:  # CUDA's, cuBLAS's and CuPy's have no common base
                reason = str(error).strip().split("\n")[0] or type(error).__name__
            else:
                self.graph, self._changes = graph, 0
                return
        self._give_up(reason)

    def _give_up(self, reason: str) -> None:
        self._given_up = True
        self._warn(reason)


@contextmanager
def _blocks_of_its_own(networks: list[Sequential]) -> Iterator[list[list]]:
    """Context in which the networks lend from empty stocks, which are yielded."""
    lenders = [lender for network in networks for lender in _lenders(network)]
    before, own = [lender._free for lender in lenders], [[] for _ in lenders]  # type: ignore
    for lender, stock in zip(lenders, own, strict=True):
        lender._free = stock
    try:
        yield own
    finally:
        for lender, stock in zip(lenders, before, strict=True):
            lender._free = stock


def _lenders(network: Sequential) -> Iterator[Any]:
    """Lenders of memory to the passes of a network, and of its parts."""
    if network._lender is not None:
        yield network._lender
    for part in network._parts.values():
        yield from _lenders(part)


def _refusal_of(networks: list[Sequential]) -> str:
    """Why the passes of networks cannot be recorded, or nothing."""
    for network in networks:
        if not network.fast:
            return f"{network.name} runs its layers' own functions (fast=False)"
        for layer in network.layers:
            if type(layer) not in PASSES:
                return f"{layer} of {network.name} has no pass for a GPU"
    return ""


def _flat(drawn: list) -> Iterator[Any]:
    """Arrays of minibatches, some of which may be tuples."""
    for rows in drawn:
        yield from rows if isinstance(rows, tuple) else (rows,)


def _copied(rows: Any) -> Any:
    return tuple(part.copy() for part in rows) if isinstance(rows, tuple) else rows.copy()
