"""Loading by name; and the digits that are always there."""

import dataclasses
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import minigan
from minigan.base.errors import DataError, InputError
from minigan.data import KNOWN, digits, load
from minigan.data.datasets import load_splits

from .helpers import written

# Of UCI's page of the data set, test set, digits 0 to 9.
PER_CLASS = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_what_only_some_data_sets_need_is_not_imported_for_all():
    never = {"scipy", "matplotlib", "PIL", "pooch", "requests", "tqdm"}
    code = f"import sys, minigan.data as d; d.load('digits'); print(*{never} & sys.modules.keys())"
    environment = os.environ | {"PYTHONPATH": str(Path(minigan.__file__).parents[1])}
    environment |= {"MINIGAN_DATA": ""}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.split() == []


def test_the_digits_need_no_file_no_directory_and_no_network(monkeypatch, tmp_path):
    monkeypatch.setattr(socket, "socket", lambda *_, **__: pytest.fail("network"))
    monkeypatch.chdir(tmp_path)
    data = load("digits", tmp_path)
    assert (data.name, data.shape, data.split) == ("digits", (1, 8, 8), "train")
    assert data.X.shape == (1199, 64)
    assert data.sizes == {"train": 1199, "valid": 299, "test": 299}


def test_the_digits_are_in_sixteenths_and_as_many_of_each_as_uci_says():
    all_digits = [load("digits", split=split) for split in ("train", "valid", "test")]
    for data in all_digits:
        assert data.X.dtype == np.float32
        assert (data.X.min(), data.X.max()) == (0, 1)
        np.testing.assert_array_equal(data.X * 16, np.rint(data.X * 16))
    labels = np.concatenate([data.labels for data in all_digits])
    assert np.bincount(labels).tolist() == PER_CLASS


@pytest.mark.slow
def test_the_digits_are_those_that_scikit_learn_distributes():
    bunch = pytest.importorskip("sklearn.datasets").load_digits()
    splits = [load("digits", split=split) for split in ("train", "valid", "test")]
    np.testing.assert_array_equal(np.concatenate([data.X for data in splits]) * 16, bunch.data)
    np.testing.assert_array_equal(np.concatenate([data.labels for data in splits]), bunch.target)


def test_a_damaged_copy_of_the_digits_is_noticed(tmp_path):
    paths = [
        written(tmp_path / path.name, path.read_bytes()[:-9] + bytes(9)) for path in digits.PATHS
    ]
    with pytest.raises(DataError, match=r"digits-images-idx3-ubyte.gz: "):
        digits.read(paths)


def test_the_digits_say_whose_they_are():
    text = digits.PATHS[0].with_name("LICENSE.txt").read_text()
    for part in ("Alpaydin", "Kaynak", "10.24432/C50P49", "CC BY 4.0", "Changes"):
        assert part in text


def test_a_data_set_is_not_changed_by_accident_and_has_arrays_of_its_own():
    data = load("digits")
    with pytest.raises(dataclasses.FrozenInstanceError):
        data.name = "mnist"
    expected = data.X.copy()
    data.X[:] = -1
    np.testing.assert_array_equal(load("digits").X, expected)


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        *(("split", split, "one of train, valid, test, got") for split in ("", "unlabeled", None)),
        *(("fold", fold, "") for fold in (-1, True, 0.0, "0")),
    ],
)
def test_an_unknown_split_or_fold_is_refused(option, value, message):
    with pytest.raises(InputError, match=f"{option}: expected {message}"):
        load("digits", **{option: value})
    with pytest.raises(InputError, match="fold: digits has no folds: leave the option out; got 1"):
        load("digits", fold=1)


def test_everything_known_says_what_it_is():
    for name, known in KNOWN.items():
        assert known.about and "\n" not in known.about, name


def test_several_splits_are_those_of_load_and_the_files_are_read_once(monkeypatch):
    calls = []

    def read(*given):
        calls.append(given)
        return digits.read(*given)

    monkeypatch.setitem(KNOWN, "digits", dataclasses.replace(digits.DIGITS, read=read))
    found = load_splits("digits", ("test", "train", "valid"))
    assert len(calls) == 1
    for data in found:
        np.testing.assert_array_equal(data.X, load("digits", split=data.split).X)
    assert [data.split for data in found] == ["test", "train", "valid"]
