"""Matrix products on a GPU, into memory that is there already.

CuPy refuses to have its products recorded into a CUDA graph, although the library behind
them, cuBLAS, can be. So cuBLAS is called directly, the very library that CuPy has loaded.
Where it cannot be reached, the products are CuPy's, and turns are launched kernel by kernel.
"""

from __future__ import annotations

import ctypes
import functools
from typing import Any

WORKSPACE = 32 << 20  # bytes: what NVIDIA recommends for its newest GPUs


class CuPyProducts:
    """Products by the array module itself."""

    refusal = "CuPy's own matrix products cannot be recorded"  # into a CUDA graph

    def __init__(self, xp: Any, why: str = ""):
        self._dot = xp.dot
        if why:
            self.refusal = f"cuBLAS cannot be called directly ({why}), and {self.refusal}"

    def product(self, A, B, out, add: bool = False) -> None:
        """out = A B, or out += A B; rows or columns of A and B are contiguous, out's rows."""
        if add:
            out += self._dot(A, B)
        elif out.flags.c_contiguous:
            self._dot(A, B, out=out)
        else:
            out[...] = self._dot(A, B)

    def squared_length(self, x, out) -> None:
        """out[0] = sum of x_i^2, left on the device; x of shape (n,), out of shape (1,)."""
        self._dot(x.reshape(1, -1), x.reshape(-1, 1), out=out.reshape(1, 1))


class Cublas:
    """The same by cuBLAS, on the current stream, recorded or not; OSError if it refuses.

    Full float32 and float64 arithmetic: TF32 is off, as by default.
    """

    refusal = ""

    def __init__(self, cupy: Any):
        from cupy.cuda import cublas  # noqa: F401 (it loads the library)

        self._cupy = cupy
        major = cupy.cuda.runtime.runtimeGetVersion() // 1000
        self._library = ctypes.CDLL(f"libcublas.so.{major}")
        self._handle = ctypes.c_void_p()
        self._call("cublasCreate_v2", ctypes.byref(self._handle))
        self._workspace = cupy.empty(WORKSPACE, "uint8")
        self._stream = None

    def product(self, A, B, out, add: bool = False) -> None:
        """out = A B, or out += A B. See `CuPyProducts.product`."""
        letter, kind = self._kind(out)
        one, before = kind(1), kind(add)
        op_B, op_A, n, m, k, ld_B, ld_A, ld_out = column_major(A, B, out)
        self._follow_stream()
        self._call(
            f"cublas{letter}gemm_v2",
            *(self._handle, op_B, op_A, n, m, k),
            *(ctypes.byref(one), _pointer(B), ld_B, _pointer(A), ld_A),
            *(ctypes.byref(before), _pointer(out), ld_out),
        )

    def squared_length(self, x, out) -> None:
        """out[0] = sum of x_i^2. See `CuPyProducts.squared_length`."""
        letter, _ = self._kind(out)
        self._follow_stream()
        self._call("cublasSetPointerMode_v2", self._handle, 1)  # the result goes to the device
        self._call(
            f"cublas{letter}dot_v2",
            *(self._handle, x.size, _pointer(x), 1, _pointer(x), 1, _pointer(out)),
        )
        self._call("cublasSetPointerMode_v2", self._handle, 0)

    def _follow_stream(self) -> None:
        """Work on CuPy's current stream. A change of stream takes the workspace away."""
        stream = self._cupy.cuda.get_current_stream().ptr
        if stream != self._stream:
            self._call("cublasSetStream_v2", self._handle, ctypes.c_void_p(stream))
            workspace = _pointer(self._workspace), ctypes.c_size_t(WORKSPACE)
            self._call("cublasSetWorkspace_v2", self._handle, *workspace)
            self._stream = stream

    @staticmethod
    def _kind(array):
        return ("S", ctypes.c_float) if array.dtype == "float32" else ("D", ctypes.c_double)

    def _call(self, name: str, *arguments) -> None:
        status = getattr(self._library, name)(*arguments)
        if status:
            raise OSError(f"{name}: cuBLAS returned status {status}")


def column_major(A, B, out) -> tuple[int, ...]:
    """op_B, op_A, n, m, k, ld_B, ld_A, ld_out: out = A B for a library that stores columns.

    Rows read as columns are the transpose: it computes out^T = B^T A^T. ``op`` is whether it must
    transpose what it reads, n, m, k are out's columns, its rows and the inner dimension, and
    ``ld`` the elements from one stored row to the next. Raises ValueError for other layouts.
    """
    (op_A, ld_A), (op_B, ld_B), (op_out, ld_out) = map(_layout, (A, B, out))
    if op_out:
        raise ValueError(f"expected an output stored by rows, got strides {out.strides}")
    return op_B, op_A, out.shape[1], out.shape[0], A.shape[1], ld_B, ld_A, ld_out


def _layout(M) -> tuple[int, int]:
    """0 if stored by rows or 1 if by columns, and the elements from one to the next."""
    rows, columns = M.shape
    down, right = (stride // M.itemsize for stride in M.strides)
    if right == 1 or columns == 1:
        return 0, max(down, columns)
    if down == 1 or rows == 1:
        return 1, max(right, rows)
    raise ValueError(f"expected contiguous rows or columns, got strides {M.strides}")


def _pointer(array) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.data.ptr)


@functools.cache
def _of_device(xp: Any, number: int) -> CuPyProducts | Cublas:
    if xp.__name__ != "cupy":
        return CuPyProducts(xp)
    try:
        return Cublas(xp)
    except (ImportError, OSError, AttributeError, RuntimeError) as error:
        return CuPyProducts(xp, str(error).strip().split("\n")[0])  # slower, and right


def products(xp: Any) -> CuPyProducts | Cublas:
    """The best there is for an array module on the current device; made once."""
    return _of_device(xp, xp.cuda.get_device_id())
