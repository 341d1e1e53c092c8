"""The one door to the values on the pretended device.

A device array holds a NumPy array that nobody else can reach. All work goes through
`launch`: it refuses operands that are not on the device, computes with NumPy, as silently
as a GPU (which never warns of an overflow), and counts.
"""

import functools
from weakref import WeakValueDictionary

import numpy as np

from strict_cupy._counts import do, record, result

_TYPES = "?bBhHiIlLqQefdFD"  # of numbers: a GPU has no objects, no text and no long double
_alive = WeakValueDictionary()  # arrays that have got memory


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


def on_device(x):
    """A device array as it is; scalars are refused too."""
    if is_device(x):
        return x
    raise TypeError(f"expected strict_cupy.ndarray, got {type(x)}")


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
    owner = values
    while isinstance(owner.base, np.ndarray):
        owner = owner.base
    _alive[id(owner)] = owner
    return view(values)


def uninitialised(values):
    """Fill what `numpy.empty` returned as badly as a GPU's memory may be: with NaN or 85s."""
    kind = values.dtype.kind
    values.fill(np.nan if kind in "fc" else kind == "b" or 85)
    return allocated(values)


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
        do(compute)
        return out
    values = compute()
    made = allocated(values if "order" in kwargs else np.asarray(values, order="C"))
    result(made._values, compute)
    return made


def launch_in_place(function, target, *args):
    """Let ``function`` change the values of ``target``: one launch, no memory."""
    args = [operand(x) for x in args]

    def compute():
        with np.errstate(all="ignore"):
            function(target._values, *args)

    record("launches")
    do(compute)


def view_or_copy(target, values):
    """``values`` made from ``target``: a view if NumPy found one, else a copy (one launch)."""
    if values.size == 0 or np.may_share_memory(values, target._values):
        return view(values)
    record("launches")
    result(values, lambda: target._values.reshape(values.shape))
    return allocated(values)


def same_memory(a, b):
    """Whether two NumPy arrays are the same elements in the same order."""
    alike = (a.shape, a.strides, a.dtype) == (b.shape, b.strides, b.dtype)
    return alike and a.ctypes.data == b.ctypes.data


@functools.cache
def _ndarray():
    from strict_cupy._ndarray import ndarray  # it imports this file

    return ndarray


class MemoryPool:
    """What the device's memory holds. (CuPy's pool rounds up, and keeps what was freed.)"""

    def malloc(self, size):
        """Memory of so many bytes; nobody calls it, since the memory is NumPy's."""
        raise NotImplementedError

    def used_bytes(self):
        """Bytes of all living arrays."""
        return sum(values.nbytes for values in _alive.values())


def get_default_memory_pool():
    """The device's memory."""
    return MemoryPool()
