"""The stand-in for CuPy refuses what crosses in silence, counts, and computes as NumPy does."""

import copy
import operator
import pickle

import numpy as np
import pytest
import strict_cupy as cp
from devices import put
from strict_cupy._counts import Counts

X = np.arange(6, dtype=np.float32).reshape(2, 3)
HOST = np.ones(3, np.float32)


@pytest.fixture
def x():
    return put(cp, X)


# What crosses between host and device in silence is refused, and so is what CuPy lacks.

IMPLICIT = {
    "asarray": lambda x: np.asarray(x),
    "array of a list": lambda x: np.array([x]),
    "device + host": lambda x: x + HOST,
    "host + device": lambda x: HOST + x,
    "device + 0-d host": lambda x: x + np.array(1.0),
    "device += host": lambda x: operator.iadd(x, HOST),
    "host += device": lambda x: operator.iadd(HOST.copy(), x),
    "host > device": lambda x: operator.gt(HOST, x),
    "device == host": lambda x: x == HOST,
    "device == None": lambda x: operator.eq(x, None),
    "device + list": lambda x: operator.add(x, [1, 2, 3]),
    "device @ host": lambda x: x @ HOST,
    "host @ device": lambda x: HOST[:2] @ x,
    "ufunc of host": lambda x: cp.maximum(x, HOST),
    "ufunc into host": lambda x: cp.exp(x, out=np.empty_like(X)),
    "ufunc with where": lambda x: cp.exp(x, where=x > 0),
    "NumPy's ufunc": lambda x: np.maximum(x, 0),
    "NumPy's ufunc into device": lambda x: np.exp(X, out=x),
    "NumPy's function": lambda x: np.sum(x),
    "NumPy's concatenate": lambda x: np.concatenate([x, x]),
    "CuPy's function of host": lambda x: cp.sum(X),
    "dot with host": lambda x: cp.dot(x, HOST),
    "where with host": lambda x: cp.where(x > 0, x, X),
    "concatenate with host": lambda x: cp.concatenate([x, X]),
    "zeros_like of host": lambda x: cp.zeros_like(X),
    "full of host": lambda x: cp.full(3, HOST),
    "searchsorted of host": lambda x: cp.searchsorted(x[0], HOST),
    "sum into host": lambda x: x.sum(axis=0, out=np.empty(3, np.float32)),
    "random into host": lambda x: generator(0).random(out=np.empty(3)),
    "index by a list": lambda x: x[[0, 1]],
    "index by a host array": lambda x: x[np.array([0, 1])],
    "index by a host mask": lambda x: x[X > 0],
    "index by True": lambda x: x[True],
    "index by a device number": lambda x: x[: cp.asarray(1)],
    "assign a host array": lambda x: x.__setitem__(..., X),
    "assign a list": lambda x: x.__setitem__(0, [1, 2, 3]),
    "assign at host indices": lambda x: x.__setitem__(np.array([0]), 0),
    "fill with a host array": lambda x: x.fill(HOST),
    "fill a host array": lambda x: X.copy().__setitem__(..., x),
    "shape of a device number": lambda x: cp.zeros((cp.asarray(3), 2)),
    "array of device arrays": lambda x: cp.asarray([x, x]),
    "hash": lambda x: hash(x),
    "set from a list": lambda x: x.set([1, 2]),
    "set of another dtype": lambda x: x.set(X.astype(np.float64)),
    "casting": lambda x: x.astype(np.float64, casting="safe"),
    "einsum into out": lambda x: cp.einsum("ij->i", x, out=cp.empty(2, np.float32)),
    "iteration over a number": lambda x: iter(x[0, 0]),
    "a dtype that cannot be drawn": lambda x: generator(0).standard_normal(3, np.float16),
    "random into another dtype": lambda x: generator(0).random(out=x),
}


@pytest.mark.parametrize("cross", IMPLICIT.values(), ids=IMPLICIT)
def test_an_implicit_crossing_is_a_type_error_and_costs_nothing(x, cross):
    generator(0)
    with cp.counting() as block, pytest.raises(TypeError):
        cross(x)
    assert block.to_host == block.synchronisations == 0
    np.testing.assert_array_equal(x.get(), X)


def test_the_error_of_an_implicit_conversion_says_what_to_do(x):
    with pytest.raises(TypeError, match=r"Implicit conversion.*not allowed.*\.get\(\)"):
        np.asarray(x)
    with pytest.raises(TypeError, match=r"Unsupported type .*numpy\.ndarray.*asarray\(\)"):
        x + HOST


def test_what_cupy_or_the_project_lacks_is_missing():
    for name in ("errstate", "nditer", "Generator", "divmod", "shape", "maximum.reduce"):
        with pytest.raises(AttributeError):
            operator.attrgetter(name)(cp)


def test_other_refusals_of_cupy(x):
    with pytest.raises(ValueError, match="C-contiguous"):
        cp.dot(x, x.T, out=cp.empty((2, 2), np.float32).T)
    with pytest.raises(ValueError, match="dtype"):
        cp.dot(x, x.T, out=cp.empty((2, 2), np.float64))
    with pytest.raises(ValueError, match="ambiguous"):
        bool(x > 2)
    with pytest.raises(ValueError, match="Shape"):
        x.set(X[0])
    with pytest.raises(RuntimeError, match="non-contiguous"):
        x[:, ::2].set(X[:, ::2])
    with pytest.raises(ValueError, match="Unsupported dtype"):
        cp.asarray("text")


def test_an_index_out_of_range_raises(x):
    for index in (2, cp.asarray(2), cp.asarray([0, 2])):
        with pytest.raises(IndexError):
            x[index]
    with pytest.raises(IndexError, match="integer or boolean"):
        x[x]


def test_an_empty_array_holds_nothing_of_use():
    assert np.isnan(cp.empty((2, 3), np.float32).get()).all()
    assert (cp.empty(3, np.int64).get() != 0).all()


def test_a_gpu_does_not_warn():
    zero = cp.zeros(())
    zero /= 0
    assert np.isnan([float(zero), float(cp.log(cp.asarray(-1.0)))]).all()


# What happens is counted.

COSTS = {  # launches, synchronisations, to_host, to_device, allocations
    "operator": (lambda x: x + 1, (1, 0, 0, 0, 1)),
    "in place": (lambda x: operator.iadd(x, 1), (1, 0, 0, 0, 0)),
    "ufunc with out": (lambda x: cp.exp(x, out=x), (1, 0, 0, 0, 0)),
    "sum": (lambda x: x.sum(), (1, 0, 0, 0, 1)),
    "zeros": (lambda x: cp.zeros(3), (1, 0, 0, 0, 1)),
    "empty": (lambda x: cp.empty(3), (0, 0, 0, 0, 1)),
    "views": (lambda x: x[1:, None].T.reshape(3, 1), (0, 0, 0, 0, 0)),
    "reshape that copies": (lambda x: x.T.reshape(-1), (1, 0, 0, 0, 1)),
    "astype": (lambda x: x.astype(np.float64), (1, 0, 0, 0, 1)),
    "astype to the same": (lambda x: x.astype(np.float32, copy=False), (0, 0, 0, 0, 0)),
    "fill": (lambda x: x.fill(0), (1, 0, 0, 0, 0)),
    "assign a number": (lambda x: x.__setitem__(0, 1.0), (1, 0, 0, 0, 0)),
    "assign to itself": (lambda x: x.__setitem__(..., x), (0, 0, 0, 0, 0)),
    "asarray": (lambda x: cp.asarray(HOST), (0, 0, 0, 1, 1)),
    "asarray of device": (lambda x: cp.asarray(x), (0, 0, 0, 0, 0)),
    "set": (lambda x: x.set(X), (0, 0, 0, 1, 0)),
    "get": (lambda x: x.get(), (0, 1, 1, 0, 0)),
    "float": (lambda x: float(x[0, 0]), (0, 1, 1, 0, 0)),
    "bool": (lambda x: bool(x[0, 0]), (0, 1, 1, 0, 0)),
    "item": (lambda x: x[0, 0].item(), (0, 1, 1, 0, 0)),
    "print": (lambda x: f"{x} {x!r}", (0, 2, 2, 0, 0)),
    "mask": (lambda x: x[x > 2], (2, 1, 1, 0, 2)),
    "assign to a mask": (lambda x: x.__setitem__(x > 2, 0.0), (2, 1, 1, 1, 1)),
    "flatnonzero": (lambda x: cp.flatnonzero(x), (1, 1, 1, 0, 1)),
    "count_nonzero": (lambda x: cp.count_nonzero(x), (1, 0, 0, 0, 1)),
    "bincount": (lambda x: cp.bincount(x[0].view(np.int32)[:1]), (1, 2, 2, 0, 1)),
    "where": (lambda x: cp.where(x > 2, x, 0), (2, 0, 0, 0, 2)),
    "random": (lambda x: generator(0).random(dtype=np.float32, out=x), (1, 0, 0, 0, 1)),  # its bits
    "stream": (lambda x: cp.cuda.get_current_stream().synchronize(), (0, 1, 0, 0, 0)),
}


@pytest.mark.parametrize(("do", "cost"), COSTS.values(), ids=COSTS)
def test_every_cost_is_counted_and_waits_and_transfers_can_be_forbidden(x, do, cost):
    with cp.counting() as outer:
        with cp.counting() as block:
            do(x)
        x + 1
    assert block == Counts(*cost)
    assert outer.launches == cost[0] + 1
    if any(cost[1:4]):
        with cp.forbid_sync("a step"), pytest.raises(cp.DeviceSynchronized, match="a step"):
            do(x)
    else:
        with cp.forbid_sync():
            do(x)


def test_the_memory_pool_knows_what_is_alive():
    pool = cp.get_default_memory_pool()
    before = pool.used_bytes()
    kept = cp.zeros(1000, np.float32)
    part = kept.reshape(10, 100).T.reshape(-1)[:10]
    assert pool.used_bytes() == before + 8000  # a view keeps the whole
    del part
    assert pool.used_bytes() == before + 4000


def test_what_is_captured_is_computed_at_each_launch_and_not_before(x):
    stream, y = cp.cuda.CapturingStream(), cp.zeros(3)
    with stream:
        assert cp.cuda.get_current_stream() is stream
        stream.begin_capture()
        y += (x @ x.T).sum(axis=0)[0]
        with pytest.raises(RuntimeError, match="synchronisations: the current stream is capturing"):
            y.get()
        graph = stream.end_capture()
    assert cp.cuda.get_current_stream() is not stream
    assert not y.get().any()
    x *= 2
    with cp.forbid_sync(), cp.counting() as block:
        graph.launch()
        graph.launch()
    assert block == Counts(launches=2)
    np.testing.assert_array_equal(y.get(), [2 * 4 * (X @ X.T).sum(axis=0)[0]] * 3)


# What is computed is what NumPy computes, to the bit.

SAME = {
    "arithmetic": lambda xp, x: (2 * x + 1) / (x - 7.5) ** 2 - x % 3 + x // 2,
    "numpy scalar": lambda xp, x: np.float64(2) * x,
    "reflected": lambda xp, x: 1 - 1 / (x + 1),
    "comparison": lambda xp, x: (x > 2) & ~(x == 4) | (x != x),
    "softplus": lambda xp, x: xp.maximum(x, 0) + xp.log1p(xp.exp(-xp.abs(x))),
    "subtract": lambda xp, x: xp.subtract(x, x[0], dtype=np.float64),
    "where": lambda xp, x: xp.where(x > 2, x, 0.0),
    "products": lambda xp, x: xp.dot(x @ x.T, x[None] @ x.T),
    "sum": lambda xp, x: xp.sum(x, axis=0) + x.sum(axis=1, keepdims=True) + x.mean(),
    "largest": lambda xp, x: x.max(axis=1, keepdims=True) + x.min() + x.argmax(axis=0),
    "all": lambda xp, x: xp.isfinite(1 / x).all() | (x > 7).any(),
    "views": lambda xp, x: x[:, None, ::2].transpose(2, 0, 1) + x.T[0].reshape(2, 1),
    "one element": lambda xp, x: x[1, 2],
    "concatenate": lambda xp, x: xp.concatenate([x, x[:1]], axis=0),
    "view": lambda xp, x: x.view(np.uint32),
    "ravel": lambda xp, x: x.T.ravel(),
    "arange": lambda xp, x: xp.arange(3, dtype=np.float32) * x + xp.arange(1, 4),
    "searchsorted": lambda xp, x: xp.searchsorted(x[1], x[0] + 3),
    "mask": lambda xp, x: x[x > 2],
    "indices": lambda xp, x: x[xp.arange(2), xp.argsort(-x, axis=1)[:, 0]],
    "count_nonzero": lambda xp, x: xp.count_nonzero(x),
    "flatnonzero": lambda xp, x: xp.flatnonzero(x),
    "bincount": lambda xp, x: xp.bincount(x[1].astype(np.int64), minlength=8),
    "einsum": lambda xp, x: xp.einsum("ij,ij->i", x, x),
    "iteration": lambda xp, x: sum(row * 2 for row in x),
    "zeros": lambda xp, x: xp.zeros((2, 3)) + xp.ones(3) + xp.full((1, 3), 2.5, np.float32),
    "like": lambda xp, x: xp.zeros_like(x) + xp.ones_like(x, dtype=np.int8),
}


@pytest.mark.parametrize("function", SAME.values(), ids=SAME)
def test_values_shapes_and_dtypes_are_numpys(x, function):
    with np.errstate(all="ignore"):
        expected = np.asarray(function(np, X))
    result = function(cp, x)
    assert isinstance(result, cp.ndarray)
    assert (result.dtype, result.shape) == (expected.dtype, expected.shape)
    np.testing.assert_array_equal(result.get(), expected)


def test_work_in_place_is_numpys(x):
    here = X.copy()
    for xp, each in ((cp, x), (np, here)):
        same = each
        each += 1
        each *= each
        each[:, 0] = 7
        each[0] -= each[1]
        each[each < 0] = 0.5
        xp.multiply(each, 2, out=each)
        xp.subtract(each, 1, each)
        assert each is same
    np.testing.assert_array_equal(x.get(), here)


def test_a_view_shares_memory_and_a_copy_does_not(x):
    x[0][1:].fill(9)
    x.reshape(-1)[0] = 8
    x.T[2, 1] = 7
    loaded = pickle.loads(pickle.dumps(x))
    copies = x.copy(), copy.copy(x), copy.deepcopy(x), loaded, x[x > -1], x.T.reshape(-1)
    for each in (*copies, x[cp.asarray([0, 1])]):
        assert isinstance(each, cp.ndarray)
        each.fill(0)
    np.testing.assert_array_equal(x.get(), [[8, 9, 9], [3, 4, 7]])


def test_results_are_in_c_order_unless_told(x):
    for result in (x.T + 1, cp.exp(x.T), cp.where(x.T > 2, x.T, 0), x.T.copy(), x.T[x.T > -1]):
        assert result.flags.c_contiguous
    for result in (x.T.astype(np.float64), cp.zeros_like(x.T), cp.empty_like(x.T), x.copy("F")):
        assert not result.flags.c_contiguous


def generator(seed):
    return cp.random.Generator(cp.random.Philox4x3210(seed))


def test_a_seed_makes_the_numbers():
    def drawn(seed):
        rng = generator(seed)
        found = rng.random((2, 2), np.float32), rng.standard_normal(3), rng.integers(0, 9, size=4)
        assert [str(each.dtype) for each in found] == ["float32", "float64", "int64"]
        return [each.get().tolist() for each in found]

    assert drawn(1) == drawn(1) == drawn(np.random.SeedSequence(1))
    assert drawn(1) != drawn(2)
