"""A strict stand-in for CuPy: its interface, on NumPy, for machines without a GPU.

What runs here should run on CuPy. What a GPU is slow at, or cannot do, shows:

- nothing crosses between host and device unless it is written. ``numpy.asarray(x)``,
  ``x + numpy_array`` and ``x.fill(numpy_array)`` raise, as in CuPy. So does what CuPy would
  do in silence: ``numpy.exp(x)``, an index that is a list or a NumPy array,
  ``x[:] = numpy_array``;
- what waits for the device is counted, and raises inside `forbid_sync`: ``float(x)``,
  ``if x:``, ``x.get()``, ``x[mask]``, ``nonzero``, ``print(x)``;
- what CuPy lacks is missing: ``errstate``, ``maximum.reduce``, ``where=``, and every
  function that nobody has needed yet;
- where CuPy goes wrong without a word, this raises or shows it: an index that is too large
  raises (CuPy wraps it around), memory from ``empty`` is full of NaN;
- kernels written in CUDA C are compiled for the CPU and run.

Each operation's values are NumPy's, to the last bit (`add.reduceat` excepted, where CuPy's
are worse), and lie in memory as CuPy's do, in C order.
``counts`` holds the number of launches, transfers and waits; ``with counting() as block``
counts those of a block.
"""

# ruff: noqa: F401 (a namespace: names are imported to be found here)

from numpy import (
    bool_,
    can_cast,
    dtype,
    e,
    finfo,
    float16,
    float32,
    float64,
    iinfo,
    inf,
    int8,
    int16,
    int32,
    int64,
    nan,
    newaxis,
    pi,
    promote_types,
    uint8,
    uint16,
    uint32,
    uint64,
)

from strict_cupy import _ufuncs, cuda, random
from strict_cupy._compiler import NoCompilerError
from strict_cupy._counts import DeviceSynchronized, counting, counts, forbid_sync
from strict_cupy._creation import (
    arange,
    array,
    asarray,
    ascontiguousarray,
    asnumpy,
    copy,
    empty,
    empty_like,
    eye,
    full,
    full_like,
    linspace,
    ones,
    ones_like,
    zeros,
    zeros_like,
)
from strict_cupy._functions import (
    all,
    allclose,
    any,
    argmax,
    argmin,
    argsort,
    array_equal,
    bincount,
    broadcast_to,
    clip,
    concatenate,
    copyto,
    count_nonzero,
    cumsum,
    dot,
    einsum,
    expand_dims,
    flatnonzero,
    matmul,
    max,
    mean,
    min,
    moveaxis,
    nonzero,
    outer,
    partition,
    prod,
    ravel,
    repeat,
    reshape,
    searchsorted,
    sort,
    split,
    squeeze,
    stack,
    std,
    sum,
    swapaxes,
    take,
    take_along_axis,
    tile,
    transpose,
    var,
    vdot,
    where,
)
from strict_cupy._kernels import ElementwiseKernel, ReductionKernel
from strict_cupy._memory import get_default_memory_pool
from strict_cupy._ndarray import ndarray

globals().update(_ufuncs.UFUNCS)
