"""Kernels of one's own: the C that CuPy would give to the GPU, run on the CPU.

The very same lines are compiled, inside another loop. What is not standard CUDA for one
element at a time (shared memory, atomics, intrinsics such as ``__expf``) does not compile.
"""

import ctypes
import math
from typing import NamedTuple

import numpy as np

from strict_cupy._compiler import compiled, source
from strict_cupy._counts import do, record
from strict_cupy._launch import is_device, operand, out_values, same_memory

_C_NAMES = {"float64": "double", "float32": "float", "int64": "long long", "int32": "int"}


class Parameter(NamedTuple):
    """One argument, ``"float32 x"`` or ``"raw T x"``: a letter is what the arrays say it is."""

    kind: str
    name: str
    raw: bool

    @classmethod
    def of(cls, text):
        """Parameter that is declared so."""
        *raw, kind, name = text.split()
        if raw not in ([], ["raw"]) or name in ("i", "n") or name.startswith("_"):
            raise ValueError(f"parameter: expected '[raw] TYPE NAME', NAME not i or n, got {text}")
        if len(kind) > 1 and kind not in _C_NAMES:
            raise NotImplementedError(f"kernel: no C type for {kind} on the stand-in")
        return cls(kind, name, bool(raw))


class ElementwiseKernel:
    """A few lines of C for one element; arrays broadcast, ``raw`` ones are indexed by hand."""

    def __init__(self, in_params, out_params, operation, name="kernel", *, no_return=False):
        if not no_return:
            raise NotImplementedError("no_return: only True, into arrays that are given, here")
        self.name, self._operation, self._compiled = name, operation, {}
        self.in_params, self.out_params = (
            [Parameter.of(each) for each in params.split(",")] for params in (in_params, out_params)
        )

    def __call__(self, *args, size=None):
        """Compute the outputs, which are the last arguments: one launch."""
        params, nin = [*self.in_params, *self.out_params], len(self.in_params)
        if len(args) != len(params):
            raise TypeError(
                f"Wrong number of arguments for {self.name!r}: expected {len(params)}, the outputs "
                f"among them, got {len(args)}"
            )
        values = [operand(x) for x in args[:nin]] + [out_values(x) for x in args[nin:]]
        letters = self._letters(params, values)
        values = [
            np.asarray(each, letters.get(p.kind, p.kind)) if not is_device(x) else each
            for p, each, x in zip(params, values, args, strict=True)
        ]
        shape = self._shape(params, values, args, size)
        self._refuse_overlap(values)
        described = [
            _described(each if p.raw else np.broadcast_to(each, shape))
            for p, each in zip(params, values, strict=True)
        ]
        if math.prod(shape):
            key = tuple(letters.items())
            if key not in self._compiled:
                self._compiled[key] = compiled(self._source(params, letters))
            self._launch(self._compiled[key], values, described, math.prod(shape))

    def _letters(self, params, values):
        """dtype of each letter, from the arrays; numbers have no say."""
        letters = {}
        for p, each in zip(params, values, strict=True):
            if isinstance(each, np.ndarray):
                known = (
                    np.dtype(p.kind) if len(p.kind) > 1 else letters.setdefault(p.kind, each.dtype)
                )
                if each.dtype != known:
                    raise TypeError(f"Type is mismatched. {p.name} {each.dtype} {known}")
        return letters

    def _shape(self, params, values, args, size):
        """Shape of the loop: the broadcast of all that is not raw, or the size that is given."""
        shapes = [
            each.shape
            for p, each, x in zip(params, values, args, strict=True)
            if is_device(x) and not p.raw
        ]
        if bool(shapes) == (size is not None):
            raise ValueError("'size' is needed if all arrays are 'raw', and else not taken")
        shape = (size,) if size is not None else np.broadcast_shapes(*shapes)
        for p, each in zip(self.out_params, values[len(self.in_params) :], strict=True):
            if not p.raw and each.shape != shape:
                raise ValueError("Out shape is mismatched")
        return shape

    def _source(self, params, letters):
        kinds = {letter: _C_NAMES[dtype.name] for letter, dtype in letters.items()}
        arguments = [
            (_C_NAMES.get(p.kind, p.kind), p.name, p.raw, k >= len(self.in_params))
            for k, p in enumerate(params)
        ]
        return source(arguments, kinds, self._operation)

    def _launch(self, function, kept, described, n):
        pointers = (ctypes.c_void_p * len(described))(*map(ctypes.addressof, described))

        def compute(kept=(kept, described)):
            if function(pointers, ctypes.c_ssize_t(n)):
                raise IndexError(f"kernel {self.name!r}: an index was outside its raw array")

        record("launches")
        do(compute)

    def _refuse_overlap(self, values):
        """Raise if an output is an input shifted: on a GPU, who writes first is anyone's guess."""
        for p, x in zip(self.in_params, values, strict=False):
            for q, y in zip(self.out_params, values[len(self.in_params) :], strict=True):
                if not (p.raw or q.raw or same_memory(x, y)) and np.shares_memory(x, y):
                    raise ValueError(
                        f"kernel {self.name!r}: {q.name} overlaps {p.name} without being the same"
                    )


def _described(values):
    """An array as the C++ sees it: address, size, ndim, shape, strides."""
    numbers = (values.ctypes.data, values.size, values.ndim, *values.shape, *values.strides)
    return (ctypes.c_ssize_t * len(numbers))(*numbers)
