"""What a step costs on a GPU: how many launches, and that nothing waits or is moved.

The numbers of launches are recorded, so that growth is noticed. Each of them is a kernel
in a CUDA graph, where turns are recorded; on the stand-in they are counted one by one.
"""

import pytest
import strict_cupy
from games import STRICT, game, networks, small, w1, w2, w3

from minigan import GaussianNoise, Linear
from minigan.base.randomness import mirrored_streams

pytestmark = pytest.mark.usefixtures("compiler")


@pytest.fixture
def compiler(kernels):
    if kernels is not strict_cupy:
        pytest.skip("launches are counted on the stand-in")


# Launches and allocations. W1, D's turn: 2 to feed the networks, 5 forward through G, 5
# through D, 7 backward through D, 4 to judge (cost, its sum, squared norm, verdict), 1 to
# move D: 24. G's turn: 1, 5, 5, 5, 7, 4, 1: 28. In W2 the stand-in needs one launch more than
# cuBLAS, which writes G's examples behind the real ones by itself. In W3 the random numbers
# of dropout take two launches and an array a turn.
STEPS = {
    "W1": (w1, {}, (52, 0)),
    "W1, k=5": (w1, {"k": 5}, (5 * 24 + 28, 0)),
    "W1, simultaneous": (w1, {"simultaneous": True}, (40, 0)),
    "W2": (w2, {}, (53, 1)),
    "W3": (w3, {}, (70, 2)),
}


def settled(make, **options):
    """A game whose minibatches, rates and kernels for the next steps are there already."""
    play = make(STRICT, **options)
    list(play.play(2))
    return play


@pytest.mark.parametrize(("make", "options", "cost"), STEPS.values(), ids=STEPS)
def test_a_step_waits_for_nothing_and_moves_nothing(make, options, cost):
    play = settled(make, **options)
    with strict_cupy.forbid_sync(), strict_cupy.counting() as step:
        play.step()
    assert (step.launches, step.allocations) == cost


def test_a_hundred_steps_fetch_once_send_rates_once_and_draw_seldom():
    play = settled(w1)
    with strict_cupy.counting() as hundred:
        for _ in range(101):
            play.step()
    assert hundred.synchronisations == hundred.to_host == 1  # the ledger was full
    assert hundred.to_device == 2  # D's rates, G's rates
    # 64 minibatches by one call: three launches for Uniform or Normal, and a copy.
    assert hundred.launches == 101 * 52 + 4 * 4


def test_the_plain_gradients_wait_for_nothing_either():
    play = settled(w1, fast=False)
    with strict_cupy.forbid_sync():
        for _ in range(5):
            play.step()


def test_a_limit_of_the_column_norms_costs_three_launches():
    def launches(limit):
        G, D = networks([Linear(1, 1)], [Linear(1, 1, max_col_norm=limit)], STRICT)
        play = game(G, D)
        list(play.play(2))
        with strict_cupy.counting() as step:
            play.step()
        return step.launches

    assert launches(0.5) == launches(None) + 3


def test_noise_costs_three_launches_and_an_array_a_pass():
    def cost(*first):
        G, D = networks([Linear(1, 1)], [*first, Linear(1, 1)], STRICT)
        play = game(G, D)
        list(play.play(2))
        with strict_cupy.counting() as step:
            play.step()
        return step.launches, step.allocations

    launches, allocations = cost()
    # D's turn and G's turn: drawn, multiplied by std, added.
    assert cost(GaussianNoise(0.4)) == (launches + 2 * 3, allocations + 2)


def test_mirrored_streams_move_every_minibatch_and_say_so_by_their_cost():
    play = settled(w1, seed=mirrored_streams(0, STRICT))
    with strict_cupy.counting() as step:
        play.step()
    assert (step.to_device, step.synchronisations) == (3, 0)  # z, x, z


def test_the_memory_of_a_game_does_not_grow():
    play = settled(lambda place, **options: game(*small(place, dropout=True), **options))
    pool = strict_cupy.get_default_memory_pool()
    list(play.play(250))
    before = pool.used_bytes()
    list(play.play(250))
    assert pool.used_bytes() == before
