"""Functions of arrays, with CuPy's names, argument orders and refusals.

Only those that minigan has a use for: a function that is missing here is added when it
is needed, and the test that compares signatures with the real CuPy says if it is not there.
"""

import numpy as np

from strict_cupy._counts import record
from strict_cupy._launch import (
    device_values,
    is_device,
    is_scalar,
    launch,
    launch_in_place,
    view,
    view_or_copy,
)


def where(condition, x=None, y=None):
    """Elements of x where the condition holds, of y elsewhere; with one argument, `nonzero`."""
    device_values(condition, "where")
    if (x is None) != (y is None):
        raise ValueError("Must provide both 'x' and 'y' or neither.")
    return condition.nonzero() if x is None else launch(np.where, condition, x, y)


def concatenate(tup, axis=0, out=None, *, dtype=None, casting="same_kind"):
    """Arrays one after another along an axis."""
    return _joined(np.concatenate, tup, axis, out, dtype, casting)


def stack(tup, axis=0, out=None, *, dtype=None, casting="same_kind"):
    """Arrays one after another along a new axis."""
    return _joined(np.stack, tup, axis, out, dtype, casting)


def _joined(function, tup, axis, out, dtype, casting):
    for each in tup:
        device_values(each, "Only cupy arrays can be concatenated")

    def join(*arrays, **options):
        return function(arrays, axis, **options)

    return launch(join, *tup, out=out, dtype=dtype, casting=casting)


def split(ary, indices_or_sections, axis=0):
    """Views of the parts of an array."""
    parts = np.split(device_values(ary, "split"), indices_or_sections, axis)
    return [view(part) for part in parts]


def broadcast_to(array, shape):
    """View that repeats an array."""
    return view(np.broadcast_to(device_values(array, "broadcast_to"), shape))


def expand_dims(a, axis):
    """View with axes of length one."""
    return view(np.expand_dims(device_values(a, "expand_dims"), axis))


def moveaxis(a, source, destination):
    """View with an axis moved."""
    return view(np.moveaxis(device_values(a, "moveaxis"), source, destination))


def swapaxes(a, axis1, axis2):
    """View with two axes exchanged."""
    return view(np.swapaxes(device_values(a, "swapaxes"), axis1, axis2))


def transpose(a, axes=None):
    """View with the axes in another order."""
    return view(np.transpose(device_values(a, "transpose"), axes))


def squeeze(a, axis=None):
    """View without the axes of length one."""
    return view(np.squeeze(device_values(a, "squeeze"), axis))


def reshape(a, newshape, order="C", *, copy=None):
    """The same values in another shape."""
    values = device_values(a, "reshape").reshape(newshape, order=order, copy=copy)
    return view_or_copy(a, values)


def ravel(a, order="C"):
    """The same values in a row."""
    return view_or_copy(a, device_values(a, "ravel").ravel(order))


def tile(A, reps):
    """The array repeated, whole."""
    return launch(np.tile, A, reps=reps)


def repeat(a, repeats, axis=None):
    """Every element ``repeats`` times."""
    return launch(np.repeat, a, repeats, axis=axis)


def take(a, indices, axis=None, out=None):
    """Elements at the indices, which are on the device or a whole number."""
    return _on_device(a).take(indices, axis, out)


def take_along_axis(a, indices, axis):
    """Elements at indices that differ from place to place."""
    device_values(indices, "indices")
    return launch(np.take_along_axis, a, indices, axis=axis)


def searchsorted(a, v, side="left", sorter=None):
    """Where ``v``, on the device or a number, would be inserted into the sorted ``a``."""
    return _on_device(a).searchsorted(v, side, sorter)


def nonzero(a):
    """Indices of the elements that are not 0; waits for the device."""
    return _on_device(a).nonzero()


def flatnonzero(a):
    """Indices, in a row, of the elements that are not 0; waits for the device."""
    return ravel(a).nonzero()[0]


def count_nonzero(a, axis=None):
    """How many elements are not 0: on the device, so that nobody waits."""
    return launch(np.count_nonzero, _on_device(a), axis=axis)


def bincount(x, weights=None, minlength=None):
    """How often each whole number occurs; waits twice: is one negative, and which is largest."""
    weights = None if weights is None else device_values(weights, "weights")
    counts = launch(np.bincount, _on_device(x), weights=weights, minlength=minlength or 0)
    record("synchronisations", "synchronisations", "to_host", "to_host")
    return counts


def sort(a, axis=-1, kind=None):
    """Sorted copy."""
    return launch(np.sort, _on_device(a), axis=axis, kind="stable")


def argsort(a, axis=-1, kind=None):
    """Indices that would sort."""
    return _on_device(a).argsort(axis)


def partition(a, kth, axis=-1):
    """Copy with the kth smallest where a sort would put it."""
    return launch(np.partition, _on_device(a), kth=kth, axis=axis)


def copyto(dst, src, casting="same_kind", where=None):
    """Copy values, on the device or a number, into an array."""
    if not (is_device(src) or is_scalar(src)):
        raise TypeError(f"copyto: the source must be on the device, or a number, got {type(src)}")
    mask = () if where is None else (where,)

    def copy(target, source, where=True):
        np.copyto(target, source, casting, where)

    launch_in_place(copy, _on_device(dst), src, *mask)


def clip(a, a_min, a_max, out=None):
    """Elements limited to [a_min, a_max]."""
    return _on_device(a).clip(a_min, a_max, out)


def dot(a, b, out=None):
    """Matrix product."""
    return _on_device(a).dot(b, out)


def vdot(a, b):
    """Sum of the products of the elements."""
    return launch(np.vdot, _on_device(a), _on_device(b))


def matmul(x1, x2, /, *, dtype=None, out=None):
    """Matrix products, one for each of the leading axes."""
    return launch(np.matmul, _on_device(x1), _on_device(x2), out=out, dtype=dtype)


def outer(a, b, out=None):
    """All products of an element of a with one of b."""
    return launch(np.outer, _on_device(a), _on_device(b), out=out)


def einsum(*operands, **kwargs):
    """Einstein's summation; CuPy's has no ``out``."""
    unknown = set(kwargs) - {"dtype", "optimize"}
    if unknown:
        raise TypeError(f"einsum() got an unexpected keyword argument {sorted(unknown)[0]!r}")
    subscripts, *arrays = operands
    return launch(lambda *values: np.einsum(subscripts, *values, **kwargs), *arrays)


def sum(a, axis=None, dtype=None, out=None, keepdims=False):
    """Sum of the elements."""
    return _on_device(a).sum(axis, dtype, out, keepdims)


def prod(a, axis=None, dtype=None, out=None, keepdims=False):
    """Product of the elements."""
    return _on_device(a).prod(axis, dtype, out, keepdims)


def mean(a, axis=None, dtype=None, out=None, keepdims=False):
    """Mean of the elements."""
    return _on_device(a).mean(axis, dtype, out, keepdims)


def var(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False):
    """Variance of the elements."""
    return _on_device(a).var(axis, dtype, out, ddof, keepdims)


def std(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False):
    """Standard deviation of the elements."""
    return _on_device(a).std(axis, dtype, out, ddof, keepdims)


def max(a, axis=None, out=None, keepdims=False):
    """Largest element."""
    return _on_device(a).max(axis, out, keepdims)


def min(a, axis=None, out=None, keepdims=False):
    """Smallest element."""
    return _on_device(a).min(axis, out, keepdims)


def argmax(a, axis=None, dtype=None, out=None, keepdims=False):
    """Index of the largest element; of equals, the first."""
    return _on_device(a).argmax(axis, out, dtype, keepdims)


def argmin(a, axis=None, dtype=None, out=None, keepdims=False):
    """Index of the smallest element; of equals, the first."""
    return _on_device(a).argmin(axis, out, dtype, keepdims)


def all(a, axis=None, out=None, keepdims=False):
    """Whether all elements are true."""
    return _on_device(a).all(axis, out, keepdims)


def any(a, axis=None, out=None, keepdims=False):
    """Whether any element is true."""
    return _on_device(a).any(axis, out, keepdims)


def cumsum(a, axis=None, dtype=None, out=None):
    """Running sum."""
    return _on_device(a).cumsum(axis, dtype, out)


def array_equal(a1, a2, equal_nan=False):
    """Whether two arrays are the same: on the device, unlike NumPy's."""
    return launch(np.array_equal, _on_device(a1), _on_device(a2), equal_nan=equal_nan)


def allclose(a, b, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Whether two arrays are nearly the same: on the device, unlike NumPy's."""
    return launch(np.allclose, a, b, rtol=rtol, atol=atol, equal_nan=equal_nan)


def _on_device(a):
    device_values(a, "a device array is needed")
    return a
