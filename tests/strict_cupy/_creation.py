"""New arrays on the device: from a rule, or copied from the host, which is counted."""

import numpy as np

from strict_cupy._counts import record
from strict_cupy._launch import allocated, device_values, is_device, launch
from strict_cupy._ndarray import ndarray, uninitialised


def array(obj, dtype=None, copy=True, order="K", subok=False, ndmin=0, *, blocking=False):
    """Copy of a device array, or of anything that `numpy.array` takes."""
    if subok:
        raise NotImplementedError("subok is not supported")
    if is_device(obj):
        result = obj.astype(obj.dtype if dtype is None else dtype, order=order, copy=bool(copy))
        missing = max(0, ndmin - result.ndim)
        return result.reshape((1,) * missing + result.shape) if missing else result
    if copy is False:
        raise ValueError("Unable to avoid copy while creating an array as requested.")
    result = allocated(np.array(obj, dtype, order=order, ndmin=ndmin))
    record("to_device")
    return result


def asarray(a, dtype=None, order=None, *, copy=None, blocking=False):
    """A device array as it is; anything else copied to the device."""
    return array(a, dtype, copy, order or "K", blocking=blocking)


def ascontiguousarray(a, dtype=None):
    """The array in C order, copied only if it is not."""
    return asarray(a, dtype, "C")


def asnumpy(a, stream=None, order="C", out=None, *, blocking=True):
    """Copy of a device array as a NumPy array."""
    if is_device(a):
        return a.get(stream=stream, order=order, out=out, blocking=blocking)
    host = np.asarray(a, order=order)
    if out is None:
        return host
    out[...] = host
    return out


def copy(a, order="K"):
    """Copy on the device."""
    device_values(a, "copy")
    return a.copy(order=order)


def arange(start, stop=None, step=1, dtype=None):
    """Evenly spaced values in [start, stop)."""
    start, stop = (0, start) if stop is None else (start, stop)
    return launch(lambda: np.arange(start, stop, step, dtype))


def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0):
    """``num`` evenly spaced values from start to stop."""
    if retstep:
        raise NotImplementedError("retstep")
    options = {"endpoint": endpoint, "dtype": dtype, "axis": axis}
    return launch(lambda: np.linspace(start, stop, num, **options))


def eye(N, M=None, k=0, dtype=float, order="C"):
    """Ones on a diagonal."""
    return launch(np.eye, N=N, M=M, k=k, dtype=dtype, order=order)


def empty(shape, dtype=float, order="C"):
    """Array with nothing in it: NaN, where a GPU would have whatever was there before."""
    return ndarray(shape, dtype, order=order)


def zeros(shape, dtype=float, order="C"):
    """Array of zeros."""
    return launch(np.zeros, shape=shape, dtype=dtype, order=order)


def ones(shape, dtype=float, order="C"):
    """Array of ones."""
    return launch(np.ones, shape=shape, dtype=dtype, order=order)


def full(shape, fill_value, dtype=None, order="C"):
    """Array of one value, which is a number or on the device."""

    def filled(value, order):
        return np.full(shape, value, dtype, order)

    return launch(filled, fill_value, order=order)


def empty_like(prototype, dtype=None, order="K", subok=None, shape=None):
    """Array with nothing in it, of a device array's shape and dtype."""
    return uninitialised(np.empty_like(device_values(prototype, "prototype"), **_like(locals())))


def zeros_like(a, dtype=None, order="K", subok=None, shape=None):
    """Zeros, of a device array's shape and dtype."""
    device_values(a, "a")
    return launch(np.zeros_like, a, **_like(locals()))


def ones_like(a, dtype=None, order="K", subok=None, shape=None):
    """Ones, of a device array's shape and dtype."""
    device_values(a, "a")
    return launch(np.ones_like, a, **_like(locals()))


def full_like(a, fill_value, dtype=None, order="K", subok=None, shape=None):
    """One value, of a device array's shape and dtype."""
    device_values(a, "a")
    return launch(np.full_like, a, fill_value, **_like(locals()))


def _like(given):
    """Options of a function that makes an array like another."""
    if given["subok"] is not None:
        raise TypeError("subok is not supported yet")
    return {name: given[name] for name in ("dtype", "order", "shape")}
