"""Square brackets: slices are views, indices on the device select, anything else is refused.

CuPy takes lists and NumPy arrays as indices, and copies them to the device at each use,
in silence. Here they raise. A mask is taken, but counted: the host has to wait until it
knows how many elements are selected, which is why fast code multiplies by masks instead.
"""

import numpy as np

from strict_cupy._counts import record
from strict_cupy._launch import (
    is_device,
    is_scalar,
    launch,
    launch_in_place,
    operand,
    same_memory,
    view,
)


def getitem(self, key):
    """``self[key]``: a view, or with indices on the device a copy."""
    key, selects = _on_host(key)
    if not selects:
        return view(self._values[key])
    return launch(lambda values: values[key], self)


def setitem(self, key, value):
    """``self[key] = value``; the value is on the device too, or a number."""
    key, selects = _on_host(key)
    values = operand(value)
    if selects:
        if is_scalar(value):
            record("to_device")  # CuPy makes an array of the number first
    elif is_device(value) and same_memory(self._values[key], values):
        return  # the second half of x[:2] += y, which has been done in place

    def assign(target, values):
        target[key] = values

    launch_in_place(assign, self, value)


def _on_host(key):
    """A key that NumPy understands, and whether it selects elements one by one."""
    parts = key if isinstance(key, tuple) else (key,)
    selects = any(is_device(part) for part in parts)
    plain = tuple(_checked(part) for part in parts)
    if selects or any(part is Ellipsis for part in plain):
        return plain, selects
    return (*plain, ...), selects  # NumPy would return a scalar, a copy, for a full index


def _checked(part):
    if is_device(part):
        if part.dtype.kind == "b":
            record("synchronisations", "to_host")
        elif part.dtype.kind not in "iu":
            raise IndexError(
                "arrays used as indices must be of integer or boolean type. "
                f"(actual: {part.dtype.type})"
            )
        return part._values
    whole = isinstance(part, int | np.integer) and not isinstance(part, bool)
    if part is None or part is Ellipsis or isinstance(part, slice) or whole:
        return part
    raise TypeError(
        f"index: expected whole numbers, slices, None, Ellipsis or arrays on the device, "
        f"got {type(part)}"
    )
