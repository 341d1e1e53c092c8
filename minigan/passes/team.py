"""A small team of threads of our own: while a game takes a step, BLAS has one thread, we the rest.

BLAS shares out products only, and keeps its threads spinning in between. The team shares out what
is around them too: `minigan.passes.units` gives each thread its units of every layer. It is as
large as BLAS was allowed to be, so that ``OPENBLAS_NUM_THREADS`` or ``threadpool_limits`` are the
setting of both; and as rows are cut where the kernels of BLAS cut them, its size changes no bit.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextvars import copy_context
from functools import cache
from itertools import pairwise
from queue import SimpleQueue
from typing import Any

import numpy as np

EDGE = 24  # rows: kernels of BLAS take 12 or 24 at once, and cut there a product keeps its bits
FEWEST = 2 * EDGE  # rows that are cut


class Team:
    """Threads that wait for jobs; the caller is number 0."""

    def __init__(self, size: int):
        self.size = size
        self._helpers = [(SimpleQueue[Any](), SimpleQueue[Any]()) for _ in range(size - 1)]
        for i, queues in enumerate(self._helpers, 1):
            threading.Thread(
                target=_help, args=(i, *queues), name=f"minigan-{i}", daemon=True
            ).start()

    def run(self, job: Callable[[int], Any], shares: int) -> None:
        """Call ``job(i)`` for all shares, each in a thread; an error in one is raised here."""
        helpers = self._helpers[: shares - 1]
        for jobs, _ in helpers:
            jobs.put((copy_context(), job))  # with the caller's np.errstate
        errors = []
        try:
            job(0)
        finally:  # no share is under way any more when its arrays are given back
            for _, done in helpers:
                errors.append(done.get())
        for error in filter(None, errors):
            raise error

    def end(self) -> None:
        """Let the threads end, each after the job that it has."""
        for jobs, _ in self._helpers:
            jobs.put(None)


def _help(i: int, jobs: SimpleQueue, done: SimpleQueue) -> None:
    """The work of thread ``i``."""
    for context, job in iter(jobs.get, None):
        try:
            context.run(job, i)
            done.put(None)
        except BaseException as error:
            done.put(error)
        del context, job  # and with it the arrays of a game that is over


class _Steps:
    """Steps under way in this process, and the team, which one of their threads has."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.under_way, self.size = 0, 1
        self.team: Team | None = None
        self.owner: int | None = None


_steps = _Steps()
if hasattr(os, "register_at_fork"):  # the threads of a team do not come along
    os.register_at_fork(after_in_child=_steps.__init__)  # type: ignore[misc]


class one_thread_of_blas:
    """Context of a game's step: BLAS has one thread, and `team` has as many as BLAS had."""

    def __enter__(self) -> None:
        get, give = _blas()
        with _steps.lock:
            if not _steps.under_way:
                _steps.size = get()
                if _steps.size > 1:
                    give(1)
                    if get() > 1:  # threadpoolctl lets one thread of the process set it
                        _steps.size = 1
            _steps.under_way += 1
            self._has_team = _steps.owner is None
            if self._has_team:
                _steps.owner = threading.get_ident()

    def __exit__(self, kind: type | None, *error: object) -> None:
        with _steps.lock:
            if self._has_team:
                _steps.owner = None
                if kind and _steps.team:  # it may be in the middle of a job
                    _steps.team.end()
                    _steps.team = None
            _steps.under_way -= 1
            if not _steps.under_way and _steps.size > 1:
                _blas()[1](_steps.size)


def team() -> Team | None:
    """The team, if this thread's step has it, and it is more than one thread."""
    if _steps.size == 1 or _steps.owner != threading.get_ident():
        return None
    if _steps.team is None or _steps.team.size != _steps.size:
        if _steps.team:
            _steps.team.end()
        _steps.team = Team(_steps.size)
    return _steps.team


def cuts(n: int, parts: int) -> list[slice]:
    """0 to n in as many even parts as may be, cut at multiples of `EDGE`; few rows are whole."""
    parts = max(1, min(parts, n // EDGE)) if n >= FEWEST else 1
    stops = [EDGE * round(n * i / (EDGE * parts)) for i in range(parts)] + [n]
    return [slice(a, b) for a, b in pairwise(stops)]


@cache
def _blas() -> tuple[Callable[[], int], Callable[[int], Any]]:
    """Functions that get and set the number of threads of NumPy's BLAS; it is 1 if not known."""
    from threadpoolctl import ThreadpoolController  # takes 10 ms to import

    found = ThreadpoolController().select(user_api="blas").lib_controllers
    own = [each for each in found if each.filepath.startswith(np.__path__[0])]
    if not found:
        return lambda: 1, lambda size: None
    library = (own or found)[0]  # SciPy has another

    def give(size: int) -> None:
        library.set_num_threads(size)
        if hasattr(library, "clear_controlling_thread"):  # else no other thread may set it
            library.clear_controlling_thread()

    return library.get_num_threads, give
