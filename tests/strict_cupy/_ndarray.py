"""The device array: NumPy's array behind a wall.

It can be computed with, and cannot be mistaken for an array of the host: what would copy
it across in silence raises, as with CuPy, and what waits for the device is counted.
"""

import operator

import numpy as np

from strict_cupy._counts import record
from strict_cupy._launch import (
    allocated,
    is_device,
    is_scalar,
    launch,
    launch_in_place,
    on_device,
    operand,
    out_values,
    same_memory,
    uninitialised,
    view,
    view_or_copy,
)

_IMPLICIT = (
    "Implicit conversion to a NumPy array is not allowed. "
    "Please use `.get()` to construct a NumPy array explicitly."
)


class ndarray:
    """Array on the pretended device: `cupy.ndarray`'s methods, a part of them."""

    __slots__ = ("__weakref__", "_values")
    _on_device = True
    __array_ufunc__ = None  # numpy_array + x comes to x.__radd__; numpy.exp(x) raises
    __hash__ = None

    def __init__(self, shape, dtype=float, *, order="C"):
        self._values = uninitialised(np.empty(shape, dtype, order))._values

    # Crossings to the host that CuPy refuses.

    def __array__(self, dtype=None, copy=None):
        raise TypeError(_IMPLICIT)

    def __array_function__(self, function, types, args, kwargs):
        raise TypeError(f"numpy.{function.__name__} was called on a device array: {_IMPLICIT}")

    # Crossings that CuPy makes; those to the host wait for the device.

    def get(self, stream=None, order="C", out=None):
        """Copy of the values, as a NumPy array."""
        if out is not None:
            raise NotImplementedError("get: out is not supported on the stand-in")
        record("synchronisations", "to_host")
        return self._values.copy(order)

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

    def __reduce__(self):
        from strict_cupy import asarray

        return asarray, (self.get(),)

    def __format__(self, format_spec):
        return format(self.get(), format_spec)

    # Selection: slices are views, indices on the device select, anything else is refused.
    #
    # CuPy takes lists and NumPy arrays as indices, and copies them to the device at each use,
    # in silence. Here they raise. A mask is taken, but counted: the host has to wait until it
    # knows how many elements are selected, which is why fast code multiplies by masks instead.

    def __getitem__(self, key):
        key, selects = _on_host(key)
        if not selects:
            return view(self._values[key])
        return launch(lambda values: values[key], self)

    def __setitem__(self, key, value):
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

    def __len__(self):
        return len(self._values)

    def __iter__(self):
        if self.ndim == 0:
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(len(self)))

    # Views, and copies where there is no view.

    T = property(lambda self: view(self._values.T))

    @property
    def base(self):
        """The array of which this one may be a view; None if it is none."""
        return None if self._values.base is None else view(self._values.base)

    def view(self, dtype=None):
        """The same memory, read as another dtype."""
        return view(self._values.view() if dtype is None else self._values.view(dtype))

    def transpose(self, *axes):
        """View with the axes in another order."""
        return view(self._values.transpose(*axes))

    def reshape(self, *shape):
        """The same values in another shape."""
        return view_or_copy(self, self._values.reshape(*shape))

    def ravel(self, order="C"):
        """The same values in a row."""
        return view_or_copy(self, self._values.ravel(order))

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

    # Work.

    def fill(self, value):
        """Set every element to a number."""
        launch_in_place(np.ndarray.fill, self, value)

    def argsort(self, axis=-1, kind=None):
        """Indices that would sort."""
        return launch(np.argsort, self, axis=axis, kind="stable")

    def nonzero(self):
        """Indices of the elements that are not 0; waits, since the host must know how many."""
        record("synchronisations", "to_host", "launches")
        return tuple(allocated(indices) for indices in self._values.nonzero())

    def dot(self, b, out=None):
        """Matrix product. CuPy is strict about ``out``: C-contiguous and of the right dtype."""
        if out is not None:
            values = out_values(out)
            if values.dtype != np.result_type(self.dtype, on_device(b).dtype):
                raise ValueError("Not supported dtype combination.")
            if not values.flags.c_contiguous:
                raise ValueError("Output array must be C-contiguous")
        return launch(np.dot, self, on_device(b), out=out)

    def argmax(self, axis=None, *, out=None, keepdims=False):
        """Index of the largest element; of equals, the first."""
        return launch(np.argmax, self, axis=axis, out=out, keepdims=keepdims)


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
            raise IndexError("arrays used as indices must be of integer or boolean type.")
        return part._values
    whole = isinstance(part, int | np.integer) and not isinstance(part, bool)
    if part is None or part is Ellipsis or isinstance(part, slice) or whole:
        return part
    raise TypeError(
        f"index: expected whole numbers, slices, None, Ellipsis or arrays on the device, "
        f"got {type(part)}"
    )


def _forward(function):
    return lambda self, *others: launch(function, self, *others)


def _reflected(function):
    return lambda self, other: launch(function, other, self)


def _in_place(function):
    def method(self, other):
        launch_in_place(function, self, other)
        return self

    return method


def _fetched(convert):
    return lambda self: convert(self.get())


def _summed(function):
    def method(self, axis=None, dtype=None, out=None, keepdims=False):
        return launch(function, self, axis=axis, dtype=dtype, out=out, keepdims=keepdims)

    return method


def _chosen(function):
    def method(self, axis=None, out=None, keepdims=False):
        return launch(function, self, axis=axis, out=out, keepdims=keepdims)

    return method


def _add_methods():
    """Give arrays what is alike but for its name. (No @=: CuPy has none, Python then uses @.)"""
    for name in ("shape", "dtype", "ndim", "size", "itemsize", "nbytes", "strides", "flags"):
        # Known on the host, so it costs nothing to ask.
        setattr(ndarray, name, property(operator.attrgetter(f"_values.{name}")))
    for convert in (float, int, complex, bool, repr, str):
        setattr(ndarray, f"__{convert.__name__}__", _fetched(convert))
    for name in ("item", "tolist"):
        setattr(ndarray, name, _fetched(operator.methodcaller(name)))
    for name in ("sum", "mean"):
        setattr(ndarray, name, _summed(getattr(np, name)))
    for name in ("max", "min", "all", "any"):
        setattr(ndarray, name, _chosen(getattr(np, name)))
    for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor"):
        function = getattr(operator, f"__{name}__")
        setattr(ndarray, f"__{name}__", _forward(function))
        setattr(ndarray, f"__r{name}__", _reflected(function))
        setattr(ndarray, f"__i{name}__", _in_place(getattr(operator, f"__i{name}__")))
    ndarray.__matmul__, ndarray.__rmatmul__ = _forward(np.matmul), _reflected(np.matmul)
    for name in ("eq", "ne", "lt", "le", "gt", "ge", "neg", "pos", "abs", "invert"):
        setattr(ndarray, f"__{name}__", _forward(getattr(operator, name)))


_add_methods()
