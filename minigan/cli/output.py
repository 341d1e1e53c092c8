"""What commands print: numbers as JSON, and how far the work is."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable


def json_text(value: dict) -> str:
    """JSON text; a number that is not finite, which JSON cannot write, becomes null.

    Parameters
    ----------
    value : dict
        Of strings, numbers, booleans, None, and lists, tuples and dicts of them.

    Returns
    -------
    str
        One line.
    """

    def plain(value):
        if isinstance(value, dict):
            return {key: plain(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [plain(item) for item in value]
        return None if isinstance(value, float) and not math.isfinite(value) else value

    return json.dumps(plain(value), allow_nan=False)


def progress(iterable: Iterable, total: int | None, unit: str = "step") -> Iterable:
    """Progress bar on standard error, if a person looks on.

    Parameters
    ----------
    iterable : iterable
        Is handed on.
    total : int or None
        How many there will be, if that is known.
    unit : str
        What they are.

    Returns
    -------
    iterable
    """
    from tqdm import tqdm  # not needed where nothing runs

    return tqdm(iterable, total=total, unit=unit, leave=False, disable=None)
