"""Functions of arrays, with CuPy's names, argument orders and refusals.

Only those that minigan has a use for: a function that is missing here is added when it
is needed, and the test that compares signatures with the real CuPy says if it is not there.
"""

import numpy as np

from strict_cupy._counts import record
from strict_cupy._launch import allocated, is_device, launch, on_device, uninitialised
from strict_cupy._ndarray import ndarray

# fmt: off
__all__ = [
    "arange", "argsort", "asarray", "bincount", "concatenate", "count_nonzero", "dot",
    "einsum", "empty", "empty_like", "flatnonzero", "full", "ones", "ones_like", "searchsorted",
    "sum", "where", "zeros", "zeros_like",
]
# fmt: on


# New arrays: from a rule, or copied from the host, which is counted.


def asarray(a, dtype=None, order=None):
    """A device array as it is; anything else, that `numpy.array` takes, copied to the device."""
    order = order or "K"
    if is_device(a):
        return a.astype(a.dtype if dtype is None else dtype, order=order, copy=False)
    result = allocated(np.array(a, dtype, order=order))
    record("to_device")
    return result


def arange(start, stop=None, step=1, dtype=None):
    """Evenly spaced values in [start, stop)."""
    start, stop = (0, start) if stop is None else (start, stop)
    return launch(lambda: np.arange(start, stop, step, dtype))


def empty(shape, dtype=float, order="C"):
    """Array with nothing in it: NaN, where a GPU would have whatever was there before."""
    return ndarray(shape, dtype, order=order)


def _filled(function):
    def make(shape, dtype=float, order="C"):
        return launch(function, shape=shape, dtype=dtype, order=order)

    return make


def _filled_like(function):
    def make(a, dtype=None, order="K"):
        return launch(function, on_device(a), dtype=dtype, order=order)

    return make


zeros, ones = _filled(np.zeros), _filled(np.ones)
zeros_like, ones_like = _filled_like(np.zeros_like), _filled_like(np.ones_like)


def full(shape, fill_value, dtype=None, order="C"):
    """Array of one value, which is a number or on the device."""
    return launch(lambda value, order: np.full(shape, value, dtype, order), fill_value, order=order)


def empty_like(prototype, dtype=None, order="K"):
    """Array with nothing in it, of a device array's shape and dtype."""
    return uninitialised(np.empty_like(on_device(prototype)._values, dtype, order))


# Of arrays that are there.


def where(condition, x=None, y=None):
    """Elements of x where the condition holds, of y elsewhere."""
    if x is None or y is None:
        raise NotImplementedError("where: of one argument it is flatnonzero, which waits")
    return launch(np.where, on_device(condition), x, y)


def concatenate(tup, axis=0):
    """Arrays one after another along an axis."""
    return launch(lambda *arrays: np.concatenate(arrays, axis), *map(on_device, tup))


def searchsorted(a, v, side="left"):
    """Where ``v``, on the device or a number, would be inserted into the sorted ``a``."""
    return launch(np.searchsorted, on_device(a), v, side=side)


def flatnonzero(a):
    """Indices, in a row, of the elements that are not 0; waits for the device."""
    return on_device(a).ravel().nonzero()[0]


def count_nonzero(a, axis=None):
    """How many elements are not 0: on the device, so that nobody waits."""
    return launch(np.count_nonzero, on_device(a), axis=axis)


def bincount(x, weights=None, minlength=None):
    """How often each whole number occurs; waits twice: is one negative, and which is largest."""
    weights = None if weights is None else on_device(weights)._values
    counts = launch(np.bincount, on_device(x), weights=weights, minlength=minlength or 0)
    record("synchronisations", "synchronisations", "to_host", "to_host")
    return counts


def argsort(a, axis=-1, kind=None):
    """Indices that would sort."""
    return on_device(a).argsort(axis)


def dot(a, b, out=None):
    """Matrix product."""
    return on_device(a).dot(b, out)


def sum(a, axis=None, dtype=None, out=None, keepdims=False):
    """Sum of the elements."""
    return on_device(a).sum(axis, dtype, out, keepdims)


def einsum(*operands, **kwargs):
    """Einstein's summation; CuPy's has no ``out``."""
    unknown = set(kwargs) - {"dtype", "optimize"}
    if unknown:
        raise TypeError(f"einsum() got an unexpected keyword argument {sorted(unknown)[0]!r}")
    subscripts, *arrays = operands
    return launch(lambda *values: np.einsum(subscripts, *values, **kwargs), *arrays)
