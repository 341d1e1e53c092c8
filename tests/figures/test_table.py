"""The table of a sweep: what is written, what is read again, and what is refused."""

import json
import os

import numpy as np
import pytest

import minigan
from minigan import InputError
from minigan.figures.table import CURE, Game, Table, key, plain

GOOD = Game({"seed": 3, "cost": "minimax"}, {"jsd": 0.1 + 0.2, "d_gap": None}, None, 1.5)
FAILED = Game({"seed": 4, "cost": "minimax"}, {}, "step 8: J_D became nan", 0.5)


@pytest.fixture
def path(tmp_path):
    """A table with two games."""
    table = Table(tmp_path / "sweep.jsonl", "figure1")
    table.append(GOOD)
    table.append(FAILED)
    return table.path


def test_a_line_has_all_of_a_game(path):
    first, second = (json.loads(line) for line in path.read_text().splitlines())
    by = {"experiment": "figure1", "minigan": minigan.__version__}
    assert first == by | {"setting": GOOD.setting, "results": GOOD.results, "seconds": 1.5}
    assert second == by | {"setting": FAILED.setting, "error": FAILED.error, "seconds": 0.5}


def test_what_is_read_is_what_was_written(path):
    assert list(Table(path, "figure1").games.values()) == [GOOD, FAILED]


def test_a_table_that_is_not_there_is_empty_and_not_made(tmp_path):
    assert Table(tmp_path / "sweep.jsonl", "figure1").games == {}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("half", [1, 20, -2, -1])
def test_a_half_written_last_line_is_cut_off(path, half):
    whole, last = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(whole + last[:half])
    assert list(Table(path, "figure1").games.values()) == [GOOD]
    assert path.read_bytes() == whole


def test_after_a_cut_the_next_game_stands_on_a_line_of_its_own(path):
    path.write_bytes(path.read_bytes()[:-9])
    Table(path, "figure1").append(FAILED)
    assert list(Table(path, "figure1").games.values()) == [GOOD, FAILED]


def test_two_tables_one_behind_the_other_are_a_table(path, tmp_path):
    other = Table(tmp_path / "other.jsonl", "figure1")
    other.append(GOOD._replace(seconds=9.0))  # a setting that is in both
    other.append(GOOD._replace(setting={"seed": 5, "cost": "minimax"}))
    path.write_bytes(path.read_bytes() + other.path.read_bytes())
    games = list(Table(path, "figure1").games.values())
    assert [game.setting["seed"] for game in games] == [3, 4, 5]
    assert games[0] == GOOD  # the first counts


ROW = {"experiment": "figure1", "minigan": minigan.__version__, "setting": {}, "seconds": 1}


@pytest.mark.parametrize(
    "line",
    [
        b"jsd 0.1",
        b"[]",
        b"{}",
        b"17",
        b"\xff",
        b"[" * 100_000,
        *(
            json.dumps(row).encode()
            for row in (
                ROW,
                ROW | {"results": 1},
                ROW | {"results": {"jsd": [1]}},
                ROW | {"results": {}, "setting": []},
                ROW | {"results": {}, "setting": {"k": {}}},
                ROW | {"results": {}, "seconds": None},
                {"results": {}, "setting": {}, "seconds": 1},
            )
        ),
    ],
)
def test_a_line_that_is_no_game_is_refused_and_the_file_left_alone(path, line):
    content = path.read_bytes() + line + b"\nhalf a li"
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        Table(path, "figure1")
    assert str(error.value) == f"{path}: line 3 is no game of a sweep: {CURE}"
    assert path.read_bytes() == content


def test_games_of_another_experiment_are_refused(path):
    with pytest.raises(InputError) as error:
        Table(path, "monitor")
    version = minigan.__version__
    assert str(error.value) == (
        f"{path}: expected games of monitor by minigan {version}, found games of figure1 "
        f"by minigan {version}; take another directory"
    )


def test_games_by_another_minigan_are_refused(path, monkeypatch):
    written = path.read_bytes()
    monkeypatch.setattr("minigan.figures.table.__version__", "77.0.0")
    with pytest.raises(InputError, match=r"by minigan 77\.0\.0, found games of figure1 by minigan"):
        Table(path, "figure1")
    assert path.read_bytes() == written


def test_a_path_that_is_no_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="expected a file that can be read and written"):
        Table(tmp_path, "figure1")


def test_a_file_that_cannot_be_written_is_one_line(tmp_path):
    table = Table(tmp_path / "sweep.jsonl", "figure1")
    table.path.mkdir()
    with pytest.raises(InputError, match=r"sweep\.jsonl: cannot be written: "):
        table.append(GOOD)
    assert table.games == {}


# Settings and results.


def test_the_order_of_names_does_not_tell_settings_apart():
    assert key({"seed": 1, "k": 2}) == key({"k": 2, "seed": 1})


def test_equal_numbers_of_different_kinds_are_different_settings():
    assert len({key({"k": k}) for k in (1, 1.0, True, "1", None)}) == 5


def test_numpys_numbers_become_pythons_without_loss():
    given = {"a": np.float32(0.1), "b": np.float64(0.1), "c": np.int64(7), "d": np.bool_(True)}
    found = plain("results", given)
    assert found == given
    assert [type(value) for value in found.values()] == [float, float, int, bool]
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize("value", [np.nan, float("inf"), np.float32(-np.inf)])
def test_a_number_that_is_not_finite_is_none(value):
    assert plain("results", {"jsd": value}) == {"jsd": None}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1, 2], "results: expected a dict, got list"),
        ({1: 2}, "results: expected strings as names, got 1"),
        ({"a": {}}, "results: a: expected a number, a string, a boolean or None, got {}"),
        ({"a": [1]}, "results: a: expected a number, a string, a boolean or None, got [1]"),
        ({"a": 1j}, "results: a: expected a number, a string, a boolean or None, got 1j"),
    ],
)
def test_values_that_json_would_not_give_back_are_refused(values, message):
    with pytest.raises(InputError) as error:
        plain("results", values)
    assert str(error.value) == message


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_in_place_of_a_table_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "sweep.jsonl")
    with pytest.raises(InputError, match=r"sweep\.jsonl: expected a file, got a pipe or a device"):
        Table(tmp_path / "sweep.jsonl", "figure1")
