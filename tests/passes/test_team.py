"""Threads of our own: no bit depends on how many there are, and they leave no trace."""

import os
import subprocess
import sys
import textwrap
import threading

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

import minigan as mg
from minigan import optimizers
from minigan.passes import units
from minigan.passes.team import Team, cuts, one_thread_of_blas, team

pytestmark = pytest.mark.skipif(
    not any(pool["user_api"] == "blas" for pool in threadpool_info()),
    reason="a BLAS that threadpoolctl does not know",
)


@pytest.fixture(autouse=True)
def low_thresholds(monkeypatch):
    """Nets that take a millisecond are shared too; a share's products stay as large as they are."""
    monkeypatch.setattr(units, "WIDE", 1e7)
    monkeypatch.setattr(units, "WORTH", 2**13)
    monkeypatch.setattr(optimizers, "LONG", 2**12)


@pytest.fixture
def runs(monkeypatch):
    """Numbers of shares of all jobs of teams."""
    found, run = [], Team.run
    monkeypatch.setattr(Team, "run", lambda *given: found.append(given[2]) or run(*given))
    return found


class Noting(mg.Uniform):
    """Noise that notes how many threads BLAS has while it is drawn."""

    seen: list[int]

    def sample(self, m, rng):
        self.seen.append(threads_of_blas())
        return super().sample(m, rng)


def threads_of_blas():
    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    own = [pool for pool in pools if "numpy" in pool["filepath"]]  # SciPy has another
    return (own or pools)[0]["num_threads"]


def game(dtype="float32", simultaneous=False, noise=None):
    """W3, smaller: widths that are no multiples of anything, k = 2, dropout and noise."""
    layers = [mg.Linear(40, 301), mg.ReLU(), mg.Linear(301, 290), mg.Sigmoid(), mg.Linear(290, 200)]
    G = mg.Sequential([*layers, mg.Tanh()], seed=1, dtype=dtype)
    layers = [
        mg.Dropout(0.8),
        mg.Maxout(200, 130, 3),
        mg.GaussianNoise(0.1),
        mg.Maxout(130, 140, 2),
    ]
    D = mg.Sequential([*layers, mg.Dropout(0.5), mg.Linear(140, 1)], seed=2, dtype=dtype)
    return mg.Algorithm1(
        G,
        D,
        data=mg.Examples(np.random.default_rng(3).normal(size=(300, 200)).astype(dtype)),
        noise=noise or mg.Uniform(-1, 1, dim=40),
        batch=96,
        k=1 if simultaneous else 2,
        simultaneous=simultaneous,
        G_optimizer=mg.SGD(G, 0.1, momentum=0.5),
        D_optimizer=mg.Adam(D, 1e-3),
    )


def played(game, steps, threads):
    with threadpool_limits(threads):
        return list(game.play(steps))


def assert_same(games):
    first, *others = games
    for other in others:
        for name, network in first.networks.items():
            assert np.array_equal(network.params, other.networks[name].params), name
            assert np.isfinite(network.params).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("simultaneous", [False, True], ids=["alternating", "simultaneous"])
def test_a_game_is_the_same_on_1_2_and_4_threads_and_on_others_from_half_way(
    dtype, simultaneous, runs
):
    alone, by_two, by_four, first, then = games = [game(dtype, simultaneous) for _ in range(5)]
    records = played(alone, 4, threads=1)
    assert not runs
    for other, threads in ((by_two, 2), (by_four, 4)):
        assert played(other, 4, threads) == records
        assert max(runs) == threads
        assert runs.count(threads) >= 20
        runs.clear()
    played(first, 2, threads=3)
    then.restore(first.state())
    assert played(then, 2, threads=2) == records[2:]
    assert_same([alone, by_two, by_four, then])
    assert not np.array_equal(first.G.params, games[0].G.params)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("seed", range(12))
def test_layers_of_any_width_keep_their_bits(seed, dtype):
    rng = np.random.default_rng(seed)
    a, b, c, d, m = (int(n) for n in rng.integers(60, 700, 5))
    layers = [mg.Linear(a, b), mg.ReLU(), mg.Maxout(b, c // 2, 3), mg.Linear(c // 2, d)]
    net, dy = mg.Sequential(layers, dtype=dtype), rng.normal(size=(m, d)).astype(dtype)
    found = []
    for threads in (1, 2, 3, 7):
        with threadpool_limits(threads), one_thread_of_blas():
            y, cache = net.forward(dy[:, :1] * np.linspace(-1, 1, a, dtype=dtype))
            net.zero_grads()
            found.append((y, net.backward(dy, cache), net.grads.copy()))
    for other in found[1:]:
        for ours, alone in zip(other, found[0], strict=True):
            assert np.array_equal(ours, alone)


def test_where_blas_does_not_obey_there_is_no_team():
    def look():
        with one_thread_of_blas():
            found.append((team() is None, threads_of_blas()))

    found = []
    with threadpool_limits(2):  # threadpoolctl may let no other thread set it in here
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        assert threads_of_blas() == 2
    assert found in ([(True, 2)], [(False, 1)])


def test_blas_has_one_thread_in_a_step_and_then_as_many_as_before():
    noise = Noting(-1, 1, dim=40)
    noise.seen = []
    with threadpool_limits(2):
        for _ in game(noise=noise).play(2):
            assert threads_of_blas() == 2
    assert set(noise.seen) == {1}
    assert team() is None


def test_narrow_nets_and_games_with_convolutions_are_left_alone(runs):
    G = mg.Sequential([mg.Linear(1, 32), mg.ReLU(), mg.Linear(32, 1)])
    D = mg.Sequential([mg.Maxout(1, 32, 5), mg.Linear(32, 1)])
    optimizers = {"G_optimizer": mg.SGD(G, 0.1), "D_optimizer": mg.SGD(D, 0.1)}
    played(mg.Algorithm1(G, D, data=mg.Normal(), noise=mg.Uniform(), **optimizers), 2, threads=2)
    assert not runs
    noise = Noting(-1, 1)
    noise.seen = []
    G = mg.Sequential([mg.Linear(1, 16)])
    D = mg.Sequential([mg.Conv2D((1, 4, 4), 2, 3), mg.Linear(8, 1)])
    optimizers = {"G_optimizer": mg.SGD(G, 0.1), "D_optimizer": mg.SGD(D, 0.1)}
    played(mg.Algorithm1(G, D, data=mg.Normal(dim=16), noise=noise, **optimizers), 1, threads=2)
    assert set(noise.seen) == {2}


@pytest.mark.parametrize("n", [1, 47, 48, 49, 240, 1201])
@pytest.mark.parametrize("parts", [1, 2, 3, 7, 64])
def test_cuts_are_where_kernels_cut(n, parts):
    found = cuts(n, parts)
    assert np.concatenate([np.arange(n)[rows] for rows in found]).tolist() == list(range(n))
    sizes = [rows.stop - rows.start for rows in found]
    assert len(found) == (1 if n < 48 else min(parts, n // 24))
    assert all(rows.start % 24 == 0 for rows in found)
    assert min(sizes) >= min(n, 24)
    assert max(sizes) - min(sizes) < 48


@pytest.mark.parametrize("where", [0, 1, 2])
@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt])
def test_an_error_in_a_share_reaches_the_caller_and_ends_the_team(where, kind):
    def job(i):
        if i == where:
            raise kind("here")

    with threadpool_limits(3):
        with pytest.raises(kind, match="here"), one_thread_of_blas():
            team().run(job, 3)
        assert threads_of_blas() == 3
    for thread in threading.enumerate():
        if "minigan" in thread.name:
            thread.join(10)
            assert not thread.is_alive()


def test_the_callers_errstate_holds_in_all_shares():
    done = []
    with threadpool_limits(2), one_thread_of_blas(), np.errstate(over="ignore"):
        team().run(lambda i: done.append(np.exp(np.full(3, 1e4))), 2)
    assert np.isinf(done).all()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a system without fork")
def test_steps_at_once_share_nothing_a_process_that_forks_has_its_own_team_and_exit_is_clean():
    script = """
        import os, sys, threading
        import minigan as mg
        assert "threadpoolctl" not in sys.modules
        from minigan.passes.team import one_thread_of_blas, team
        from threadpoolctl import threadpool_info

        def threads_of_blas():
            return threadpool_info()[0]["num_threads"]

        def step(found):
            with one_thread_of_blas():
                assert threads_of_blas() == 1
                at_hand = team()
                at_hand.run(found.append, 2) if at_hand else found.extend([0, 1])

        def many():
            for _ in range(100):
                found = []
                step(found)
                done.append(sorted(found))

        done, threads = [], [threading.Thread(target=many) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert done == [[0, 1]] * 300
        assert threads_of_blas() == 2
        child = os.fork()
        many()
        assert done == [[0, 1]] * 400
        if child:
            assert os.waitpid(child, 0)[1] == 0
    """
    python = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", textwrap.dedent(script)]
    two = os.environ | dict.fromkeys(("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "2")
    done = subprocess.run(python, capture_output=True, text=True, timeout=60, env=two)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
