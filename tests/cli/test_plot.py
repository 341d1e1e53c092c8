"""minigan plot: the curves of a run so far, or one line."""

import json

import pytest
from PIL import Image

from minigan.cli import main
from minigan.images.log import COLUMNS

from .helpers import refused, strictly


@pytest.fixture
def run(tmp_path):
    """A directory with the table of a run that goes on."""
    lines = [dict.fromkeys(COLUMNS, 0.5) | {"epoch": n, "step": 3 * n} for n in (1, 2)]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (tmp_path / "log.jsonl").write_text(text + '{"epoch": 3, "st')
    return tmp_path


def test_curves_are_drawn_into_the_run(run, capsys):
    assert main(["plot", str(run)]) == 0
    printed = capsys.readouterr()
    assert printed.out == f"written: {run / 'curves.png'}\n"
    assert printed.err == ""
    with Image.open(run / "curves.png") as picture:
        assert picture.size == (1600, 624)


def test_json_is_the_table(run, capsys):
    assert main(["plot", str(run), "--json"]) == 0
    found = strictly(capsys.readouterr().out)
    assert [line["epoch"] for line in found["epochs"]] == [1, 2]
    assert found["files"] == [str(run / "curves.png")]


def test_no_run_is_one_line(tmp_path, capsys):
    for directory in (tmp_path, tmp_path / "nowhere"):
        message = refused(capsys, "plot", directory)
        expected = f"{directory}: expected a run with one epoch or more, got no log.jsonl"
        assert message == f"minigan: {expected}"


def test_a_table_without_a_whole_line_is_said_to_be_empty(tmp_path, capsys):
    (tmp_path / "log.jsonl").write_text("")
    assert refused(capsys, "plot", tmp_path).endswith(
        "expected a run with one epoch or more, got none"
    )


def test_another_file_of_that_name_is_one_line(run, capsys):
    (run / "log.jsonl").write_text('{"level": "info"}\n')
    message = refused(capsys, "plot", run)
    assert message.startswith(f"minigan: {run / 'log.jsonl'}, line 1: expected numbers epoch")
    assert not (run / "curves.png").exists()
