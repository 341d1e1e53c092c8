"""What a step costs on a GPU: nothing waits, nothing is moved, and little is drawn or sent."""

import pytest
import strict_cupy
from games import STRICT, every_layer, mirrored, three, toy

from minigan import Adam

pytestmark = pytest.mark.usefixtures("compiler")


@pytest.fixture
def compiler(kernels):
    if kernels is not strict_cupy:
        pytest.skip("launches are counted on the stand-in")


GAMES = {
    "toy": lambda: toy(STRICT),
    "every layer": lambda: every_layer(STRICT),
    "adam": lambda: toy(STRICT, optimizer=Adam, k=5),
    "simultaneous": lambda: every_layer(STRICT, simultaneous=True),
    "plain": lambda: every_layer(STRICT, fast=False),
    "three": lambda: three(STRICT),
}


@pytest.mark.parametrize("make", GAMES.values(), ids=GAMES)
@pytest.mark.parametrize("recorded", [False, True])
def test_a_step_waits_for_nothing_and_moves_nothing(make, recorded, request):
    if recorded and make is not GAMES["plain"]:
        request.getfixturevalue("graphs")
    play = make()
    list(play.play(2))
    with strict_cupy.forbid_sync():
        for _ in range(5):
            play.step()


def test_a_hundred_steps_fetch_once_send_rates_once_and_draw_seldom():
    play = toy(STRICT)
    list(play.play(2))
    with strict_cupy.counting() as one:
        play.step()
    with strict_cupy.counting() as hundred:
        for _ in range(100):
            play.step()
    assert hundred.synchronisations == hundred.to_host == 1  # the ledger was full
    assert hundred.to_device == 2  # D's rates, G's rates
    assert hundred.launches <= 100 * one.launches + 5 * 5  # 64 minibatches by a few launches


def test_fast_passes_are_fewer_launches_than_plain_functions():
    def launches(**options):
        play = every_layer(STRICT, **options)
        list(play.play(2))
        with strict_cupy.counting() as step:
            play.step()
        return step.launches

    assert launches() < 0.75 * launches(fast=False)


def test_mirrored_streams_move_every_minibatch_and_say_so_by_their_cost():
    play = toy(STRICT, seed=mirrored(STRICT))
    list(play.play(2))
    with strict_cupy.counting() as step:
        play.step()
    assert (step.to_device, step.synchronisations) == (3, 0)  # z, x, z
