"""``minigan figure1 --seeds 0:20``: a figure over many seeds, as one table."""

import argparse
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from minigan.base.strict_json import json_text
from minigan.cli.output import progress, remark, show_pictures, written
from minigan.figures.base import Figure
from minigan.figures.style import PictureFiles

MOST = 1_000_000  # seeds in a sweep; more is a slip of the hand


def run_seeds(
    options: argparse.Namespace, figure: type[Figure], settings: dict[str, Any], out: Path
) -> int:
    """Play what is not in the table yet, draw and print all; exit code 1 if a game failed."""
    from minigan.figures import seeds, sweep

    played = seeds.play(
        figure,
        options.seeds,
        settings,
        directory=out,
        jobs=options.jobs,
        progress=partial(progress, unit="game"),
    )
    done = played.sweep
    if done.interrupted and not done.games:
        raise KeyboardInterrupt
    pictures = PictureFiles(options.format, options.dpi)
    files = [str(out / sweep.TABLE), *map(str, played.save(out, pictures))]
    if options.json:
        print(json_text(played.report() | {"files": files}))
    else:
        counts = f"{done.played} games played, {len(done.games) - done.played} were there before"
        print(played.text(), f"{written(files)} ({counts})", sep="\n\n")
    show_pictures(options, files)
    if done.interrupted:
        return remark("interrupted; the same command goes on from here", 130)
    return 1 if any(game.error is not None for game in done.games) else 0


def unless_ended(play: Callable[[], int]) -> int:
    """The exit code of ``play()``; 1, with a line, if a process that it started was ended."""
    from concurrent.futures.process import BrokenProcessPool

    try:
        return play()
    except BrokenProcessPool:
        ended = "a process that played a game was ended from outside (out of memory?)"
        return remark(f"{ended}; the same command goes on with what is left", 1)


def seed_list(text: str) -> list[int]:
    """The seeds that an option names, sorted: numbers and ranges with a comma between them.

    Of ``0:20``, 20 is not one, as in Python. Anything else, a seed twice, none or more than
    `MOST` are an `argparse.ArgumentTypeError`.
    """
    found: list[int] = []
    for part in text.split(","):
        first, colon, end = part.partition(":")
        if not (_is_number(first) and (_is_number(end) or not colon)):
            raise argparse.ArgumentTypeError(f"expected 0:20 or 1,5,7, got {text!r}")
        chosen = range(int(first), int(end)) if colon else [int(first)]
        if not chosen:
            cure = f"the end is left out: {first}:{int(first) + 1} is one"
            raise argparse.ArgumentTypeError(f"{part} has no seeds in it: {cure}")
        if len(found) + len(chosen) > MOST:
            raise argparse.ArgumentTypeError(f"expected at most {MOST} seeds, got {text!r}")
        found += chosen
    found.sort()
    for one, following in pairwise(found):
        if one == following:
            raise argparse.ArgumentTypeError(f"{one} is given twice in {text!r}")
    return found


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
