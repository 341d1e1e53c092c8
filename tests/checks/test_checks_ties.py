"""Where numbers tie: what is right passes, every planted bug is caught."""

import planted_ties as planted
import pytest
from planted_ties import mixed

from minigan import ChannelMaxout, InputError, Layer, Maxout, MaxPool2D, ReLU, Sequential
from minigan.checks import GradientError, check_layer, check_ties

PIECES = (6, 2, 3), 3
PIXELS = (2, 5, 4), 3, 2  # windows overlap, and hang over on the right


@pytest.mark.parametrize(
    "layer",
    [
        Maxout(3, 4, pieces=2),
        planted.FirstOfTies(3, 4, pieces=4),
        ChannelMaxout(*PIECES),
        ChannelMaxout((2, 1, 1), 1),
        planted.FirstPiece(*PIECES),
        MaxPool2D(*PIXELS),
        MaxPool2D((1, 7, 7), 2),
        MaxPool2D((1, 6, 5), 5, 1),
        MaxPool2D((2, 3, 3), 1),
        planted.FirstPixel(*PIXELS),
    ],
    ids=repr,
)
def test_what_is_right_passes(layer):
    report = check_ties(layer, seeds=range(50))
    assert report.passed
    assert report.directions == report.worst == 0
    assert check_layer(layer, seeds=range(5)).passed


FIRST = [
    (planted.FirstOfTies, (3, 4, 3)),
    (planted.FirstPiece, PIECES),
    (planted.FirstPixel, PIXELS),
]
NOT_THE_FIRST = [
    mixed(how, layer, *given)
    for layer, given in FIRST
    for how in (planted.LastWins, planted.EqualsShare)
] + [mixed(planted.ColumnsFirst, planted.FirstPixel, *PIXELS)]
NOT_ONE = [
    mixed(how, layer, *given)
    for layer, given in FIRST
    for how in (planted.AllWin, planted.NoneWins)
]


@pytest.mark.parametrize(
    "layer", [*NOT_THE_FIRST, *NOT_ONE, planted.ZeroBeyondTheEdge(*PIXELS)], ids=repr
)
def test_a_bug_at_ties_is_caught(layer):
    message = r"the first wins, .*: expected (y|d[xWb])\[\d.*\] = .*, got .* \(seed 0\)$"
    with pytest.raises(GradientError, match=message):
        check_ties(layer, seeds=[0])


@pytest.mark.parametrize("layer", NOT_ONE, ids=repr)
def test_a_gradient_for_all_of_equals_or_for_none_is_caught_in_any_layer(layer):
    with pytest.raises(GradientError, match=r"where inputs are equal, backward gives .* argmax"):
        check_layer(layer)


@pytest.mark.parametrize("layer", NOT_THE_FIRST, ids=repr)
def test_which_of_equals_wins_needs_the_tie_check(layer):
    assert check_layer(layer, seeds=range(5)).passed


def test_layer_of_a_users_own_that_sends_dy_to_all_of_equals():
    class RowMaximum(Layer):
        n_in, n_out, mixes = 4, 1, False

        def forward(self, x, *, train=True, rng=None):
            y = x.max(axis=1, keepdims=True)
            return y, x == y

        def backward(self, dy, cache, *, param_grads=True):
            return dy * cache

    with pytest.raises(GradientError, match="where inputs are equal, backward gives"):
        check_layer(RowMaximum())


def test_a_layer_in_a_network_can_be_checked():
    network = Sequential([MaxPool2D((1, 4, 4), 2), ChannelMaxout((1, 2, 2), 1), Maxout(4, 2)])
    for layer in network.layers:
        assert check_ties(layer, seeds=[0]).name == str(layer)


@pytest.mark.parametrize("layer", [ReLU(), Maxout(3, 2, pieces=1)], ids=repr)
def test_other_layers_are_refused(layer):
    with pytest.raises(InputError, match=r"expected Maxout of 2 pieces or more, .* got "):
        check_ties(layer)
