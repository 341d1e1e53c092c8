"""Output of the commands: numbers as JSON, remarks on standard error, and progress bars."""

import json
import math
import sys
from collections.abc import Iterable

import numpy as np


def json_text(value: dict) -> str:
    """JSON of a value, in one line, NumPy's numbers among it as Python's.

    A number that is not finite, NaN or infinity, which JSON lacks, becomes null.
    """

    def plain(value):
        if isinstance(value, dict):
            return {key: plain(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [plain(item) for item in value]
        if isinstance(value, np.generic):
            value = value.item()
        return None if isinstance(value, float) and not math.isfinite(value) else value

    return json.dumps(plain(value), allow_nan=False)


def remark(text: object, code: int = 0) -> int:
    """Say a line on standard error; the exit code."""
    print(f"minigan: {text}", file=sys.stderr)
    return code


def progress(iterable: Iterable, total: int | None, unit: str = "step") -> Iterable:
    """The iterable, with a progress bar on standard error if that is a terminal."""
    from tqdm import tqdm  # not needed where nothing runs

    return tqdm(iterable, total=total, unit=unit, leave=False, disable=None)
