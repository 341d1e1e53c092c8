"""Kernels written in CUDA C give the right values on the stand-in for CuPy."""

import numpy as np
import pytest
import strict_cupy as cp
from devices import put
from strict_cupy._compiler import CompileException, compiler
from strict_cupy._counts import Counts

X = np.arange(6, dtype=np.float32).reshape(2, 3)


@pytest.fixture
def x():
    return put(cp, X)


needs_compiler = pytest.mark.skipif(compiler() is None, reason="no C++ compiler on this machine")


@needs_compiler
def test_a_kernel_writes_into_its_own_input(x):
    axpy = cp.ElementwiseKernel("T a, T x", "T y", "y = a * x + y", "axpy")
    with cp.counting() as block:
        assert axpy(2, x, x) is x
    assert block == Counts(launches=1)
    np.testing.assert_array_equal(x.get(), 3 * X)


@needs_compiler
def test_kernels_broadcast_and_allocate(x):
    kernel = cp.ElementwiseKernel(
        "T x, T y, float64 scale",
        "T sum, bool larger",
        "T t = scale * y; sum = x + t; larger = x > t;",
        "scaled",
    )
    column = put(cp, [[1], [2]], np.float32)
    total, larger = kernel(x.T.copy().T, column, 0.5)
    np.testing.assert_array_equal(total.get(), np.add(X, [[0.5], [1]]))
    np.testing.assert_array_equal(larger.get(), X > [[0.5], [1]])
    assert (total.dtype, larger.dtype) == (np.float32, np.bool_)


@needs_compiler
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_kernel_takes_the_maximum_of_pieces_by_raw_index(dtype):
    z = np.random.default_rng(0).normal(size=(4, 3, 5)).astype(dtype)  # (batch, pieces, units)
    maxout = cp.ElementwiseKernel(
        "raw T z, int32 pieces, int32 units",
        "T y, uint8 winner",
        """
        const ptrdiff_t first = i / units * units * pieces + i % units;
        y = z[first];
        winner = 0;
        for (int p = 1; p < pieces; ++p)
            if (z[first + p * units] > y) { y = z[first + p * units]; winner = p; }
        """,
        "maxout",
    )
    y, winner = cp.empty((4, 5), dtype), cp.empty((4, 5), np.uint8)
    maxout(put(cp, z), 3, 5, y, winner)
    np.testing.assert_array_equal(y.get(), z.max(axis=1))
    np.testing.assert_array_equal(winner.get(), z.argmax(axis=1))


@needs_compiler
def test_a_raw_array_is_indexed_as_it_looks_not_as_it_lies(x):
    reverse = cp.ElementwiseKernel("T x, raw T y", "T z", "z = x + y[_ind.size() - i - 1]", "rev")
    np.testing.assert_array_equal(reverse(x.T, x.T).get(), X.T + X.T[::-1, ::-1])


@needs_compiler
def test_a_kernel_of_raw_arrays_is_told_its_size(x):
    kernel = cp.ElementwiseKernel(
        "raw T x", "raw T y", "y[i] = x[x.size() - 1 - i] * x.shape()[1]", "raw"
    )
    out = cp.empty(4, np.float32)
    kernel(x, out, size=4)
    np.testing.assert_array_equal(out.get(), [15, 12, 9, 6])
    with pytest.raises(ValueError, match="undecided"):
        kernel(x, out)
    with pytest.raises(IndexError, match="outside its raw array"):
        kernel(x, out, size=5)


@needs_compiler
def test_cuda_functions_and_control_flow():
    kernel = cp.ElementwiseKernel(
        "T x",
        "T y",
        """
        if (isnan(x)) { y = -1; return; }
        if (x > 10) { y = twice(x); continue; }
        y = max(log1p(exp(-fabs(x))), T(0)) + min(x, T(0)) + fmaxf(1, 2) * offset;
        """,
        "functions",
        preamble="template <class T> __device__ T twice(T x) { return 2 * x; }",
        loop_prep="const T offset = 100",
    )
    x = np.array([-1.5, 0.25, 20, np.nan])
    expected = np.log1p(np.exp(-abs(x))) + np.minimum(x, 0) + 200
    expected[2:] = 40, -1
    np.testing.assert_allclose(kernel(put(cp, x)).get(), expected, rtol=1e-15)


@needs_compiler
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_maximum_and_minimum_ignore_nan_as_in_cuda(dtype):
    kernel = cp.ElementwiseKernel("T x", "T y, T z", "y = max(x, T(1)); z = min(T(1), x)", "ends")
    y, z = kernel(put(cp, [np.nan, 0, 2], dtype))
    assert (y.tolist(), z.tolist()) == ([1, 1, 2], [1, 0, 1])


@needs_compiler
def test_what_a_kernel_returns_can_be_chosen(x):
    for options, expected in (({"no_return": True}, type(None)), ({"return_tuple": True}, tuple)):
        kernel = cp.ElementwiseKernel("T x", "T y", "y = x", "copy", **options)
        assert isinstance(kernel(x), expected)
    with cp.counting() as block:
        assert kernel(cp.empty((0, 3)))[0].shape == (0, 3)
    assert block.launches == 0


@needs_compiler
def test_elements_are_done_in_no_order_to_rely_on():
    kernel = cp.ElementwiseKernel("raw T x", "T y", "y = i ? x[i - 1] + x[i] : x[i]", "cumsum")
    x = cp.ones(4)
    kernel(x, x)
    np.testing.assert_array_equal(x.get(), [1, 2, 2, 2])  # not 1, 2, 3, 4


@needs_compiler
def test_a_reduction_is_done_along_axes(x):
    norm = cp.ReductionKernel("T x", "T y", "x * x", "a + b", "y = sqrt(a)", "0", "norm")
    with cp.counting() as block:
        rows = norm(x, axis=1)
    assert block == Counts(launches=1, allocations=1)
    np.testing.assert_allclose(rows.get(), np.linalg.norm(X, axis=1), rtol=1e-6)
    np.testing.assert_allclose(
        norm(x.T, axis=-1, keepdims=True).get(), np.linalg.norm(X.T, axis=1, keepdims=True), 1e-6
    )
    np.testing.assert_allclose(float(norm(x)), np.linalg.norm(X), rtol=1e-6)
    out = cp.empty(3, np.float32)
    assert norm(x, out=out, axis=0) is out
    np.testing.assert_allclose(out.get(), np.linalg.norm(X, axis=0), rtol=1e-6)
    assert float(norm(cp.empty((0,)))) == 0


@needs_compiler
def test_a_reduction_broadcasts_and_knows_its_own_type(x):
    dot = cp.ReductionKernel(
        "T x, T w, T scale", "T y", "scale * x * w", "a + b", "y = a", "0", "dot",
        reduce_type="double",
    )  # fmt: skip
    w = put(cp, [1, 2, 3], np.float32)
    np.testing.assert_array_equal(dot(x, w, 2, axis=(0, 1)).get(), (2 * X * [1, 2, 3]).sum())


@needs_compiler
def test_an_identity_that_is_none_is_found_out(x):
    wrong = cp.ReductionKernel("T x", "T y", "x", "a + b", "y = a", "5", "wrong")
    assert float(wrong(x)) != X.sum() + 5  # as on a GPU, where every thread begins with it


@needs_compiler
def test_a_kernel_with_a_mistake_does_not_compile(x):
    for operation in (
        "y = __expf(x)",
        "x = y",
        "y = threadIdx.x",
        "atomicAdd(&y, x)",
        "y = std::exp(x)",
        "y =",
    ):
        with pytest.raises(CompileException, match="error"):
            cp.ElementwiseKernel("T x", "T y", operation, "mistake")(x)


def test_kernels_refuse_bad_arguments(x):
    kernel = cp.ElementwiseKernel("T x, T y", "T z", "z = x + y", "plus")
    bad = [
        ((x,), TypeError, "Wrong number of arguments"),
        ((x, X), TypeError, "Unsupported type"),
        ((x, x, X.copy()), TypeError, "Output arguments type"),
        ((x, x.astype(np.float64)), TypeError, "Type is mismatched"),
        ((1, 2), TypeError, "no array says"),
        ((x, x, cp.empty((3, 2, 3), np.float32)[0, :1]), ValueError, "Out shape"),
        ((x[:, 1:], x[:, 1:], x[:, :-1]), ValueError, "overlaps"),
    ]
    for args, error, message in bad:
        with pytest.raises(error, match=message):
            kernel(*args)
    with pytest.raises(ValueError, match="'size' can be used only"):
        kernel(x, x, size=3)
    for params in ("T i", "T n", "T _x", "T", "shared T x"):
        with pytest.raises(ValueError, match="parameter"):
            cp.ElementwiseKernel(params, "T y", "", "bad")
    with pytest.raises(ValueError, match="Undecided"):
        cp.ElementwiseKernel("T x", "raw T y", "y[i] = x", "raw")(x)
    with pytest.raises(ValueError, match="Invalid kernel name"):
        cp.ElementwiseKernel("T x", "T y", "", "no name")
    with pytest.raises(NotImplementedError, match="float16"):
        cp.ElementwiseKernel("float16 x", "T y", "", "half")
    with pytest.raises(NotImplementedError, match="use_fast_math"):
        cp.ElementwiseKernel("T x", "T y", "", "fast", options=("-use_fast_math",))


def test_reductions_refuse_bad_arguments(x):
    largest = cp.ReductionKernel("T x", "T y", "x", "max(a, b)", "y = a", None, "largest")
    with pytest.raises(ValueError, match="no identity"):
        largest(cp.empty((0, 2)), axis=0)
    with pytest.raises(ValueError, match="Out shape"):
        largest(x, out=cp.empty(2, np.float32), axis=0)
    with pytest.raises(ValueError, match="undecided"):
        cp.ReductionKernel("float32 x", "T y", "x", "a + b", "y = a", "0")(1, x)
    with pytest.raises(NotImplementedError, match="nothing raw"):
        cp.ReductionKernel("raw T x", "T y", "x[i]", "a + b", "y = a", "0")


def test_without_a_compiler_a_kernel_says_so(x, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(cp.NoCompilerError, match=r"expected a C\+\+ compiler"):
        cp.ElementwiseKernel("T x", "T y", "y = x * 12345", "unseen")(x)
