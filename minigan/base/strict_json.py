"""Numbers as JSON that any reader takes: no NaN, no infinity, no NumPy."""

import json
import math
from typing import Any

import numpy as np


def json_text(value: dict) -> str:
    """JSON of a value, in one line, NumPy's numbers among it as Python's.

    A number that is not finite, NaN or infinity, which JSON lacks, becomes null.
    """
    return json.dumps(_plain(value), allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
