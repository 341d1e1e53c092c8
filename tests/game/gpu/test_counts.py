"""What a step costs on a GPU: nothing waits, nothing is moved, and little is drawn or sent."""

import pytest
import strict_cupy
from games import GAMES, STRICT, every_layer, toy

pytestmark = pytest.mark.usefixtures("compiler")


@pytest.fixture
def compiler(kernels):
    if kernels is not strict_cupy:
        pytest.skip("launches are counted on the stand-in")


@pytest.mark.parametrize("make", GAMES.values(), ids=GAMES)
@pytest.mark.parametrize("way", ["plain", "launched", "recorded"])
def test_a_step_waits_for_nothing_and_moves_nothing(make, way, request):
    if way == "recorded":
        request.getfixturevalue("graphs")
    play = make(STRICT)
    for network in play.networks.values():
        network.fast = way != "plain"
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
    assert hundred.synchronisations <= 1  # when the ledger is full
    assert hundred.to_device <= 2  # D's rates, G's rates
    assert hundred.launches <= 100 * one.launches + 5 * 5  # 64 minibatches by a few launches


def test_fast_passes_are_fewer_launches_than_plain_functions():
    def launches(**options):
        play = every_layer(STRICT, **options)
        list(play.play(2))
        with strict_cupy.counting() as step:
            play.step()
        return step.launches

    assert launches() < 0.75 * launches(fast=False)
