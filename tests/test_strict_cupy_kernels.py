"""Kernels written in CUDA C give the right values on the stand-in for CuPy."""

import numpy as np
import pytest
import strict_cupy as cp
from devices import put
from strict_cupy._compiler import CompileException, compiler
from strict_cupy._counts import Counts

X = np.arange(6, dtype=np.float32).reshape(2, 3)
needs_compiler = pytest.mark.skipif(compiler() is None, reason="no C++ compiler on this machine")


@pytest.fixture
def x():
    return put(cp, X)


def kernel(inputs, outputs, code, name="kernel"):
    return cp.ElementwiseKernel(inputs, outputs, code, name, no_return=True)


@needs_compiler
def test_a_kernel_writes_into_its_own_input(x):
    with cp.counting() as block:
        kernel("T a, T x", "T y", "y = a * x + y")(2, x, x)
    assert block == Counts(launches=1)
    np.testing.assert_array_equal(x.get(), 3 * X)


@needs_compiler
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_arrays_and_numbers_broadcast_and_may_lie_as_they_like(x, dtype):
    scaled = kernel(
        "T x, T y, float64 scale", "T sum, T larger", "T t = scale * y; sum = x + t; larger = x > t"
    )
    wide = cp.zeros((3, 4), dtype)
    total, larger = wide[:, :2].T, cp.empty((2, 3), dtype)
    scaled(x.astype(dtype), put(cp, [[1], [2]], dtype), 0.5, total, larger)
    np.testing.assert_array_equal(total.get(), np.add(X, [[0.5], [1]]))
    np.testing.assert_array_equal(larger.get(), X > [[0.5], [1]])
    assert not wide.get()[:, 2:].any()


@needs_compiler
def test_a_raw_array_is_indexed_as_it_looks_not_as_it_lies(x):
    out = cp.empty((3, 2), np.float32)
    kernel("T x, raw T y, int32 last", "T z", "z = x + y[last - i]")(x.T, x.T, 5, out)
    np.testing.assert_array_equal(out.get(), X.T + X.T[::-1, ::-1])


@needs_compiler
def test_a_kernel_of_raw_arrays_is_told_its_size_and_stays_in_its_arrays(x):
    reverse, out = kernel("raw T x", "raw T y", "y[i] = x[3 - i]"), cp.empty(4, np.float32)
    reverse(x, out, size=4)
    np.testing.assert_array_equal(out.get(), [3, 2, 1, 0])
    with pytest.raises(ValueError, match="'size' is needed"):
        reverse(x, out)
    with pytest.raises(IndexError, match="outside its raw array"):
        reverse(x, out, size=5)


@needs_compiler
def test_elements_are_done_in_no_order_to_rely_on():
    x = cp.ones(4)
    kernel("raw T x", "T y", "y = i ? x[i - 1] + x[i] : x[i]")(x, x)
    np.testing.assert_array_equal(x.get(), [1, 2, 2, 2])  # not 1, 2, 3, 4


@needs_compiler
@pytest.mark.parametrize(
    "operation",
    ["y = __expf(x)", "x = y", "y = threadIdx.x", "atomicAdd(&y, x)", "y = std::exp(x)", "y ="],
)
def test_a_kernel_with_a_mistake_does_not_compile(x, operation):
    with pytest.raises(CompileException, match="error"):
        kernel("T x", "T y", operation)(x, x)


def test_kernels_refuse_bad_arguments(x):
    plus = kernel("T x, T y", "T z", "z = x + y")
    bad = [
        ((x, x), TypeError, "Wrong number of arguments"),
        ((x, X, x), TypeError, "Unsupported type"),
        ((x, x, X.copy()), TypeError, "Output arguments type"),
        ((x, x.astype(np.float64), x), TypeError, "Type is mismatched"),
        ((x, x, cp.empty((3, 2, 3), np.float32)[0, :1]), ValueError, "Out shape"),
        ((x[:, 1:], x[:, 1:], x[:, :-1]), ValueError, "overlaps"),
    ]
    for args, error, message in bad:
        with pytest.raises(error, match=message):
            plus(*args)
    with pytest.raises(ValueError, match="'size' is needed"):
        plus(x, x, x, size=3)
    for params in ("T i", "T n", "T _x", "shared T x"):
        with pytest.raises(ValueError, match="parameter"):
            kernel(params, "T y", "")


def test_without_a_compiler_a_kernel_says_so(x, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(cp.NoCompilerError, match=r"expected a C\+\+ compiler"):
        kernel("T x", "T y", "y = x * 12345")(x, x)
