"""Elementwise functions, each one launch: `maximum`, `exp`, `add` and the others.

Unlike NumPy's, they know neither ``where=`` nor ``subok=``, and nobody has needed a ``reduce``.
"""

import numpy as np

from strict_cupy._launch import launch

_NAMES = """
    abs add divide exp expm1 isfinite log log1p logaddexp maximum minimum multiply sign sqrt
    subtract tanh
"""


class ufunc:
    """One of CuPy's universal functions."""

    def __init__(self, name):
        self._function = getattr(np, name)
        called = self._function.__name__  # abs is absolute
        self.name = "cupy_true_divide" if called == "divide" else f"cupy_{called}"
        self.nin, self.nargs = self._function.nin, self._function.nargs

    def __call__(self, *args, **kwargs):
        """Result for each element; ``out``, ``dtype`` and ``casting`` may be given."""
        unknown = set(kwargs) - {"out", "dtype", "casting"}
        if unknown:
            raise TypeError(f"Wrong arguments {sorted(unknown)}")
        if len(args) == self.nargs:
            *args, kwargs["out"] = args
        return launch(self._function, *args, **kwargs)


UFUNCS = {name: ufunc(name) for name in _NAMES.split()}
