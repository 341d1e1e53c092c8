"""Matrix products: what cuBLAS, which stores columns, is told of arrays stored by rows."""

from types import SimpleNamespace

import numpy as np
import pytest
from devices import put, take
from numpy.lib.stride_tricks import as_strided

from minigan.passes.cuda import products as module
from minigan.passes.cuda.products import Cublas, CuPyProducts, column_major, products


def by_columns(array, transposed, ld, rows, columns):
    """The (rows, columns) operand that BLAS reads from an array's memory."""
    size = array.itemsize
    if transposed:
        rows, columns = columns, rows
    read = as_strided(array, (rows, columns), (size, ld * size))
    return read.T if transposed else read


class Library:
    """The two functions of cuBLAS, computed by NumPy in the memory that they are pointed to."""

    stream = device_pointers = None

    def gemm(self, kind, op_B, op_A, n, m, k, one, B, ld_B, A, ld_A, before, C, ld_C):
        assert ld_B >= (k if op_B else n)
        assert ld_A >= (m if op_A else k)
        assert ld_C >= n
        assert not self.device_pointers
        operands = by_columns(B.at, op_B, ld_B, n, k), by_columns(A.at, op_A, ld_A, k, m)
        C = as_strided(C.at, (n, m), (C.at.itemsize, ld_C * C.at.itemsize))
        C[...] = before._obj.value * C + one._obj.value * (operands[0] @ operands[1])

    def dot(self, kind, n, x, step, y, also, result):
        assert self.device_pointers
        result.at[0] = x.at[:n] @ y.at[:n]

    def __getattr__(self, name):
        def call(handle, *arguments):
            kind = name[len("cublas")]
            if name.endswith("gemm_v2"):
                self.gemm(kind, *arguments)
            elif name.endswith("dot_v2"):
                self.dot(kind, *arguments)
            elif name == "cublasSetPointerMode_v2":
                self.device_pointers = arguments[0]
            else:
                assert name in ("cublasSetStream_v2", "cublasSetWorkspace_v2")
            return 14 if handle == "broken" else 0

        return call


class Pointer:
    def __init__(self, array):
        self.at = array


@pytest.fixture
def cublas(monkeypatch):
    """Our calls of cuBLAS, on NumPy's arrays."""
    made = object.__new__(Cublas)
    stream = SimpleNamespace(ptr=7)
    made._cupy = SimpleNamespace(cuda=SimpleNamespace(get_current_stream=lambda: stream))
    made._library, made._handle, made._stream, made._workspace = Library(), "handle", None, None
    monkeypatch.setattr(module, "_pointer", Pointer)
    return made


LAYOUTS = {
    "rows": lambda M: M.copy(),
    "columns": lambda M: M.T.copy().T,
    "part of wider rows": lambda M: np.hstack([M, M, M])[:, : M.shape[1]],
    "part of longer columns": lambda M: np.hstack([M.T, M.T])[:, : M.shape[0]].T,
}
ROWS = {name: LAYOUTS[name] for name in ("rows", "part of wider rows")}


@pytest.mark.parametrize(
    "shape", [(3, 4, 5), (1, 4, 5), (3, 1, 5), (3, 4, 1), (1, 4, 1), (1, 1, 1)]
)
@pytest.mark.parametrize("of_A", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("of_B", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("of_out", ROWS.values(), ids=ROWS)
def test_a_library_that_stores_columns_is_told_the_right_thing(
    cublas, shape, of_A, of_B, of_out, rng
):
    m, k, n = shape
    A, B = of_A(rng.normal(size=(m, k))), of_B(rng.normal(size=(k, n)))
    out = of_out(np.zeros((m, n)))
    for times, add in ((1, False), (2, True), (1, False)):
        cublas.product(A, B, out, add=add)
        np.testing.assert_allclose(out, times * (A @ B), rtol=1e-12, atol=1e-14)


def test_a_length_is_left_where_it_should_be_and_a_failure_is_named(cublas, rng):
    x, out = rng.normal(size=100), np.zeros(3)
    cublas.squared_length(x, out[1:2])
    np.testing.assert_allclose(out, [0, x @ x, 0])
    cublas.product(np.eye(3), np.eye(3), np.eye(3))  # which reads its numbers from the host again
    cublas._handle = "broken"
    with pytest.raises(OSError, match="cublasSetPointerMode_v2: cuBLAS returned status 14"):
        cublas.squared_length(x, out[1:2])


def test_other_layouts_are_refused():
    M = np.zeros((4, 6))
    with pytest.raises(ValueError, match="contiguous rows or columns, got strides"):
        column_major(M[:, ::2], np.zeros((3, 2)), np.zeros((4, 2)))
    with pytest.raises(ValueError, match="output stored by rows"):
        column_major(M, M.T, np.zeros((4, 4)).T)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("of_out", ROWS.values(), ids=ROWS)
@pytest.mark.parametrize("ours", [True, False], ids=["best", "cupy's"])
def test_a_product_goes_where_it_should(gpu, dtype, of_out, ours, rng):
    made = products(gpu) if ours else CuPyProducts(gpu)
    A, B = rng.normal(size=(6, 4)).astype(dtype), rng.normal(size=(6, 5)).astype(dtype)
    there = put(gpu, of_out(np.zeros((4, 20))))
    out = there.astype(dtype)[:, 3:8]
    for times, add in ((1, False), (2, True), (1, False)):
        made.product(put(gpu, A).T, put(gpu, B), out, add=add)
        rtol = 1e-5 if dtype == "float32" else 1e-13
        np.testing.assert_allclose(take(out), times * (A.T @ B), rtol=rtol, atol=rtol)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_squared_length_stays_on_the_device(gpu, dtype, rng):
    x, out = put(gpu, rng.normal(size=1000), dtype), gpu.zeros(3, dtype)
    products(gpu).squared_length(x, out[1:2])
    expected = (take(x).astype(float) ** 2).sum()
    np.testing.assert_allclose(take(out), [0, expected, 0], rtol=1e-5)
