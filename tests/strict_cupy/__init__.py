"""A strict stand-in for CuPy: its interface, on NumPy, for machines without a GPU.

What runs here should run on CuPy. What a GPU is slow at, or cannot do, shows:

- nothing crosses between host and device unless it is written. ``numpy.asarray(x)``,
  ``x + numpy_array`` and ``x.fill(numpy_array)`` raise, as in CuPy. So does what CuPy would
  do in silence: ``numpy.exp(x)``, an index that is a list or a NumPy array,
  ``x[:] = numpy_array``;
- what waits for the device is counted, and raises inside `forbid_sync`: ``float(x)``,
  ``if x:``, ``x.get()``, ``x[mask]``, ``flatnonzero``, ``print(x)``;
- what CuPy lacks is missing: ``errstate``, ``maximum.reduce``, ``where=``, and every
  function that nobody has needed yet: it is added when it is needed;
- where CuPy goes wrong without a word, this raises or shows it: an index that is too large
  raises (CuPy wraps it around), memory from ``empty`` is full of NaN;
- kernels written in CUDA C are compiled for the CPU and run.

Each operation's values are NumPy's, to the last bit, and lie in memory as CuPy's do, in C
order. ``with counting() as block`` counts the launches, transfers and waits of a block.
"""

# ruff: noqa: F401 (a namespace: names are imported to be found here)

from numpy import float32, float64, int32, int64

from strict_cupy import _functions, _ufuncs, cuda, random
from strict_cupy._compiler import NoCompilerError
from strict_cupy._counts import DeviceSynchronized, counting, forbid_sync
from strict_cupy._kernels import ElementwiseKernel
from strict_cupy._launch import get_default_memory_pool
from strict_cupy._ndarray import ndarray

globals().update(_ufuncs.UFUNCS)
globals().update({name: getattr(_functions, name) for name in _functions.__all__})
