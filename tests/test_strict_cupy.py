"""The stand-in for CuPy refuses what crosses in silence, and what CuPy lacks."""

import operator

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


# What crosses between host and device in silence is refused.

IMPLICIT = {
    "asarray": lambda x: np.asarray(x),
    "array": lambda x: np.array(x),
    "array of a list": lambda x: np.array([x]),
    "device + host": lambda x: x + HOST,
    "host + device": lambda x: HOST + x,
    "device + 0-d host": lambda x: x + np.array(1.0),
    "device += host": lambda x: operator.iadd(x, HOST),
    "host += device": lambda x: operator.iadd(HOST.copy(), x),
    "device > host": lambda x: x > HOST,
    "host > device": lambda x: operator.gt(HOST, x),
    "device == host": lambda x: x == HOST,
    "device == None": lambda x: operator.eq(x, None),
    "device + list": lambda x: operator.add(x, [1, 2, 3]),
    "device @ host": lambda x: x @ HOST,
    "host @ device": lambda x: HOST[:2] @ x,
    "ufunc of host": lambda x: cp.maximum(x, HOST),
    "ufunc into host": lambda x: cp.exp(x, out=np.empty_like(X)),
    "NumPy's ufunc": lambda x: np.maximum(x, 0),
    "NumPy's ufunc into device": lambda x: np.exp(X, out=x),
    "NumPy's function": lambda x: np.sum(x),
    "NumPy's concatenate": lambda x: np.concatenate([x, x]),
    "NumPy's shape": lambda x: np.shape(x),
    "CuPy's function of host": lambda x: cp.sum(X),
    "dot with host": lambda x: cp.dot(x, HOST),
    "matmul with host": lambda x: cp.matmul(x, HOST),
    "vdot with host": lambda x: cp.vdot(x, X),
    "where with host": lambda x: cp.where(x > 0, x, X),
    "concatenate with host": lambda x: cp.concatenate([x, X]),
    "stack with host": lambda x: cp.stack([x, X]),
    "clip with host": lambda x: x.clip(HOST, 2),
    "zeros_like of host": lambda x: cp.zeros_like(X),
    "full_like with host": lambda x: cp.full_like(x, HOST),
    "copyto from host": lambda x: cp.copyto(x, X),
    "searchsorted of host": lambda x: cp.searchsorted(x[0], HOST),
    "sum into host": lambda x: x.sum(axis=0, out=np.empty(3, np.float32)),
    "take host indices": lambda x: x.take(np.array([0])),
    "take a list": lambda x: cp.take(x, [0, 1]),
    "index by a list": lambda x: x[[0, 1]],
    "index by a host array": lambda x: x[np.array([0, 1])],
    "index by a host mask": lambda x: x[X > 0],
    "index by a 0-d host array": lambda x: x[np.array(0)],
    "index by True": lambda x: x[True],
    "index by a device number": lambda x: x[: cp.asarray(1)],
    "assign a host array": lambda x: x.__setitem__(..., X),
    "assign a host array to all": lambda x: x.__setitem__(slice(None), X),
    "assign a list": lambda x: x.__setitem__(0, [1, 2, 3]),
    "assign at host indices": lambda x: x.__setitem__(np.array([0]), 0),
    "fill with a host array": lambda x: x.fill(HOST),
    "fill a host array": lambda x: X.copy().__setitem__(..., x),
    "arange of a device number": lambda x: cp.arange(cp.asarray(3)),
    "shape of a device number": lambda x: cp.zeros((cp.asarray(3), 2)),
    "array of device arrays": lambda x: cp.array([x, x]),
    "range": lambda x: range(cp.asarray(3)),
    "hash": lambda x: hash(x),
    "get into a list": lambda x: x.get(out=[]),
    "set from a list": lambda x: x.set([1, 2]),
}


@pytest.mark.parametrize("cross", IMPLICIT.values(), ids=IMPLICIT)
def test_an_implicit_crossing_is_a_type_error(x, cross):
    with pytest.raises(TypeError):
        cross(x)
    np.testing.assert_array_equal(x.get(), X)


def test_the_error_of_an_implicit_conversion_says_what_to_do(x):
    with pytest.raises(TypeError, match=r"Implicit conversion.*not allowed.*\.get\(\)"):
        np.asarray(x)
    with pytest.raises(TypeError, match=r"Unsupported type .*numpy\.ndarray.*asarray\(\)"):
        x + HOST


@pytest.mark.parametrize(
    "missing",
    ["errstate", "nditer", "Generator", "float128", "divmod", "shape", "ndim", "logsumexp"],
)
def test_what_cupy_or_the_project_lacks_is_missing(missing):
    assert not hasattr(cp, missing)


def test_ufuncs_know_no_where_and_only_add_and_multiply_reduce(x):
    with pytest.raises(TypeError, match=r"Wrong arguments .'where'"):
        cp.exp(x, where=x > 0)
    with pytest.raises(NotImplementedError, match=r"cupy_maximum\.reduce"):
        cp.maximum.reduce(x, axis=0)
    np.testing.assert_array_equal(cp.add.reduce(x, axis=1).get(), X.sum(axis=1))


def test_reduceat_loses_what_cupys_loses():
    values, starts = np.array([1e16, 1.0]), np.array([0, 1])
    sums = cp.add.reduceat(put(cp, values), put(cp, starts)).get()
    assert sums.tolist() == [1e16, 0.0]  # 1 does not show in the running sum
    assert np.add.reduceat(values, starts).tolist() == [1e16, 1.0]


def test_ufuncs_check_the_number_of_their_arguments(x):
    with pytest.raises(TypeError, match="either 2 or 3"):
        cp.maximum(x)
    with pytest.raises(ValueError, match="both a positional and keyword"):
        cp.exp(x, x, out=x)


def test_dot_wants_its_output_contiguous_and_of_the_right_dtype(x):
    with pytest.raises(ValueError, match="C-contiguous"):
        cp.dot(x, x.T, out=cp.empty((2, 2), np.float32).T)
    with pytest.raises(ValueError, match="dtype"):
        cp.dot(x, x.T, out=cp.empty((2, 2), np.float64))
    out = cp.empty((2, 2), np.float32)
    assert cp.dot(x, x.T, out=out) is out
    np.testing.assert_array_equal(out.get(), X @ X.T)


def test_what_cupy_refuses_as_an_argument_is_refused(x):
    with pytest.raises(TypeError, match="casting"):
        x.astype(np.float64, casting="safe")
    with pytest.raises(TypeError, match="subok"):
        cp.zeros_like(x, subok=False)
    with pytest.raises(ValueError, match="ambiguous"):
        bool(x > 2)
    with pytest.raises(TypeError, match="0-d"):
        iter(x[0, 0])
    with pytest.raises(ValueError, match="avoid copy"):
        cp.asarray(HOST, copy=False)


def test_einsum_has_no_out(x):
    np.testing.assert_array_equal(cp.einsum("ij,ij->i", x, x).get(), np.einsum("ij,ij->i", X, X))
    with pytest.raises(TypeError, match="out"):
        cp.einsum("ij->i", x, out=cp.empty(2, np.float32))


@pytest.mark.parametrize("thing", [object(), "text", np.longdouble(1)])
def test_a_gpu_holds_numbers_that_c_knows(thing):
    with cp.counting() as block, pytest.raises(ValueError, match="Unsupported dtype"):
        cp.asarray(thing)
    assert block == Counts()


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
    assert np.isinf(float(cp.exp(cp.asarray(1e4))))
    assert np.isnan(float(cp.log(cp.asarray(-1.0))))
    zero = cp.zeros(())
    zero /= 0
    assert np.isnan(float(zero))
