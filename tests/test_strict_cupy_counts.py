"""The stand-in for CuPy counts launches, transfers, waits and memory."""

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


COSTS = {  # launches, synchronisations, to_host, to_device, allocations
    "operator": (lambda x: x + 1, (1, 0, 0, 0, 1)),
    "in place": (lambda x: operator.iadd(x, 1), (1, 0, 0, 0, 0)),
    "ufunc with out": (lambda x: cp.exp(x, out=x), (1, 0, 0, 0, 0)),
    "sum": (lambda x: x.sum(), (1, 0, 0, 0, 1)),
    "product": (lambda x: x @ x.T, (1, 0, 0, 0, 1)),
    "zeros": (lambda x: cp.zeros(3), (1, 0, 0, 0, 1)),
    "empty": (lambda x: cp.empty(3), (0, 0, 0, 0, 1)),
    "slice": (lambda x: x[1:, None], (0, 0, 0, 0, 0)),
    "transpose": (lambda x: x.T, (0, 0, 0, 0, 0)),
    "reshape": (lambda x: x.reshape(3, 2), (0, 0, 0, 0, 0)),
    "reshape that copies": (lambda x: x.T.reshape(-1), (1, 0, 0, 0, 1)),
    "ravel that copies": (lambda x: x.T.ravel(), (1, 0, 0, 0, 1)),
    "copy": (lambda x: x.copy(), (1, 0, 0, 0, 1)),
    "astype": (lambda x: x.astype(np.float64), (1, 0, 0, 0, 1)),
    "astype to the same": (lambda x: x.astype(np.float32, copy=False), (0, 0, 0, 0, 0)),
    "fill": (lambda x: x.fill(0), (1, 0, 0, 0, 0)),
    "assign a number": (lambda x: x.__setitem__(0, 1.0), (1, 0, 0, 0, 0)),
    "assign to itself": (lambda x: x.__setitem__(..., x), (0, 0, 0, 0, 0)),
    "asarray": (lambda x: cp.asarray(HOST), (0, 0, 0, 1, 1)),
    "asarray of device": (lambda x: cp.asarray(x), (0, 0, 0, 0, 0)),
    "set": (lambda x: x.set(X), (0, 0, 0, 1, 0)),
    "get": (lambda x: x.get(), (0, 1, 1, 0, 0)),
    "asnumpy": (lambda x: cp.asnumpy(x), (0, 1, 1, 0, 0)),
    "float": (lambda x: float(x[0, 0]), (0, 1, 1, 0, 0)),
    "int": (lambda x: int(x[0, 0]), (0, 1, 1, 0, 0)),
    "bool": (lambda x: bool(x[0, 0]), (0, 1, 1, 0, 0)),
    "item": (lambda x: x[0, 0].item(), (0, 1, 1, 0, 0)),
    "tolist": (lambda x: x.tolist(), (0, 1, 1, 0, 0)),
    "print": (lambda x: f"{x} {x!r}", (0, 2, 2, 0, 0)),
    "mask": (lambda x: x[x > 2], (2, 1, 1, 0, 2)),
    "assign to a mask": (lambda x: x.__setitem__(x > 2, 0.0), (2, 1, 1, 1, 1)),
    "nonzero": (lambda x: x[0].nonzero(), (1, 1, 1, 0, 1)),
    "count_nonzero": (lambda x: cp.count_nonzero(x), (1, 0, 0, 0, 1)),
    "bincount": (lambda x: cp.bincount(x[0].view(np.int32)[:1]), (1, 2, 2, 0, 1)),
    "where": (lambda x: cp.where(x > 2, x, 0), (2, 0, 0, 0, 2)),
    "stream": (lambda x: cp.cuda.get_current_stream().synchronize(), (0, 1, 0, 0, 0)),
    "device": (lambda x: cp.cuda.Device().synchronize(), (0, 1, 0, 0, 0)),
}


@pytest.mark.parametrize(("do", "cost"), COSTS.values(), ids=COSTS)
def test_every_cost_is_counted(x, do, cost):
    with cp.counting() as block:
        do(x)
    assert block == Counts(*cost)


def test_what_is_refused_is_not_counted(x):
    with cp.counting() as block, pytest.raises(TypeError):
        x + HOST
    assert block == Counts()


def test_counts_add_up_and_start_again(x):
    cp.counts.reset()
    with cp.counting() as outer:
        x + 1
        with cp.counting() as inner:
            x.get()
        x + 1
    x + 1
    assert (outer.launches, outer.to_host, inner.launches, inner.to_host) == (2, 1, 0, 1)
    assert (cp.counts.launches, cp.counts.to_host) == (3, 1)
    cp.counts.reset()
    assert cp.counts == Counts()


WAITS = [name for name, (_, cost) in COSTS.items() if any(cost[1:4])]


@pytest.mark.parametrize("name", WAITS)
def test_waits_and_transfers_can_be_forbidden(x, name):
    mask = x > 2
    with cp.forbid_sync("a step"), pytest.raises(cp.DeviceSynchronized, match="a step"):
        COSTS[name][0](x)
    x[mask] = 1.0  # allowed again


def test_computing_is_not_forbidden(x):
    with cp.forbid_sync():
        y = cp.maximum(x @ x.T + 1, 0)
        y[y.argmax(axis=1), 0] -= y.mean()


def test_streams_and_devices_do_nothing_but_wait():
    stream = cp.cuda.Stream(non_blocking=True)
    with cp.cuda.Device(0), stream, cp.counting() as block:
        assert cp.cuda.get_current_stream() is stream
        assert not stream.is_capturing()
        stream.synchronize()
    assert block == Counts(synchronisations=1)
    assert cp.cuda.get_current_stream() is cp.cuda.Stream.null
    assert cp.cuda.is_available()
    assert (cp.cuda.get_device_id(), cp.cuda.runtime.getDeviceCount()) == (0, 1)
    with pytest.raises(cp.cuda.runtime.CUDARuntimeError, match="no device 1"):
        cp.cuda.Device(1)


def test_the_memory_pool_knows_what_is_alive():
    pool = cp.get_default_memory_pool()
    before = pool.used_bytes()
    kept = cp.zeros(1000, np.float32)
    part = kept.reshape(10, 100).T.reshape(-1)[:10]
    assert pool.used_bytes() == before + 8000  # a view keeps the whole
    del part
    assert pool.used_bytes() == before + 4000
