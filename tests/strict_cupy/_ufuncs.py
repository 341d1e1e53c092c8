"""Elementwise functions, each one launch: `maximum`, `exp`, `add` and the others.

Unlike NumPy's, they know neither ``where=`` nor ``subok=``, and only ``add`` and
``multiply`` can reduce.
"""

import numpy as np

from strict_cupy._launch import launch

# fmt: off
_NAMES = (
    "abs", "absolute", "add", "arctan", "arctan2", "arctanh", "bitwise_and", "bitwise_or",
    "bitwise_xor", "cbrt", "ceil", "copysign", "cos", "cosh", "divide", "equal", "exp", "exp2",
    "expm1", "fabs", "floor", "floor_divide", "fmax", "fmin", "greater", "greater_equal",
    "hypot", "invert", "isfinite", "isinf", "isnan", "left_shift", "less", "less_equal", "log",
    "log10", "log1p", "log2", "logaddexp", "logaddexp2", "logical_and", "logical_not",
    "logical_or", "logical_xor", "maximum", "minimum", "mod", "multiply", "negative",
    "not_equal", "positive", "power", "reciprocal", "remainder", "right_shift", "rint", "sign",
    "signbit", "sin", "sinh", "sqrt", "square", "subtract", "tan", "tanh", "true_divide",
    "trunc",
)
# fmt: on


class ufunc:
    """One of CuPy's universal functions."""

    def __init__(self, name):
        self._function = getattr(np, name)
        called = self._function.__name__  # abs is absolute, mod is remainder
        self.name = "cupy_true_divide" if called == "divide" else f"cupy_{called}"
        self.nin, self.nout, self.nargs = self._function.nin, 1, self._function.nargs

    def __repr__(self):
        return f"<ufunc '{self.name}'>"

    def __call__(self, *args, **kwargs):
        """Result for each element; ``out``, ``dtype`` and ``casting`` may be given."""
        unknown = {k: v for k, v in kwargs.items() if k not in ("out", "dtype", "casting")}
        if unknown:
            raise TypeError(f"Wrong arguments {unknown}")
        if not self.nin <= len(args) <= self.nargs:
            raise TypeError(
                f"Wrong number of arguments for {self.name!r}. It must be either {self.nin} "
                f"or {self.nargs} (with outputs), but given {len(args)}."
            )
        if len(args) == self.nargs:
            if kwargs.get("out") is not None:
                raise ValueError("Cannot specify 'out' as both a positional and keyword argument")
            *args, kwargs["out"] = args
        return launch(self._function, *args, **kwargs)

    def reduce(self, array, axis=0, dtype=None, out=None, keepdims=False):
        """Sum or product along an axis; CuPy has no others."""
        if self.name == "cupy_add":
            return array.sum(axis, dtype, out, keepdims)
        if self.name == "cupy_multiply":
            return array.prod(axis, dtype, out, keepdims)
        raise NotImplementedError(f"`{self.name}.reduce` is not supported yet")

    def reduceat(self, array, indices, axis=0, dtype=None, out=None):
        """Sums of stretches, as differences of one running sum: less exact than NumPy's."""
        if self.name != "cupy_add":
            raise NotImplementedError(f"`{self.name}.reduceat` is not supported yet")

        def sums(values, starts):
            values = np.moveaxis(values, axis, 0)
            running = np.cumsum(values, 0, dtype)
            running = np.concatenate([np.zeros_like(running[:1]), running])
            stops = np.append(starts[1:], len(values))
            lone = (starts >= stops).reshape(-1, *[1] * (values.ndim - 1))  # NumPy's rule
            result = np.where(lone, values[starts], running[stops] - running[starts])
            return np.moveaxis(result, 0, axis)

        if out is not None:
            raise NotImplementedError("reduceat: out is not supported on the stand-in")
        return launch(sums, array, indices)


UFUNCS = {name: ufunc(name) for name in _NAMES}
