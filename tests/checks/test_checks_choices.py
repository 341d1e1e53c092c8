"""The tie check of layers that choose: what is right passes, every planted bug is caught."""

import planted_choices as planted
import pytest

from minigan import ChannelMaxout, InputError, MaxPool2D, ReLU, Sequential
from minigan.checks import GradientError, check_layer
from minigan.checks.choices import check_choice_ties

PIECES = (6, 2, 3), 3
PIXELS = (2, 5, 4), 3, 2  # windows overlap, and hang over on the right


@pytest.mark.parametrize(
    "layer",
    [
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
    report = check_choice_ties(layer, seeds=range(50))
    assert report.passed
    assert report.directions == report.worst == 0
    assert check_layer(layer, seeds=range(5)).passed


BUGS = [
    planted.LastPiece(*PIECES),
    planted.AllPieces(*PIECES),
    planted.SharedPieces(*PIECES),
    planted.LastPixel(*PIXELS),
    planted.AllPixels(*PIXELS),
    planted.ColumnsFirst(*PIXELS),
    planted.ZeroBeyondTheEdge(*PIXELS),
]


@pytest.mark.parametrize("layer", BUGS, ids=repr)
def test_a_bug_at_ties_is_caught(layer):
    message = r"the first wins, .*: expected (y|dx)\[\d, \d+\] = .*, got .* \(seed 0\)$"
    with pytest.raises(GradientError, match=message):
        check_choice_ties(layer, seeds=[0])


@pytest.mark.parametrize("layer", BUGS[:-1], ids=repr)
def test_a_bug_at_ties_needs_the_tie_check(layer):
    assert check_layer(layer, seeds=range(5)).passed


def test_a_layer_in_a_network_can_be_checked():
    network = Sequential([MaxPool2D((1, 4, 4), 2), ChannelMaxout((1, 2, 2), 1)])
    for layer in network.layers:
        assert check_choice_ties(layer, seeds=[0]).name == str(layer)


def test_other_layers_are_refused():
    with pytest.raises(InputError, match=r"expected ChannelMaxout or MaxPool2D, got ReLU"):
        check_choice_ties(ReLU())
