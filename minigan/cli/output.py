"""Output of the commands: remarks on standard error, and progress bars."""

import sys
from collections.abc import Iterable


def remark(text: object, code: int = 0) -> int:
    """Say a line on standard error; the exit code."""
    print(f"minigan: {text}", file=sys.stderr)
    return code


def progress(iterable: Iterable, total: int | None, unit: str = "step") -> Iterable:
    """The iterable, with a progress bar on standard error if that is a terminal."""
    from tqdm import tqdm  # not needed where nothing runs

    return tqdm(iterable, total=total, unit=unit, leave=False, disable=None)
