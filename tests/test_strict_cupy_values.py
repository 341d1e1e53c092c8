"""What the stand-in for CuPy computes is what NumPy computes, to the bit."""

import copy
import pickle

import numpy as np
import pytest
import strict_cupy as cp
from devices import put, take
from strict_cupy._counts import Counts

X = np.arange(6, dtype=np.float32).reshape(2, 3)


@pytest.fixture
def x():
    return put(cp, X)


SAME = {
    "arithmetic": lambda xp, x: (2 * x + 1) / (x - 7.5) ** 2 - x % 3 + x // 2,
    "numpy scalar": lambda xp, x: np.float64(2) * x,
    "python scalar": lambda xp, x: 2.0 * x,
    "reflected": lambda xp, x: 1 - 1 / (x + 1),
    "comparison": lambda xp, x: (x > 2) & ~(x == 4) | (x != x),
    "maximum": lambda xp, x: xp.maximum(x, 3),
    "softplus": lambda xp, x: xp.maximum(x, 0) + xp.log1p(xp.exp(-xp.abs(x))),
    "where": lambda xp, x: xp.where(x > 2, x, 0.0),
    "product": lambda xp, x: x @ x.T,
    "sum": lambda xp, x: x.sum(axis=0),
    "mean": lambda xp, x: x.mean(),
    "argmax": lambda xp, x: x.reshape(2, 3, 1).argmax(axis=1),
    "max": lambda xp, x: x.max(axis=1, keepdims=True),
    "new axes": lambda xp, x: x[:, None, ::2],
    "one element": lambda xp, x: x[1, 2],
    "concatenate": lambda xp, x: xp.concatenate([x, x[:1]], axis=0),
    "stack": lambda xp, x: xp.stack([x, -x], axis=1),
    "view": lambda xp, x: x.view(np.uint32),
    "astype": lambda xp, x: x.astype(np.float64),
    "ravel": lambda xp, x: x.T.ravel(),
    "arange": lambda xp, x: xp.arange(3, dtype=np.float32) * x,
    "searchsorted": lambda xp, x: xp.searchsorted(x[1], x[0] + 3),
    "take": lambda xp, x: xp.take(x, xp.arange(2), axis=1),
    "mask": lambda xp, x: x[x > 2],
    "indices": lambda xp, x: x[xp.arange(2), xp.arange(2)],
    "cumsum": lambda xp, x: x.cumsum(axis=1),
    "vdot": lambda xp, x: xp.vdot(x, x),
    "sort": lambda xp, x: xp.sort(-x, axis=1),
    "partition": lambda xp, x: xp.partition(-x, 1, axis=1)[:, 1],
    "std": lambda xp, x: x.std(axis=0, ddof=1),
    "count_nonzero": lambda xp, x: xp.count_nonzero(x),
    "nonzero": lambda xp, x: xp.nonzero(x)[1],
    "bincount": lambda xp, x: xp.bincount(x[1].astype(np.int64), minlength=8),
    "reduceat": lambda xp, x: xp.add.reduceat(x, xp.arange(0, 3, 2), axis=1),
    "isfinite": lambda xp, x: xp.isfinite(1 / x),
    "full_like": lambda xp, x: xp.full_like(x, np.nan),
    "logaddexp": lambda xp, x: xp.logaddexp(x, 0),
    "abs": lambda xp, x: abs(-x),
    "iteration": lambda xp, x: sum(row * 2 for row in x),
    "clip": lambda xp, x: xp.clip(x, 1, x[1, 0]),
    "axes": lambda xp, x: xp.moveaxis(xp.expand_dims(xp.swapaxes(x, 0, 1), 0), 0, 2),
    "more axes": lambda xp, x: xp.transpose(x[None].swapaxes(0, 2), (1, 0, 2)),
    "squeeze": lambda xp, x: xp.squeeze(x[None]) + x[:, :, None].squeeze(2),
    "transpose": lambda xp, x: x[None].transpose(2, 0, 1),
    "mT": lambda xp, x: x[None].mT,
    "broadcast_to": lambda xp, x: xp.broadcast_to(x[0], (2, 3)),
    "split": lambda xp, x: xp.split(x, 3, axis=1)[1],
    "reshape": lambda xp, x: xp.reshape(x, (3, -1)),
    "flatten": lambda xp, x: xp.ravel(x) + x.flatten(),
    "tile": lambda xp, x: xp.tile(x, (2, 1)),
    "repeat": lambda xp, x: xp.repeat(x, 2, axis=1).repeat(2),
    "take_along_axis": lambda xp, x: xp.take_along_axis(x, xp.argsort(-x, axis=1), 1),
    "argsort": lambda xp, x: (-x).argsort(),
    "flatnonzero": lambda xp, x: xp.flatnonzero(x),
    "searchsorted, sorter": lambda xp, x: x[0].searchsorted(x[1], "right", xp.arange(3)),
    "outer": lambda xp, x: xp.outer(x[0], x[1]),
    "matmul": lambda xp, x: xp.matmul(x, x.T, dtype=np.float64),
    "dot": lambda xp, x: xp.dot(x, x[0]),
    "stacked products": lambda xp, x: x[None] @ x.T[None],
    "bit pattern": lambda xp, x: (x.view(np.int32) >> 20) ^ 5,
    "shift": lambda xp, x: 1 << x.astype(np.int8),
    "norm": lambda xp, x: x / xp.sqrt(xp.sum(x * x, axis=1, keepdims=True)),
    "reductions": lambda xp, x: xp.stack(
        [f(x, axis=1) for f in (xp.sum, xp.prod, xp.mean, xp.var, xp.std, xp.max, xp.min)]
    ),
    "reductions to whole numbers": lambda xp, x: xp.stack(
        [f(x, axis=0) for f in (xp.argmax, xp.argmin, xp.any, xp.all)]
    ),
    "methods": lambda xp, x: x.prod(axis=1) + x.var(axis=1) + x.min() + x.argmin() + x.any(),
    "all": lambda xp, x: xp.all(x > 1),
    "cumsum of rows": lambda xp, x: xp.cumsum(x, axis=0, dtype=np.float64),
    "array_equal": lambda xp, x: xp.array_equal(x, x + 0),
    "allclose": lambda xp, x: xp.allclose(x, x + 1e-7),
    "multiply.reduce": lambda xp, x: xp.multiply.reduce(x, axis=1),
    "zeros": lambda xp, x: xp.zeros((2, 3)) + xp.ones(3) + xp.full((1, 3), 2.5, np.float32),
    "like": lambda xp, x: xp.zeros_like(x, shape=(2,)) + xp.ones_like(x[0, :2], dtype=np.int8),
    "eye": lambda xp, x: xp.eye(3, k=1, dtype=np.float32),
    "linspace": lambda xp, x: xp.linspace(0, 1, 5, dtype=np.float32),
    "arange of two": lambda xp, x: xp.arange(1, 4, 0.5),
    "ascontiguousarray": lambda xp, x: xp.ascontiguousarray(x.T, np.float64),
    "array": lambda xp, x: xp.array(x, ndmin=3) + xp.array([1, 2, 3], np.uint8),
    "copy": lambda xp, x: xp.copy(x.T),
    "identity": lambda xp, x: +x,
}


@pytest.mark.parametrize("function", SAME.values(), ids=SAME)
def test_values_shapes_and_dtypes_are_numpys(x, function):
    with np.errstate(all="ignore"):
        expected = np.asarray(function(np, X))
    result = function(cp, x)
    assert isinstance(result, cp.ndarray)
    assert (result.dtype, result.shape) == (expected.dtype, expected.shape)
    np.testing.assert_array_equal(result.get(), expected)


def _in_place(xp, x):
    x += 1
    x *= x
    x[:, 0] = 7
    x[0] -= x[1]
    x[x < 0] = 0.5
    xp.multiply(x, 2, out=x)
    xp.subtract(x, 1, x)
    xp.copyto(x[1:], 3, where=x[1:] > 10)
    return x


def test_work_in_place_is_numpys(x):
    assert _in_place(cp, x) is x
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(x.get(), _in_place(np, X.copy()))


def test_a_view_shares_memory_and_a_copy_does_not(x):
    x[0][1:].fill(9)
    x.reshape(-1)[0] = 8
    x.T[2, 1] = 7
    x.copy()[...] = 0
    x.T.reshape(-1)[...] = 0
    np.testing.assert_array_equal(x.get(), [[8, 9, 9], [3, 4, 7]])


def test_copies_of_the_standard_library_stay_on_the_device(x):
    with cp.forbid_sync():
        copies = copy.copy(x), copy.deepcopy([x])[0]
    loaded = pickle.loads(pickle.dumps(x))
    x.fill(0)
    for twin in (*copies, loaded):
        assert isinstance(twin, cp.ndarray)
        np.testing.assert_array_equal(twin.get(), X)


def test_what_need_not_be_copied_is_not(x):
    assert cp.copy(x.T).flags.f_contiguous
    assert not cp.ascontiguousarray(x.T).flags.f_contiguous
    assert cp.empty_like(x.T).flags.f_contiguous
    assert cp.asarray(x) is x
    assert cp.asnumpy(X) is X
    out = np.zeros_like(X)
    assert cp.asnumpy(X, out=out) is out
    np.testing.assert_array_equal(out, X)
    assert complex(x[1, 0]) == 3 + 0j


def test_results_are_in_c_order_unless_told(x):
    for result in (x.T + 1, cp.exp(x.T), cp.where(x.T > 2, x.T, 0), x.T.copy(), x.T[x.T > -1]):
        assert result.flags.c_contiguous
    for result in (
        x.T.astype(np.float64),
        cp.zeros_like(x.T),
        x.copy("F"),
        cp.zeros((2, 3), order="F"),
    ):
        assert not result.flags.c_contiguous


def test_a_selection_is_a_copy(x):
    for index in (cp.asarray(0), cp.asarray([0, 1]), x > -1):
        x[index].fill(0)
    np.testing.assert_array_equal(x.get(), X)


def test_where_with_one_argument_is_nonzero(x):
    rows, columns = cp.where(x > 3)
    np.testing.assert_array_equal([rows.get(), columns.get()], np.where(X > 3))
    with pytest.raises(ValueError, match="both"):
        cp.where(x > 3, x)


def test_set_and_get_write_into_what_is_there(x):
    x.set(X + 1)
    host = np.empty_like(X)
    assert x.get(out=host) is host
    np.testing.assert_array_equal(host, X + 1)
    for wrong in (X[0], X.astype(np.float64)):
        with pytest.raises((TypeError, ValueError)):
            x.set(wrong)
        with pytest.raises((TypeError, ValueError)):
            x.get(out=wrong)
    with pytest.raises(RuntimeError, match="non-contiguous"):
        x[:, ::2].set(X[:, ::2])


def test_what_an_array_is_can_be_asked_without_waiting(x):
    with cp.forbid_sync():
        assert (x.shape, x.ndim, x.size, len(x), x.itemsize) == ((2, 3), 2, 6, 2, 4)
        assert x.dtype == np.float32
        assert x.flags.c_contiguous
        assert not x.T.flags.c_contiguous
        assert not hasattr(x.flags, "writeable")


def test_an_array_module_is_found_from_the_array(x):
    assert type(x).__module__.partition(".")[0] == "strict_cupy"
    assert cp.ndarray is type(x)


@pytest.mark.parametrize("module", [np, cp])
def test_put_and_take_are_inverse(module):
    array = put(module, X)
    assert isinstance(array, module.ndarray)
    array += 1  # a copy: the test's own array is left alone
    np.testing.assert_array_equal(take(array) - 1, X)


def test_a_seed_makes_the_numbers():
    def drawn(seed):
        rng = cp.random.Generator(cp.random.Philox4x3210(seed))
        a = rng.random((2, 2), np.float32), rng.standard_normal(3), rng.integers(0, 9, size=4)
        return [array.get().tolist() for array in (*a, rng.uniform(-1, 1, 2))]

    assert drawn(1) == drawn(1) == drawn(np.random.SeedSequence(1))
    assert drawn(1) != drawn(2)


def test_draws_have_cupys_dtypes_and_write_where_told():
    rng = cp.random.Generator(cp.random.Philox4x3210(0))
    assert rng.random().shape == ()
    assert rng.random(3).dtype == np.float64
    assert rng.integers(5, size=(2, 3)).dtype == np.int64
    assert rng.uniform(size=2, dtype=np.float32).dtype == np.float32
    out = cp.empty((2, 3), np.float32)
    with cp.counting() as block:
        assert rng.standard_normal(dtype=np.float32, out=out) is out
    assert block == Counts(launches=1)
    assert np.isfinite(out.get()).all()
    with pytest.raises(TypeError, match="wrong type"):
        rng.random(out=out)  # float64 unless told
    with pytest.raises(TypeError, match="Unsupported dtype"):
        rng.standard_normal(3, np.float16)
    with pytest.raises(TypeError, match="Output arguments"):
        rng.random(out=np.empty(3))
