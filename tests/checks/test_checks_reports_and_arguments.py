"""What the checks hand back, what they leave alone, and what they refuse."""

import math
import re

import numpy as np
import planted_layers as planted
import pytest

from minigan import Dropout, InputError, LeakyReLU, Linear, Maxout, ReLU, Sequential
from minigan.checks import (
    GradientError,
    check_cost,
    check_game,
    check_layer,
    check_network,
    run_suite,
    suite,
)
from minigan.costs import minimax_cost


def test_report_of_a_layer_that_is_right():
    report = check_layer(LeakyReLU(0.2), seeds=range(3))
    assert report.name == "LeakyReLU('leakyrelu1')"
    assert report.passed and report.message == ""
    assert 0 < report.worst < 1e-6
    first = 2 * (3 + 2)  # passes; orders and speeds of two modes
    second = 2 * 2 * 2  # modes; x and dy move; y and dx follow
    assert report.directions == 3 * (first + second)
    assert report.redraws == 0


def test_report_travels_with_the_error():
    with pytest.raises(GradientError) as caught:
        check_layer(planted.LeakySlopeOff(0.2))
    report = caught.value.report
    assert not report.passed
    assert report.message == str(caught.value)
    assert report.worst == caught.value.relative_error == pytest.approx(4.9975e-4, rel=1e-4)


def test_message_names_an_entry_whose_values_are_true():
    """The entry named is recomputed here by hand."""
    layer = planted.TanhNotSquared()
    with pytest.raises(GradientError) as caught:
        check_layer(layer, seeds=[0], shape=(2, 2))
    i, j, k, m, analytic, numeric = re.search(
        r"d y\[(\d), (\d)\] / d x\[(\d), (\d)\]: backward gives (\S+), .* give (\S+) ",
        str(caught.value),
    ).groups()
    assert (i, j) == (k, m)
    y = 1 - float(analytic)  # the bug: 1 - y
    assert float(numeric) == pytest.approx(1 - y * y, abs=1e-5)


def test_broken_contract_has_an_infinite_error():
    with pytest.raises(GradientError) as caught:
        check_layer(planted.DyInPlace())
    assert math.isinf(caught.value.report.worst)


def test_failing_row_is_reported_and_does_not_stop_the_suite(monkeypatch):
    broken = {
        "bad": lambda seeds: check_layer(planted.WrongSign(2, 2), seeds=seeds),
        "good": lambda seeds: check_layer(ReLU(), seeds=seeds),
    }
    monkeypatch.setattr(suite, "rows", lambda: broken)
    bad, good = run_suite(seeds=2)
    assert (bad.name, bad.passed, bad.worst) == ("bad", False, pytest.approx(2.0))
    assert "d y[" in bad.message
    assert (good.name, good.passed) == ("good", True)


def test_same_seeds_give_the_same_report():
    network = Sequential([Linear(4, 5), ReLU(), Dropout(0.5), Linear(5, 2)], seed=0)
    assert check_network(network) == check_network(network)


def test_entry_that_the_search_misses_on_a_large_layer_is_still_an_error():
    wrong = r"backward gives \S+ along a direction in W, finite differences give \S+ \(rel"
    with pytest.raises(GradientError, match=r"large1'\): " + wrong) as caught:
        check_layer(planted.OneWeightOffByAThousandth(300, 200, name="large1"))
    assert "kept on self" not in str(caught.value)


def test_search_for_the_entry_ends_on_a_large_layer():
    with pytest.raises(GradientError, match=r"d y\[\d+, \d+\] / d x\[\d+, \d+\]"):
        check_layer(planted.WrongSign(300, 200), shape=(20, 300))


def test_layer_out_of_a_network_is_left_as_it_was():
    layer = Linear(4, 3)
    check_layer(layer, seeds=[0])
    assert layer.params == {} and layer.name == "linear"
    Sequential([layer])  # still free to be taken


def test_layer_in_a_network_is_left_as_it_was():
    network = Sequential([Linear(4, 3), Maxout(3, 2)], seed=3)
    network.grads[...] = 7
    params = network.params.copy()
    views = [layer.W for layer in network.layers]
    for layer in network.layers:
        assert check_layer(layer, seeds=[0]).passed
    check_network(network, seeds=[0])
    assert np.array_equal(network.params, params)
    assert np.all(network.grads == 7)
    assert all(layer.W is view for layer, view in zip(network.layers, views, strict=True))


def test_layer_in_a_network_is_checked_near_its_own_parameters():
    class WrongForLargeWeights(Linear):
        def backward(self, dy, cache, *, param_grads=True):
            return super().backward(dy, cache, param_grads=param_grads) * (abs(self.W).max() < 50)

    network = Sequential([WrongForLargeWeights(4, 3)], seed=0)
    assert check_layer(network.layers[0], seeds=[0]).passed
    network.params[...] *= 1000
    with pytest.raises(GradientError, match="backward gives 0,"):
        check_layer(network.layers[0], seeds=[0])


def test_players_of_a_game_are_left_as_they_were():
    G = Sequential([Linear(1, 8), ReLU(), Linear(8, 1)], seed=0)
    D = Sequential([Maxout(1, 8), Linear(8, 1)], seed=1)
    before = [a.copy() for a in (G.params, G.grads, D.params, D.grads)]
    check_game(G, D, seeds=[0])
    after = (G.params, G.grads, D.params, D.grads)
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


PLAYERS = Sequential([Linear(1, 2)]), Sequential([Linear(2, 1)])
NONSENSE = {
    "no layer": (lambda: check_layer("relu"), "expected a Layer"),
    "a class": (lambda: check_layer(ReLU), "expected a Layer"),
    "a network as a layer": (lambda: check_layer(PLAYERS[0]), "check_network"),
    "a layer as a network": (lambda: check_network(ReLU()), "expected a Sequential"),
    "no seeds": (lambda: check_layer(ReLU(), seeds=[]), "at least one"),
    "a number for seeds": (lambda: check_layer(ReLU(), seeds=20), r"such as range\(20\)"),
    "a negative seed": (lambda: check_layer(ReLU(), seeds=[1, -1]), ">= 0"),
    "a seed of text": (lambda: check_layer(ReLU(), seeds=["1"]), "whole number"),
    "tolerance 0": (lambda: check_layer(ReLU(), tolerance=0), "tolerance: expected"),
    "tolerance nan": (
        lambda: check_layer(ReLU(), tolerance=math.nan),
        "tolerance: expected",
    ),
    "tolerance 1": (
        lambda: check_cost(minimax_cost, tolerance=1.0),
        "tolerance: expected",
    ),
    "scale 0": (lambda: check_layer(ReLU(), scale=0), "scale: expected"),
    "scale nan": (lambda: check_cost(minimax_cost, scale=math.nan), "scale: expected"),
    "empty batch": (lambda: check_layer(ReLU(), shape=(0, 4)), "shape: batch: expected"),
    "one number for shape": (lambda: check_layer(ReLU(), shape=5), "shape: expected"),
    "shape of another width": (lambda: check_layer(Linear(3, 2), shape=(5, 4)), "Linear"),
    "no function": (lambda: check_cost("minimax"), "expected a function"),
    "no logits": (lambda: check_cost(lambda: 0), "one or two arrays"),
    "three logits": (lambda: check_cost(lambda a, b, c: 0), "one or two arrays"),
    "players that do not fit": (
        lambda: check_game(PLAYERS[1], PLAYERS[0]),
        "D to end in one logit",
    ),
    "a layer as a player": (lambda: check_game(ReLU(), PLAYERS[1]), "G: expected a Sequential"),
    "batch 0": (lambda: check_game(*PLAYERS, batch=0), "batch: expected"),
    "unknown cost": (
        lambda: check_game(*PLAYERS, "wgan"),
        "expected one of minimax",
    ),
    "suite of no seeds": (lambda: run_suite(seeds=0), "whole number >= 1"),
    "suite of True seeds": (lambda: run_suite(seeds=True), "whole number >= 1"),
}


@pytest.mark.parametrize("case", NONSENSE)
def test_nonsense_is_refused(case):
    call, message = NONSENSE[case]
    with pytest.raises(InputError, match=message):
        call()
