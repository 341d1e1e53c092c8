"""Where files are looked for, and in which order."""

from pathlib import Path

import numpy as np
import pytest

from minigan.base.errors import DataError, InputError
from minigan.data import find, load
from minigan.data.places import Places, cache, roots

from .helpers import cifar_bytes, written


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    """No variable, and a cache of the test's own."""
    monkeypatch.delenv("MINIGAN_DATA", raising=False)
    monkeypatch.setattr("minigan.data.places.cache", lambda: tmp_path / "cache")


def put(directory):
    """A file of the data set tfd."""
    return written(directory / "TFD_48x48.mat", b"x")


def test_a_directory_that_is_given_is_the_only_one(tmp_path, monkeypatch):
    put(tmp_path / "cache")
    put(tmp_path / "variable")
    monkeypatch.setenv("MINIGAN_DATA", str(tmp_path / "variable"))
    (tmp_path / "given").mkdir()
    with pytest.raises(DataError) as caught:
        find("tfd", tmp_path / "given")
    given = tmp_path / "given"
    assert f"expected TFD_48x48.mat in {given} or {given / 'tfd'};" in str(caught.value)
    assert find("tfd", given) == [put(given)] if put(given) else None


def test_the_variable_comes_before_the_cache(tmp_path, monkeypatch):
    in_cache = put(tmp_path / "cache" / "tfd")
    assert find("tfd") == [in_cache]
    monkeypatch.setenv("MINIGAN_DATA", str(tmp_path / "variable"))
    assert find("tfd") == [in_cache]
    in_variable = put(tmp_path / "variable")
    assert find("tfd") == [in_variable]


def test_an_empty_variable_is_none_and_home_is_understood_in_it(monkeypatch, tmp_path):
    monkeypatch.setenv("MINIGAN_DATA", "")
    assert roots() == [tmp_path / "cache"]
    monkeypatch.setenv("MINIGAN_DATA", "~/data")
    assert roots()[0] == Path.home() / "data"


def test_the_directory_itself_comes_before_the_one_of_the_data_sets_name(tmp_path):
    inner = put(tmp_path / "tfd")
    assert find("tfd", tmp_path) == [inner]
    assert find("tfd", tmp_path) != [put(tmp_path)] == find("tfd", tmp_path)


@pytest.mark.parametrize("wrong", ["missing", "file"])
def test_a_directory_that_is_none_is_refused(wrong, tmp_path):
    written(tmp_path / "file", b"x")
    with pytest.raises(InputError, match=f"data directory: expected a directory, got '.*{wrong}'"):
        find("tfd", tmp_path / wrong)


def test_the_first_name_is_preferred_and_a_directory_is_no_file(tmp_path):
    (tmp_path / "c").mkdir()
    for name in "ab":
        written(tmp_path / name, b"x")
    assert Places("tfd", tmp_path).look("c", "b", "a") == [tmp_path / "b"]
    assert Places("tfd", tmp_path).look("c") == []
    written(tmp_path / "tfd" / "d", b"x")
    assert Places("tfd", tmp_path).look("d", "a") == [tmp_path / "a"]  # the directory comes first


def test_a_part_is_looked_for_in_the_same_places_and_what_is_unknown_nowhere(tmp_path):
    data = cifar_bytes([1], np.zeros((1, 3072), np.uint8))
    path = written(tmp_path / "cache" / "cifar10-part" / "data_first1.bin", data)
    assert find("cifar10-part") == [path]
    assert load("cifar10-part").sizes["train"] == 1
    with pytest.raises(InputError, match="data set: expected one of digits, mnist"):
        find("mnits", tmp_path)


def test_the_cache_is_a_directory_of_minigans_own(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert "minigan" in cache().name
