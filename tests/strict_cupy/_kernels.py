"""Kernels of one's own: the C that CuPy would give to the GPU, run on the CPU.

The very same lines are compiled, inside another loop. What is not standard CUDA for one
element at a time (shared memory, atomics, intrinsics such as ``__expf``) does not compile.
"""

import ctypes
import math
import re

import numpy as np

from strict_cupy import _graphs, _source
from strict_cupy._compiler import compiled
from strict_cupy._counts import record
from strict_cupy._launch import operand, out_values, same_memory
from strict_cupy._ndarray import ndarray
from strict_cupy._parameters import parameters, type_letters


class _Kernel:
    """What both kinds share: the check of the arguments, and the call of the compiled loop."""

    def __init__(self, in_params, out_params, name, preamble, options):
        if not re.fullmatch(r"[A-Za-z_]\w*", name):
            raise ValueError(f'Invalid kernel name: "{name}"')
        if set(options) - {"--fmad=false"}:
            raise NotImplementedError(f"options: only --fmad=false is known here, got {options}")
        self.name = self.__name__ = name
        self.in_params, self.out_params = parameters(in_params), parameters(out_params)
        self.nin, self.nout = len(self.in_params), len(self.out_params)
        self.nargs = self.nin + self.nout
        self._preamble = preamble
        self._compiled = {}

    def _arguments(self, args):
        """Values of the inputs, and of the outputs if any were given."""
        if len(args) not in (self.nin, self.nargs):
            raise TypeError(
                f"Wrong number of arguments for {self.name!r}. It must be either {self.nin} or "
                f"{self.nargs} (with outputs), but given {len(args)}."
            )
        return [operand(x) for x in args[: self.nin]], [out_values(x) for x in args[self.nin :]]

    def _letters(self, inputs, outputs):
        outputs = outputs or [None] * self.nout
        return type_letters(self.out_params + self.in_params, outputs + inputs)

    def _new(self, letters, shape):
        """Outputs for a caller who gave none."""
        dtypes = [p.dtype or letters[p.ctype] for p in self.out_params]
        return [ndarray(shape, dtype) for dtype in dtypes]

    def _run(self, template, letters, arguments, *sizes, **parts):
        """Compile the loop around the parts, and run it over the arguments: one launch."""
        params = self.in_params + self.out_params
        is_array = [isinstance(values, np.ndarray) for values in arguments]
        key = (*is_array, *letters.items())
        if key not in self._compiled:
            source = _source.source(
                template,
                self.in_params,
                self.out_params,
                is_array,
                letters,
                self._preamble,
                **parts,
            )
            self._compiled[key] = compiled(source)
        by_value = [
            values if array else np.asarray(values, p.dtype or letters[p.ctype])
            for p, values, array in zip(params, arguments, is_array, strict=True)
        ]
        described = [_described(values) for values in by_value]
        pointers = (ctypes.c_void_p * len(described))(*map(ctypes.addressof, described))

        def compute(kept=(by_value, described)):
            if self._compiled[key](pointers, *map(ctypes.c_ssize_t, sizes)):
                raise IndexError(f"kernel {self.name!r}: an index was outside its raw array")

        record("launches")
        _graphs.do(compute)


class ElementwiseKernel(_Kernel):
    """A few lines of C for one element; arrays broadcast, ``raw`` ones are indexed by hand."""

    def __init__(
        self,
        in_params,
        out_params,
        operation,
        name="kernel",
        reduce_dims=True,
        preamble="",
        no_return=False,
        return_tuple=False,
        *,
        options=(),
        loop_prep="",
        after_loop="",
    ):
        super().__init__(in_params, out_params, name, preamble, options)
        self.no_return, self.return_tuple = no_return, return_tuple
        self._parts = {"operation": operation, "loop_prep": loop_prep, "after_loop": after_loop}

    def __call__(self, *args, size=None, block_size=128, stream=None):
        """The outputs, new ones if none were given."""
        inputs, outputs = self._arguments(args)
        letters = self._letters(inputs, outputs)
        shape = self._shape(inputs, outputs, size)
        results = list(args[self.nin :])
        if not outputs:
            if size is None and any(p.raw for p in self.out_params):
                raise ValueError("Output array size is Undecided")
            results = self._new(letters, shape)
            outputs = [result._values for result in results]
        _refuse_overlap(self, inputs, outputs)
        arguments = [
            values if p.raw or not isinstance(values, np.ndarray) else _broadcast(values, shape)
            for p, values in zip(self.in_params, inputs, strict=True)
        ]
        n = math.prod(shape)
        if n:
            self._run(_source.ELEMENTWISE, letters, arguments + outputs, n, **self._parts)
        if self.no_return:
            return None
        return results[0] if self.nout == 1 and not self.return_tuple else tuple(results)

    def _shape(self, inputs, outputs, size):
        """Shape of the loop: the broadcast of all that is not raw, or the size that is given."""
        params = self.in_params + self.out_params
        arrays = [
            values.shape
            for p, values in zip(params, inputs + outputs, strict=False)
            if isinstance(values, np.ndarray) and not p.raw
        ]
        if size is not None:
            if arrays:
                raise ValueError(
                    "Specified 'size' can be used only if all of the ndarray are 'raw'."
                )
            return (size,)
        if not arrays:
            raise ValueError("Loop size is undecided.")
        shape = _common_shape(arrays)
        for p, values in zip(self.out_params, outputs, strict=False):
            if not p.raw and values.shape != shape:
                raise ValueError("Out shape is mismatched")
        return shape


class ReductionKernel(_Kernel):
    """Map every element, reduce along axes, map what remains: three C expressions."""

    def __init__(
        self,
        in_params,
        out_params,
        map_expr,
        reduce_expr,
        post_map_expr,
        identity,
        name="reduce_kernel",
        reduce_type=None,
        reduce_dims=True,
        preamble="",
        options=(),
    ):
        super().__init__(in_params, out_params, name, preamble, options)
        if self.nout != 1 or any(p.raw for p in self.in_params + self.out_params):
            raise NotImplementedError("ReductionKernel: one output and nothing raw on the stand-in")
        self.identity = "" if identity is None else str(identity)
        self._parts = {
            "map_expr": map_expr,
            "reduce_expr": reduce_expr,
            "post_map_expr": post_map_expr,
            "identity": self.identity,
            "reduce_type": reduce_type or self.out_params[0].ctype,
        }

    def __call__(self, *args, out=None, axis=None, keepdims=False, stream=None):
        """The output, a new one if none was given."""
        args = args if out is None else (*args, out)
        inputs, outputs = self._arguments(args)
        letters = self._letters(inputs, outputs)
        shapes = [values.shape for values in inputs if isinstance(values, np.ndarray)]
        if not shapes:
            raise ValueError("Loop size is undecided.")
        shape = _common_shape(shapes)
        kept, reduced = _axes(axis, len(shape))
        out_shape = tuple(
            shape[k] if k in kept else 1 for k in range(len(shape)) if k in kept or keepdims
        )
        result = args[-1] if outputs else self._new(letters, out_shape)[0]
        if result.shape != out_shape:
            raise ValueError("Out shape is mismatched")
        n_out, n_reduced = result.size, math.prod(shape[k] for k in reduced)
        if n_out and not n_reduced and not self.identity:
            raise ValueError(
                f"zero-size array to reduction operation {self.name} which has no identity"
            )
        arguments = [
            _broadcast(values, shape).transpose(kept + reduced)
            if isinstance(values, np.ndarray)
            else values
            for values in inputs
        ]
        if n_out:
            arguments.append(result._values)
            self._run(_source.REDUCTION, letters, arguments, n_out, n_reduced, **self._parts)
        return result


def _described(values):
    """An array as the C++ sees it: address, size, ndim, shape, strides. A number has no axes."""
    numbers = (values.ctypes.data, values.size, values.ndim, *values.shape, *values.strides)
    return (ctypes.c_ssize_t * len(numbers))(*numbers)


def _common_shape(shapes):
    """What the shapes broadcast to; quickly, if they are all the same."""
    return shapes[0] if len(set(shapes)) == 1 else np.broadcast_shapes(*shapes)


def _broadcast(values, shape):
    return values if values.shape == shape else np.broadcast_to(values, shape)


def _axes(axis, ndim):
    """Axes that are kept and axes that are reduced, each in order."""
    axis = range(ndim) if axis is None else axis
    reduced = sorted(np.lib.array_utils.normalize_axis_tuple(axis, ndim))
    return [k for k in range(ndim) if k not in reduced], reduced


def _refuse_overlap(kernel, inputs, outputs):
    """Raise if an output is an input shifted: on a GPU, who writes first is anyone's guess."""
    for p, x in zip(kernel.in_params, inputs, strict=True):
        for q, y in zip(kernel.out_params, outputs, strict=True):
            if p.raw or q.raw or not isinstance(x, np.ndarray) or not np.may_share_memory(x, y):
                continue
            if not same_memory(x, y) and np.shares_memory(x, y):
                raise ValueError(
                    f"kernel {kernel.name!r}: {q.name} overlaps {p.name} without being the same"
                )
