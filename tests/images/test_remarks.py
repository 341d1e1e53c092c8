"""Remarks on a run's images: what they are, and what looks like a mistake."""

from types import SimpleNamespace

import numpy as np
import pytest
from memory import little_memory

from minigan.base.errors import InputError
from minigan.images import RECIPES, ImageRun, Rows, Settings, Splits, remarks
from minigan.images.remarks import (
    described,
    expect_small_nets,
    remarks_on_images,
    remarks_on_run,
)
from minigan.layers import Linear, ReLU, Sigmoid, Tanh
from minigan.networks import Sequential

from .helpers import images, small_rows


def run_on(X, shape, directory):
    """A run of the digits' recipe, whose G ends in Sigmoid."""
    splits = Splits(Rows(X, shape, 0.1), X[:20], X[:10])
    return ImageRun(Settings("digits", width=0.1), splits, directory)


def test_a_run_says_how_many_images_of_what_range_it_has(tmp_path):
    X = np.clip(images(120, (1, 4, 4)), 0.25, 0.75)
    with run_on(X, (1, 4, 4), tmp_path) as run:
        assert described(run) == (
            "120 images to train on, 20 to validate, 10 to test; 1 x 4 x 4, from 0.25 to 0.75"
        )
        assert remarks_on_run(run) == []


@pytest.mark.parametrize(
    ("last", "low", "high", "line"),
    [
        (Sigmoid, 0, 1.5, "G ends in Sigmoid, from 0 to 1, and the data go from 0 to 1.5: what"),
        (Tanh, -2, 1, "G ends in Tanh, from -1 to 1, and the data go from -2 to 1: what lies"),
        (ReLU, -1, 9, "G ends in ReLU, from 0 to inf, and the data go from -1 to 9: what lies"),
        (Sigmoid, 0, 1, None),
        (Tanh, -1, 1, None),
        (ReLU, 0, 9, None),
        (None, -9, 9, None),  # ends in Linear
    ],
)
def test_values_that_g_cannot_reach_are_remarked_upon(last, low, high, line):
    X = np.linspace(low, high, 12).reshape(3, 4)
    G = Sequential([Linear(2, 4), *([last()] if last else [])], seed=0)
    game = SimpleNamespace(G=G, D=Sequential([Linear(4, 1)], seed=0))
    run = SimpleNamespace(splits=Splits(Rows(X, (1, 2, 2)), X, X), game=game)
    found = remarks_on_run(run)
    assert len(found) == (line is not None)
    assert all(one.startswith(line) and one.endswith("never drawn") for one in found)


@pytest.mark.parametrize("name", ["digits", "mnist", "cifar10-convolutional"])
def test_large_nets_have_to_be_asked_for_and_are_counted_right(name, monkeypatch):
    recipe, rows = RECIPES[name], small_rows(name)
    parameters = sum(net.params.size for net in recipe.players(rows, seed=0))
    monkeypatch.setattr(remarks, "LARGE", 28 * parameters)
    expect_small_nets(recipe, rows)
    monkeypatch.setattr(remarks, "LARGE", 28 * parameters - 1)
    with pytest.raises(InputError, match=rf"have {parameters:,} parameters.*--width 1, or for"):
        expect_small_nets(recipe, rows)


def test_nets_for_gigantic_images_take_no_memory_before_they_are_refused():
    X = np.zeros((2, 1 << 20), np.float32)
    with little_memory(64 << 20), pytest.raises(InputError, match=r" 6\.9 GiB in training"):
        expect_small_nets(RECIPES["digits"], Rows(X, (1, 1024, 1024)))


@pytest.mark.parametrize(
    ("top", "shape", "lines"),
    [
        (1 / 255, (1, 4, 4), ["the data go from 0 to 0.003922, where 0 is black"]),
        (0.2, (1, 4, 4), []),
        (1, (1, 1, 16), ["an image is 16 numbers in one row, which are no square; --shape"]),
        (1, (1, 16, 1), []),
        (1, (1, 1, 1), []),
    ],
)
def test_images_without_contrast_or_in_a_row_are_remarked_upon(top, shape, lines):
    X = np.tile(np.float32([0, top]), (8, 8))[:, : np.prod(shape)]
    X[0] = np.float32(top)
    found = remarks_on_images(X, shape)
    assert len(found) == len(lines)
    for line, start in zip(found, lines, strict=True):
        assert line.startswith(start)


def test_only_bytes_of_0_and_1_are_advised_to_be_booleans():
    black_and_grey = np.tile(np.float32([0, 1]) / np.float32(255), (8, 8))
    (line,) = remarks_on_images(black_and_grey, (1, 4, 4))
    assert line.endswith("if they are bytes of 0 and 1, save them as booleans")
    (line,) = remarks_on_images(np.full((8, 16), np.float32(0.5)), (1, 4, 4))
    assert line == "the data go from 0.5 to 0.5, where 0 is black and 1 is white"
