"""A monitor sees what the theory computes, when it should, and changes nothing."""

import numpy as np
import pytest

from minigan import (
    Adam,
    Algorithm1,
    Dropout,
    Examples,
    InputError,
    Linear,
    Maxout,
    Normal,
    Sequential,
    Spherical,
    Tanh,
    Uniform,
)
from minigan.theory import GeneratorState
from minigan.theory.monitor import Monitor


def small_game(n=1, data=None, noise=None, seed=3, fast=True, **options):
    """G and D from n variables to n and to one; D drops out hidden units."""
    G = Sequential([Linear(n, 6), Tanh(), Linear(6, n)], seed=1, name="G", fast=fast)
    D = Sequential([Maxout(n, 6, 3), Dropout(0.5), Linear(6, 1)], seed=2, name="D", fast=fast)
    return Algorithm1(
        G,
        D,
        data=Normal(1.0, 0.5) if data is None else data,
        noise=Uniform() if noise is None else noise,
        G_optimizer=Adam(G, 0.01),
        D_optimizer=Adam(D, 0.01),
        batch=8,
        seed=seed,
        **options,
    )


@pytest.mark.parametrize("options", [{}, {"fast": False}, {"simultaneous": True}])
def test_a_watched_game_is_the_same_to_the_last_bit(options):
    alone, watched = small_game(**options), small_game(**options)
    records = list(alone.play(12))
    assert list(Monitor(watched, every=1).watch(watched.play(12))) == records
    np.testing.assert_array_equal(watched.G.params, alone.G.params)
    np.testing.assert_array_equal(watched.D.params, alone.D.params)
    assert list(watched.play(3)) == list(alone.play(3))  # no random number was taken


def test_it_looks_before_the_first_step_every_so_many_and_after_the_last():
    game = small_game()
    monitor = Monitor(game, every=5)
    for record in monitor.watch(game.play(12)):
        assert monitor.observations[-1].step == record.step // 5 * 5
    assert [one.step for one in monitor.observations] == [0, 5, 10, 12]
    list(monitor.watch(game.play(3)))  # goes on where it was
    assert [one.step for one in monitor.observations] == [0, 5, 10, 12, 15]


def test_a_loop_may_be_left_and_a_look_taken_by_hand():
    game = small_game()
    monitor = Monitor(game, every=5)
    for record in monitor.watch(game.play(100)):
        if record.step == 7:
            break
    assert [one.step for one in monitor.observations] == [0, 5]
    assert monitor.observe() is monitor.observations[-1]
    assert monitor.observations[-1].step == game.steps_done == 7


def test_observations_are_what_the_theory_computes():
    game = small_game()
    list(game.play(20))
    seen = Monitor(game).observe()
    state = GeneratorState(game.G, game.noise, game.data)
    judged = state.judge(game.D)
    assert (seen.jsd, seen.c_of_g, seen.step) == (state.jsd, state.c_of_g, 20)
    for name in ("value", "inner_gap", "d_gap", "d_minus_half"):
        assert getattr(seen, name) == getattr(judged, name)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"data": Examples(np.ones((3, 1), "float32"))}, "data: .*pdf"),
        ({"noise": Spherical(1)}, "noise: .*pdf"),
        ({"n": 2, "data": Normal(dim=2), "noise": Normal(dim=2)}, "G of width 1 -> 1, got 2 -> 2"),
    ],
)
def test_a_game_whose_theory_is_not_known_is_refused(options, says):
    with pytest.raises(InputError, match=says):
        Monitor(small_game(**options))


@pytest.mark.parametrize("every", [0, -1, 2.5, True])
def test_an_interval_that_is_none_is_refused(every):
    with pytest.raises(InputError, match="every"):
        Monitor(small_game(), every=every)
