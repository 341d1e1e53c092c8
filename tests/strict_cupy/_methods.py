"""What a device array computes: reductions, selection, work in place, operators.

The order of the arguments is CuPy's, which is not always NumPy's: ``x.max(axis, out)`` is
both's, ``x.argmax(axis, out, dtype)`` CuPy's alone.
"""

import operator

import numpy as np

from strict_cupy._counts import record
from strict_cupy._launch import (
    allocated,
    device_values,
    launch,
    launch_in_place,
    operand,
    out_values,
)

_ARITHMETIC = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow")
_ARITHMETIC += ("and", "or", "xor", "lshift", "rshift")


class Methods:
    """The half of `ndarray` that needs the device to work."""

    __slots__ = ()

    def fill(self, value):
        """Set every element to a number."""
        launch_in_place(np.ndarray.fill, self, value)

    def sort(self, axis=-1, kind=None):
        """Sort in place."""
        launch_in_place(lambda values: values.sort(axis=axis, kind="stable"), self)

    def partition(self, kth, axis=-1):
        """Put the kth smallest where a sort would, in place."""
        launch_in_place(lambda values: values.partition(kth, axis), self)

    def argsort(self, axis=-1, kind=None):
        """Indices that would sort."""
        return launch(np.argsort, self, axis=axis, kind="stable")

    def take(self, indices, axis=None, out=None):
        """Elements at the indices, which are on the device or a whole number."""
        return launch(np.take, self, indices, axis=axis, out=out)

    def repeat(self, repeats, axis=None):
        """Every element ``repeats`` times."""
        return launch(np.repeat, self, repeats, axis=axis)

    def searchsorted(self, v, side="left", sorter=None):
        """Where ``v`` would be inserted."""
        sorter = None if sorter is None else device_values(sorter, "sorter")
        return launch(np.searchsorted, self, v, side=side, sorter=sorter)

    def nonzero(self):
        """Indices of the elements that are not 0; waits, since the host must know how many."""
        record("synchronisations", "to_host", "launches")
        return tuple(allocated(indices) for indices in self._values.nonzero())

    def clip(self, min=None, max=None, out=None):
        """Elements limited to [min, max]."""
        bounds = {"min": min, "max": max}
        bounds = {name: operand(x) for name, x in bounds.items() if x is not None}
        return launch(np.clip, self, out=out, **bounds)

    def dot(self, b, out=None):
        """Matrix product. CuPy is strict about ``out``: C-contiguous and of the right dtype."""
        a, b_values = self._values, device_values(b, "dot")
        if out is not None:
            if out_values(out).dtype != np.result_type(a.dtype, b_values.dtype):
                raise ValueError("Not supported dtype combination.")
            if not out._values.flags.c_contiguous:
                raise ValueError("Output array must be C-contiguous")
        return launch(np.dot, self, b, out=out)

    def __matmul__(self, other):
        return launch(np.matmul, self, other)

    def __rmatmul__(self, other):
        return launch(np.matmul, other, self)

    # Reductions: the order of their arguments is CuPy's, which is not always NumPy's.

    def sum(self, axis=None, dtype=None, out=None, keepdims=False):
        """Sum of the elements."""
        return launch(np.sum, self, axis=axis, dtype=dtype, out=out, keepdims=keepdims)

    def prod(self, axis=None, dtype=None, out=None, keepdims=None):
        """Product of the elements."""
        return launch(np.prod, self, axis=axis, dtype=dtype, out=out, keepdims=bool(keepdims))

    def mean(self, axis=None, dtype=None, out=None, keepdims=False):
        """Mean of the elements."""
        return launch(np.mean, self, axis=axis, dtype=dtype, out=out, keepdims=keepdims)

    def var(self, axis=None, dtype=None, out=None, ddof=0, keepdims=False):
        """Variance of the elements."""
        options = {"ddof": ddof, "keepdims": keepdims}
        return launch(np.var, self, axis=axis, dtype=dtype, out=out, **options)

    def std(self, axis=None, dtype=None, out=None, ddof=0, keepdims=False):
        """Standard deviation of the elements."""
        options = {"ddof": ddof, "keepdims": keepdims}
        return launch(np.std, self, axis=axis, dtype=dtype, out=out, **options)

    def max(self, axis=None, out=None, keepdims=False):
        """Largest element."""
        return launch(np.max, self, axis=axis, out=out, keepdims=keepdims)

    def min(self, axis=None, out=None, keepdims=False):
        """Smallest element."""
        return launch(np.min, self, axis=axis, out=out, keepdims=keepdims)

    def argmax(self, axis=None, out=None, dtype=None, keepdims=False):
        """Index of the largest element; of equals, the first."""
        _no_dtype(dtype)
        return launch(np.argmax, self, axis=axis, out=out, keepdims=keepdims)

    def argmin(self, axis=None, out=None, dtype=None, keepdims=False):
        """Index of the smallest element; of equals, the first."""
        _no_dtype(dtype)
        return launch(np.argmin, self, axis=axis, out=out, keepdims=keepdims)

    def all(self, axis=None, out=None, keepdims=False):
        """Whether all elements are true."""
        return launch(np.all, self, axis=axis, out=out, keepdims=keepdims)

    def any(self, axis=None, out=None, keepdims=False):
        """Whether any element is true."""
        return launch(np.any, self, axis=axis, out=out, keepdims=keepdims)

    def cumsum(self, axis=None, dtype=None, out=None):
        """Running sum."""
        return launch(np.cumsum, self, axis=axis, dtype=dtype, out=out)

    def __neg__(self):
        return launch(operator.neg, self)

    def __pos__(self):
        return launch(operator.pos, self)

    def __abs__(self):
        return launch(operator.abs, self)

    def __invert__(self):
        return launch(operator.invert, self)


def _no_dtype(dtype):
    if dtype is not None:
        raise NotImplementedError("dtype: NumPy's argmax and argmin know none")


def _add_operators():
    """Give arrays Python's operators. (Without @=: CuPy has none, Python then uses @.)"""

    def forward(function):
        return lambda self, other: launch(function, self, other)

    def reflected(function):
        return lambda self, other: launch(function, other, self)

    def in_place(function):
        def method(self, other):
            launch_in_place(function, self, other)
            return self

        return method

    for name in _ARITHMETIC:
        function = getattr(operator, f"__{name}__")
        setattr(Methods, f"__{name}__", forward(function))
        setattr(Methods, f"__r{name}__", reflected(function))
        setattr(Methods, f"__i{name}__", in_place(getattr(operator, f"__i{name}__")))
    for name in ("eq", "ne", "lt", "le", "gt", "ge"):
        setattr(Methods, f"__{name}__", forward(getattr(operator, name)))


_add_operators()
