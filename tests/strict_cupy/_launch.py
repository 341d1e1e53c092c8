"""The one door to the values on the pretended device.

A device array holds a NumPy array that nobody else can reach. All work goes through
`launch`: it refuses operands that are not on the device, computes with NumPy, as silently
as a GPU (which never warns of an overflow), and counts.
"""

import functools

import numpy as np

from strict_cupy import _graphs
from strict_cupy._counts import record
from strict_cupy._memory import remember

_TYPES = "?bBhHiIlLqQefdFD"  # of numbers: a GPU has no objects, no text and no long double


def is_device(x):
    """Whether ``x`` is a device array."""
    return hasattr(type(x), "_on_device")


def is_scalar(x):
    """Whether ``x`` is a number that CuPy hands to a kernel by value."""
    return type(x) in (bool, int, float, complex) or isinstance(x, np.generic)


def operand(x):
    """Values of a device array, or a scalar; everything else is refused."""
    if is_device(x):
        return x._values
    if is_scalar(x):
        return x
    raise TypeError(
        f"Unsupported type {type(x)}: an operand must be on the device, or a number "
        "(asarray() moves a host array there)"
    )


def device_values(x, what):
    """Values of a device array; scalars are refused too."""
    if is_device(x):
        return x._values
    raise TypeError(f"{what}: expected strict_cupy.ndarray, got {type(x)}")


def out_values(out):
    """Values of an array to write to."""
    if is_device(out):
        return out._values
    raise TypeError("Output arguments type must be cupy.ndarray")


def view(values):
    """Device array on memory that is there already."""
    array = object.__new__(_ndarray())
    array._values = values
    return array


def allocated(values):
    """Device array on memory of its own."""
    values = np.asarray(values)  # NumPy turns 0-d results into scalars; CuPy does not
    if values.dtype.char not in _TYPES:
        raise ValueError(f"Unsupported dtype {values.dtype}")
    record("allocations")
    remember(values)
    return view(values)


def launch(function, *args, out=None, **kwargs):
    """Result of one of NumPy's functions, as a device array: one launch.

    CuPy's results are in C order, also those of ``x.T + 1``, unless an order is asked for.
    """
    args = [operand(x) for x in args]
    if out is not None:
        kwargs["out"] = out_values(out)

    def compute():
        with np.errstate(all="ignore"):
            return function(*args, **kwargs)

    record("launches")
    if out is not None:
        _graphs.do(compute)
        return out
    result = compute()
    made = allocated(result if "order" in kwargs else np.asarray(result, order="C"))
    _graphs.result(made._values, compute)
    return made


def launch_in_place(function, target, *args):
    """Let ``function`` change the values of ``target``: one launch, no memory."""
    args = [operand(x) for x in args]

    def compute():
        with np.errstate(all="ignore"):
            function(target._values, *args)

    record("launches")
    _graphs.do(compute)


def view_or_copy(target, values):
    """``values`` made from ``target``: a view if NumPy found one, else a copy (one launch)."""
    if values.size == 0 or np.may_share_memory(values, target._values):
        return view(values)
    record("launches")
    _graphs.result(values, lambda: target._values.reshape(values.shape))
    return allocated(values)


def same_memory(a, b):
    """Whether two NumPy arrays are the same elements in the same order."""
    if (a.shape, a.strides, a.dtype) != (b.shape, b.strides, b.dtype):
        return False
    return a.ctypes.data == b.ctypes.data


@functools.cache
def _ndarray():
    from strict_cupy._ndarray import ndarray  # it imports this file

    return ndarray
