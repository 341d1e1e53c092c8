"""The device array: NumPy's array behind a wall.

It can be computed with, and cannot be mistaken for an array of the host: what would copy
it across in silence raises, as with CuPy, and what waits for the device is counted.
"""

import numpy as np

from strict_cupy import _indexing
from strict_cupy._counts import record
from strict_cupy._launch import allocated, launch, view, view_or_copy
from strict_cupy._methods import Methods

_IMPLICIT = (
    "Implicit conversion to a NumPy array is not allowed. "
    "Please use `.get()` to construct a NumPy array explicitly."
)


def uninitialised(values):
    """Fill what `numpy.empty` returned as badly as a GPU's memory may be: with NaN or 85s."""
    kind = values.dtype.kind
    values.fill(np.nan if kind in "fc" else kind == "b" or 85)
    return allocated(values)


class ndarray(Methods):
    """Array on the pretended device: `cupy.ndarray`'s methods, a part of them."""

    __slots__ = ("__weakref__", "_values")
    _on_device = True
    __array_ufunc__ = None  # numpy_array + x comes to x.__radd__; numpy.exp(x) raises
    __hash__ = None

    def __init__(self, shape, dtype=float, memptr=None, strides=None, order="C"):
        if memptr is not None or strides is not None:
            raise NotImplementedError("ndarray: memptr and strides have no meaning here")
        self._values = uninitialised(np.empty(shape, dtype, order))._values

    # Crossings to the host that CuPy refuses.

    def __array__(self, dtype=None, copy=None):
        raise TypeError(_IMPLICIT)

    def __array_function__(self, function, types, args, kwargs):
        raise TypeError(f"numpy.{function.__name__} was called on a device array: {_IMPLICIT}")

    # Crossings to the host that CuPy makes, each of them waiting for the device.

    def get(self, stream=None, order="C", out=None, blocking=True):
        """Copy of the values, as a NumPy array."""
        record("synchronisations", "to_host")
        if out is None:
            return self._values.copy(order)
        if not isinstance(out, np.ndarray):
            raise TypeError("Only numpy.ndarray can be obtained from cupy.ndarray")
        if (out.dtype, out.shape) != (self.dtype, self.shape):
            raise ValueError(
                f"Shape or dtype mismatch. Expected {self.dtype} {self.shape}, "
                f"actual {out.dtype} {out.shape}"
            )
        out[...] = self._values
        return out

    def item(self):
        """The only element, as a Python number."""
        return self.get().item()

    def tolist(self):
        """Nested lists of Python numbers."""
        return self.get().tolist()

    def __float__(self):
        return float(self.get())

    def __int__(self):
        return int(self.get())

    def __complex__(self):
        return complex(self.get())

    def __bool__(self):
        if self.size > 1:
            raise ValueError(
                "The truth value of an array with more than one element is ambiguous. "
                "Use a.any() or a.all()"
            )
        return bool(self.get())

    def __repr__(self):
        return repr(self.get())

    def __str__(self):
        return str(self.get())

    def __format__(self, format_spec):
        return format(self.get(), format_spec)

    def __reduce__(self):
        from strict_cupy import array

        return array, (self.get(),)

    def set(self, arr, stream=None):
        """Copy a NumPy array of the same shape and dtype into this one."""
        if not isinstance(arr, np.ndarray):
            raise TypeError("Only numpy.ndarray can be set to cupy.ndarray")
        if arr.dtype != self.dtype:
            raise TypeError(f"{arr.dtype} array cannot be set to {self.dtype} array")
        if arr.shape != self.shape:
            raise ValueError(f"Shape mismatch. Old shape: {self.shape}, new shape: {arr.shape}")
        if not (self.flags.c_contiguous or self.flags.f_contiguous):
            raise RuntimeError("Cannot set to non-contiguous array")
        record("to_device")
        self._values[...] = arr

    # What an array is: known on the host, so it costs nothing to ask.

    shape = property(lambda self: self._values.shape)
    dtype = property(lambda self: self._values.dtype)
    ndim = property(lambda self: self._values.ndim)
    size = property(lambda self: self._values.size)
    itemsize = property(lambda self: self._values.itemsize)
    nbytes = property(lambda self: self._values.nbytes)
    strides = property(lambda self: self._values.strides)
    flags = property(lambda self: Flags(self._values.flags))
    T = property(lambda self: view(self._values.T))
    mT = property(lambda self: view(self._values.mT))

    def __len__(self):
        return len(self._values)

    def __iter__(self):
        if self.ndim == 0:
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(len(self)))

    # Views, and copies where there is no view.

    __getitem__ = _indexing.getitem
    __setitem__ = _indexing.setitem

    def view(self, dtype=None):
        """The same memory, read as another dtype."""
        return view(self._values.view() if dtype is None else self._values.view(dtype))

    def reshape(self, *shape, order="C", copy=None):
        """The same values in another shape."""
        return view_or_copy(self, self._values.reshape(*shape, order=order, copy=copy))

    def ravel(self, order="C"):
        """The same values in a row."""
        return view_or_copy(self, self._values.ravel(order))

    def transpose(self, *axes):
        """View with the axes in another order."""
        return view(self._values.transpose(*axes))

    def swapaxes(self, axis1, axis2):
        """View with two axes exchanged."""
        return view(self._values.swapaxes(axis1, axis2))

    def squeeze(self, axis=None):
        """View without the axes of length one."""
        return view(self._values.squeeze(axis))

    def flatten(self, order="C"):
        """Copy of the values in a row."""
        return launch(np.ndarray.flatten, self, order=order)

    def copy(self, order="C"):
        """Copy on the device."""
        return launch(np.copy, self, order=order)

    __copy__ = copy

    def __deepcopy__(self, memo):
        return self.copy()

    def astype(self, dtype, order="K", casting=None, subok=None, copy=True):
        """Copy in another dtype; the array itself if ``copy`` is False and nothing changes."""
        if casting is not None or subok is not None:
            raise TypeError("casting and subok are not supported yet")
        if not copy and self._values.astype(dtype, order, copy=False) is self._values:
            return self
        return launch(np.ndarray.astype, self, dtype=dtype, order=order)


class Flags:
    """How an array lies in memory."""

    def __init__(self, flags):
        self.c_contiguous = flags.c_contiguous
        self.f_contiguous = flags.f_contiguous
        self.owndata = flags.owndata
