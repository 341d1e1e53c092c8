"""Many games at once: over seeds and settings, on all cores, with nothing lost.

One run of a toy GAN says little: the next seed may end elsewhere. A sweep plays a game for
each setting, writes down what came of it as soon as it ends (`minigan.figures.table`),
and skips what is written down already, so that the same call goes on where it was
stopped. Processes are joblib's: on this machine, or wherever its backend plays them.

A game is a function of its setting alone, with one thread for linear algebra. So its
results are the same, bit for bit, however many are played at once and in which order.
"""

import itertools
import os
import time
import warnings
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import closing
from typing import Any, NamedTuple

from threadpoolctl import threadpool_limits

from minigan.base.errors import InputError, NonFiniteError
from minigan.base.files import locked, writable_directory
from minigan.base.validation import whole_number
from minigan.figures.base import Progress, silently
from minigan.figures.processes import end_with, interrupts_ignored
from minigan.figures.table import Game, Table, Value, key, plain

TABLE = "sweep.jsonl"  # in the directory of the sweep


class Sweep(NamedTuple):
    """The games of a sweep, in the order of its settings: if interrupted, those that ended."""

    games: list[Game]
    played: int  # of them, in this call; the others were in the table before it
    interrupted: bool


def sweep(
    play: Callable[..., Mapping[str, Any]],
    settings: Iterable[Mapping[str, Any]],
    *,
    name: str,
    directory: str | os.PathLike,
    jobs: int | None = None,
    progress: Progress = silently,
    numbers: bool = False,
) -> Sweep:
    """Play a game for each setting that is not in the table yet.

    Parameters
    ----------
    play : callable
        ``play(**setting)`` plays a game and returns its results: a flat dict of numbers,
        strings, booleans or None. A number that is not finite is kept as None.
    settings : iterable of dict
        Such as `grid` gives; the same kinds of values.
    name : str
        Of the experiment. Change it, or the directory, when ``play`` changes: games are
        told apart by their settings, not by what ``play`` does with them.
    directory : str or os.PathLike
        For the table, ``sweep.jsonl``; made if need be. Settings that are in the table
        and not asked for stay there.
    jobs : int, optional
        Games at once, >= 1. By default what `joblib.parallel_config` says; if it says
        nothing, the number of cores (with a cluster as its backend, all of the cluster).
    progress : callable
        ``progress(iterable, total)`` hands the games on as they end, and may show how far
        the sweep is.
    numbers : bool
        Whether results are numbers alone. Text in the table's results is refused then.

    Returns
    -------
    Sweep
        A game that raises `NonFiniteError` is there with its error, and is not played
        again. If interrupted, the games that ended; the same call plays the rest.

    Raises
    ------
    InputError
        If a setting is given twice or cannot be written down, ``jobs`` is out of range,
        the directory cannot be written to, another sweep has it, the table there is of
        another experiment or by another version of minigan, or ``play`` refuses its
        setting or returns something else. Games that ended before that are in the table,
        as with any other exception of ``play``.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> def play(seed):
    ...     return {"half": seed / 2}
    >>> with TemporaryDirectory() as place:
    ...     done = sweep(play, grid(seed=range(3)), name="halves", directory=place, jobs=1)
    >>> [game.results for game in done.games]
    [{'half': 0.0}, {'half': 0.5}, {'half': 1.0}]
    """
    wanted: dict[str, dict[str, Value]] = {}  # by key, in their order
    for given in settings:
        setting = plain("setting", given)
        for what, value in setting.items():
            if value is None and given[what] is not None:
                raise InputError(f"setting: {what}: expected a finite number, got {given[what]}")
        if wanted.setdefault(key(setting), setting) is not setting:
            raise InputError(f"settings: {setting} is given twice")
    jobs = None if jobs is None else whole_number("jobs", jobs)
    directory = writable_directory(directory)
    played, interrupted = 0, False
    with locked(directory):
        table = Table(directory / TABLE, name, numbers)
        todo = [setting for text, setting in wanted.items() if text not in table.games]
        try:
            with closing(_played(play, todo, jobs)) as ended:
                for game in progress(ended, len(todo)):
                    table.append(game)
                    played += 1
        except KeyboardInterrupt:
            interrupted = True
    games = [table.games[text] for text in wanted if text in table.games]
    return Sweep(games, played, interrupted)


def grid(**axes: Iterable[Value]) -> list[dict[str, Value]]:
    """Every combination of values, the last name's changing fastest.

    Parameters
    ----------
    **axes : iterable
        The values of each name, one at least.

    Returns
    -------
    list of dict
        One for each combination.

    Raises
    ------
    InputError
        If a name has no values, or a single one that is not in a list.

    Examples
    --------
    >>> grid(k=[1, 5], seed=range(2))
    [{'k': 1, 'seed': 0}, {'k': 1, 'seed': 1}, {'k': 5, 'seed': 0}, {'k': 5, 'seed': 1}]
    """
    lists = {}
    for name, values in axes.items():
        if isinstance(values, str) or not isinstance(values, Iterable):
            raise InputError(f"{name}: expected a list of values, got {values!r}")
        lists[name] = list(values)
        if not lists[name]:
            raise InputError(f"{name}: expected one value at least, got none")
    return [dict(zip(lists, one, strict=True)) for one in itertools.product(*lists.values())]


def _played(play: Callable, todo: list[dict], jobs: int | None) -> Generator[Game, None, None]:
    """The games as they end."""
    if not todo:
        return
    from joblib import Parallel, delayed, effective_n_jobs  # a fifth of a second to import
    from joblib.parallel import get_active_backend

    _, configured = get_active_backend()
    at_once = min(effective_n_jobs(jobs or configured or -1), len(todo))
    calls = (delayed(_game)(play, setting, os.getpid()) for setting in todo)
    options = {"n_jobs": at_once, "batch_size": 1}
    with threadpool_limits(1):
        try:
            as_they_end = {"return_as": "generator_unordered", "pre_dispatch": at_once}
            parallel = Parallel(**options, **as_they_end)
        except ValueError:  # Ray's backend gives results only when all of them are there
            with Parallel(**options) as parallel:
                while some := list(itertools.islice(calls, at_once)):
                    yield from parallel(some)
            return
        with interrupts_ignored():  # processes start here
            games = parallel(calls)
        try:
            for game in games:  # noqa: UP028 (else they are closed before the warnings are off)
                yield game
        finally:
            with warnings.catch_warnings():  # joblib's, of games that are not waited for any more
                warnings.simplefilter("ignore")
                games.close()


def _game(play: Callable, setting: dict[str, Value], sweeps: int) -> Game:
    """Play one game, in whatever process; ``sweeps`` is the number of the sweep's."""
    end_with(sweeps)
    began = time.perf_counter()
    results, error = {}, None
    try:
        with threadpool_limits(1):
            results = plain("results", play(**setting))
    except NonFiniteError as failure:
        error = str(failure)
    return Game(setting, results, error, time.perf_counter() - began)
