"""A kernel's argument list, ``"T x, raw float32 y"``, and what its type letters stand for."""

from typing import NamedTuple

import numpy as np

_C_NAMES = {
    "float64": "double",
    "float32": "float",
    "int64": "long long",
    "int32": "int",
    "int16": "short",
    "int8": "signed char",
    "uint64": "unsigned long long",
    "uint32": "unsigned int",
    "uint16": "unsigned short",
    "uint8": "unsigned char",
    "bool": "bool",
}


class Parameter(NamedTuple):
    """One argument: ``ctype`` is C's name of its type or one letter, which has no ``dtype``."""

    name: str
    ctype: str
    dtype: np.dtype | None
    raw: bool


def parameters(text):
    """Parameters of a comma-separated list."""
    return [_parameter(item) for item in text.split(",")] if text.strip() else []


def _parameter(text):
    words = text.split()
    if len(words) < 2 or words[:-2] not in ([], ["raw"]):
        raise ValueError(f"parameter: expected 'TYPE NAME' or 'raw TYPE NAME', got {text!r}")
    kind, name = words[-2:]
    if name in ("i", "n") or name.startswith("_"):
        raise ValueError(f"parameter: i, n and names that begin with _ are reserved, got {text!r}")
    raw = len(words) == 3
    if len(kind) == 1:
        return Parameter(name, kind, None, raw)
    return Parameter(name, c_name(np.dtype(kind)), np.dtype(kind), raw)


def c_name(dtype):
    """C's name of a dtype."""
    if dtype.name not in _C_NAMES:
        raise NotImplementedError(f"kernel: no C type for {dtype} on the stand-in")
    return _C_NAMES[dtype.name]


def type_letters(parameters, arguments):
    """dtype of each letter, from the arrays among the arguments; numbers have no say.

    Parameters and arguments begin with the outputs, since those decide.
    """
    letters = {}
    for parameter, values in zip(parameters, arguments, strict=True):
        if not isinstance(values, np.ndarray):
            continue
        expected = parameter.dtype or letters.setdefault(parameter.ctype, values.dtype)
        if values.dtype != expected:
            raise TypeError(f"Type is mismatched. {parameter.name} {values.dtype} {expected}")
    for parameter in parameters:
        if parameter.dtype is None and parameter.ctype not in letters:
            raise TypeError(f"no array says what type the {parameter.ctype} of {parameter.name} is")
    return letters
