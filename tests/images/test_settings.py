"""What a run is made of: choices that are checked, data that are split as they should be."""

import numpy as np
import pytest

from minigan.base.errors import CheckpointError, DataError, InputError
from minigan.checkpoint import RunDirectory
from minigan.data import gcn, load
from minigan.images import RECIPES, Rows, Settings
from minigan.images.settings import choices_of, configuration, read_splits


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"recipe": "cats"}, "recipe: expected one of digits, mnist, .*, got 'cats'"),
        ({"seed": -1}, "seed: expected a whole number >= 0, got -1"),
        ({"seed": 1.5}, "seed: expected a whole number >= 0"),
        ({"fold": -1}, "fold: expected a whole number >= 0, got -1"),
        ({"width": 0.0}, "width: expected a finite number in .0, 100., got 0.0"),
        ({"width": float("nan")}, "width: expected a finite number in .0, 100., got nan"),
        ({"width": 1e16}, "width: expected a finite number in .0, 100., got 1e.16"),
        ({"threads": 0}, "threads: expected a whole number >= 1, got 0"),
        ({"start": "runs/first"}, "start: expected none for digits, got 'runs/first'"),
    ],
)
def test_what_does_not_fit_is_one_line(options, message):
    with pytest.raises(InputError, match=message):
        Settings(**{"recipe": "digits"} | options)


def test_data_are_the_recipes_by_default_split_as_always_and_preprocessed_alike():
    splits, normalised = read_splits(Settings("digits")), read_splits(Settings("cifar10", "digits"))
    assert (splits.rows.shape, splits.rows.width) == ((1, 8, 8), 1.0)
    for name, rows, others in zip(
        ("train", "valid", "test"),
        (splits.rows.X, splits.valid, splits.test),
        (normalised.rows.X, normalised.valid, normalised.test),
        strict=True,
    ):
        np.testing.assert_array_equal(rows, load("digits", split=name).X)
        np.testing.assert_array_equal(others, gcn(rows))


def test_ones_own_images_are_data_too(tmp_path):
    images = np.random.default_rng(0).random((150, 5, 5), np.float32)
    np.save(tmp_path / "mine.npy", images)
    splits = read_splits(Settings("mnist", data=str(tmp_path / "mine.npy")))
    assert splits.rows.X.shape == (100, 25)
    assert splits.valid.shape == splits.test.shape == (25, 25)
    np.save(tmp_path / "mine.npy", images[:60])
    with pytest.raises(InputError, match=r"to train on, got 40 of 60 in all; .* about 150 are"):
        read_splits(Settings("mnist", data=str(tmp_path / "mine.npy")))
    np.save(tmp_path / "mine.npy", images[:2])
    with pytest.raises(InputError, match=r"mine: expected 6 images or more, .* in 'valid', got 2"):
        read_splits(Settings("mnist", data=str(tmp_path / "mine.npy")))


def test_the_faces_are_trained_on_without_labels_but_only_those_that_have_such():
    assert Settings("tfd").split == Settings("tfd", data="tfd").split == "unlabeled"
    assert Settings("tfd", data="olivetti").split == Settings("mnist").split == "train"


def test_data_and_folds_that_are_not_there_are_one_line():
    with pytest.raises(DataError, match=r"there is no file or folder .a/mine\.npy."):
        read_splits(Settings("digits", data="a/mine.npy"))
    with pytest.raises(DataError, match=r"one of digits, .* or a path, got .."):
        read_splits(Settings("digits", data=""))
    with pytest.raises(InputError, match="fold: digits has no folds: leave"):
        read_splits(Settings("digits", fold=2))


def a_configuration(**options):
    rows = options.pop("rows", Rows(np.zeros((3, 4), np.float32), (1, 2, 2)))
    return configuration(Settings(**{"recipe": "tfd"} | options), rows)


def test_all_that_changes_a_run_is_in_its_configuration():
    base = a_configuration()
    changed = Rows(np.full((3, 4), 1e-30, np.float32), (1, 2, 2))
    for other in (
        a_configuration(recipe="tfd-pretrain"),
        a_configuration(data="olivetti"),
        a_configuration(seed=1),
        a_configuration(fold=1),
        a_configuration(width=0.5),
        a_configuration(simultaneous=False),
        a_configuration(array="X"),
        a_configuration(shape=(2, 2)),
        a_configuration(rows=changed),
        a_configuration(rows=Rows(np.zeros((3, 4), np.float32), (4, 1, 1))),
    ):
        assert other != base


def test_a_checkpoint_that_does_not_know_its_options_is_one_line(tmp_path):
    with RunDirectory(tmp_path, configuration={"recipe": "digits"}) as run:
        run.save({"game": {}}, step=0)
    with pytest.raises(CheckpointError, match=r"last\.npz: expected .* with its options, got one"):
        choices_of(tmp_path)


def test_what_comes_to_the_same_is_the_same():
    base = a_configuration()
    assert a_configuration(start="somewhere") == base  # what began there is in the checkpoint
    assert a_configuration(simultaneous=RECIPES["tfd"].simultaneous) == base
    assert a_configuration(data="tfd") == base
    assert a_configuration(shape=(2, 2)) == a_configuration(shape=[2, 2])  # as a checkpoint has it
    # One's own images may be moved.
    assert a_configuration(data="here/a.npy") == a_configuration(data="there/b.npy")
