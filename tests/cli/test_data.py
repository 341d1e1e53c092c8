"""minigan data: what is listed, fetched and shown, and how it refuses."""

import subprocess
import sys

import numpy as np
import pytest

from minigan.base.errors import DataError
from minigan.cli import main
from minigan.data import KNOWN, load
from minigan.data.bounded import MOST, SMALL
from minigan.data.download import Download

from .helpers import ENVIRONMENT, refused, run, strictly


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    """No variable, and a cache of the test's own: empty."""
    monkeypatch.delenv("MINIGAN_DATA", raising=False)
    monkeypatch.setattr("minigan.data.places.cache", lambda: tmp_path / "cache")


# list


def test_the_list_has_every_data_set_and_says_where_it_is_or_where_it_should_be(capsys, tmp_path):
    assert main(["data", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[::2]] == list(KNOWN)
    assert lines[1].split()[:2] == ["found", "in"] and "minigan" in lines[1]
    for line in lines[3::2]:
        assert line.strip().startswith("not found: ")
        assert str(tmp_path / "cache") in line


def test_the_list_as_json_has_the_files(capsys, tmp_path):
    (tmp_path / "TFD_48x48.mat").write_bytes(b"x")
    assert main(["data", "list", "--data-dir", str(tmp_path), "--json"]) == 0
    rows = {row["name"]: row for row in strictly(capsys.readouterr().out)["data_sets"]}
    assert list(rows) == list(KNOWN)
    assert rows["tfd"]["found"] and rows["tfd"]["files"] == [str(tmp_path / "TFD_48x48.mat")]
    assert not rows["mnist"]["found"]
    assert "expected train-images-idx3-ubyte.gz" in rows["mnist"]["why"]


def test_a_directory_that_is_not_there_is_refused_not_listed(capsys, tmp_path):
    line = refused(capsys, "data", "list", "--data-dir", tmp_path / "new")
    assert "expected a directory, got" in line


# fetch


@pytest.fixture
def downloads(monkeypatch):
    """Arguments of every download; the first succeeds, others fail."""
    made = []

    def download(item, directory, progress):
        made.append((item, directory, progress))
        if len(made) > 1:
            raise DataError(f"{item.file}: no mirror gave it: {item.urls[0]} (no connection)")
        return directory / item.file

    monkeypatch.setattr("minigan.data.datasets.download", download)
    return made


def test_fetch_prints_what_it_has_fetched(downloads, capsys, tmp_path):
    assert main(["data", "fetch", "olivetti", "--data-dir", str(tmp_path)]) == 0
    printed = capsys.readouterr()
    assert printed.out == f"{tmp_path / 'olivetti' / 'olivettifaces.mat'}\n"
    assert printed.err == ""
    item, directory, progress = downloads[0]
    assert isinstance(item, Download) and directory == tmp_path / "olivetti"
    assert list(progress(iter("ab"), 2, "x")) == ["a", "b"]


def test_a_fetch_that_fails_is_one_line_and_code_2(downloads, capsys, tmp_path):
    line = refused(capsys, "data", "fetch", "mnist", "--data-dir", tmp_path)
    assert "train-labels-idx1-ubyte.gz: no mirror gave it: https://" in line


@pytest.mark.parametrize("name", ["digits", "tfd", "mnits"])
def test_what_cannot_be_fetched_is_refused(name, capsys, tmp_path):
    assert "expected one" in refused(capsys, "data", "fetch", name, "--data-dir", tmp_path)


# show


def test_show_draws_a_sheet_and_prints_the_facts(capsys, out):
    assert main(["data", "show", "digits", "--out", str(out)]) == 0
    sheet = out / "digits-train.png"
    assert sheet.read_bytes().startswith(b"\x89PNG")
    mean = load("digits").X.mean(dtype="float64")
    assert capsys.readouterr().out == (
        "digits, train: 1199 images (1199 train, 299 valid, 299 test)\n"
        "shape: 1 x 8 x 8 (channels, rows, columns)\n"
        "labels: 10 kinds\n"
        f"range: 0 to 1, mean {mean:.4f}\n\n"
        f"written: {sheet}\n"
    )


def test_the_facts_as_json(capsys, out):
    assert main(["data", "show", "digits", "--split", "test", "--out", str(out), "--json"]) == 0
    facts = strictly(capsys.readouterr().out)
    X = load("digits", split="test").X
    assert facts.pop("mean") == pytest.approx(X.mean(dtype="float64"))
    assert facts == {
        "name": "digits",
        "split": "test",
        "examples": 299,
        "shape": [1, 8, 8],
        "min": 0,
        "max": 1,
        "sizes": {"train": 1199, "valid": 299, "test": 299},
        "labels": 10,
        "files": [str(out / "digits-test.png")],
    }


def test_as_many_images_as_asked_for_are_on_the_sheet(monkeypatch, capsys, out):
    shown = []
    from minigan.images import drawings

    draw = drawings.image_sheet
    monkeypatch.setattr(drawings, "image_sheet", lambda X, *rest: shown.append(X) or draw(X, *rest))
    assert main(["data", "show", "digits", "--images", "7", "--out", str(out)]) == 0
    assert (shown[0] == load("digits").X[:7]).all()


def test_ones_own_images_can_be_shown(capsys, out, tmp_path, rng):
    np.save(tmp_path / "mine.npy", rng.integers(0, 256, (9, 4, 4), dtype=np.uint8))
    assert main(["data", "show", str(tmp_path / "mine.npy"), "--out", str(out)]) == 0
    assert (out / "mine.npy-train.png").exists()


def test_flat_rows_are_remarked_upon_until_their_shape_is_said(capsys, out, tmp_path, rng):
    path = str(tmp_path / "mine.npy")
    np.save(path, rng.integers(0, 256, (9, 12), dtype=np.uint8))
    assert main(["data", "show", path, "--out", str(out)]) == 0
    assert capsys.readouterr().err.startswith("minigan: an image is 12 numbers in one row")
    assert main(["data", "show", path, "--shape", "2,2,3", "--out", str(out)]) == 0
    printed = capsys.readouterr()
    assert "shape: 3 x 2 x 2 (channels, rows, columns)" in printed.out and printed.err == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["digits", "--images", "0"], "--images: expected a whole number >= 1, got 0"),
        (["digits", "--split", "all"], "split: expected one of train, valid, test, got 'all'"),
        (["digits", "--shape", "8,8"], "shape: expected none for digits, got (8, 8)"),
        (["digits", "--array", "X"], "array: expected none for digits, got 'X'"),
        (["digits", "--fold", "1"], "fold: digits has no folds: leave the option out; got 1"),
        (["mnits"], "data set: expected one of digits, mnist, "),
        (["mnist"], "mnist: expected train-images-idx3-ubyte.gz"),
    ],
)
def test_what_cannot_be_shown_is_refused_and_no_directory_is_made(arguments, message, capsys, out):
    line = refused(capsys, "data", "show", *arguments, "--out", out)
    assert line.startswith(f"minigan: {message}")
    assert not out.exists()


@pytest.mark.parametrize(
    "arguments", [["data", "draw"], ["data", "show"], ["data", "show", "digits", "--shape", "8x8"]]
)
def test_a_command_that_is_not_complete_is_refused(arguments, capsys):
    assert refused(capsys, *arguments).startswith("minigan data")


def test_in_a_process_of_its_own_the_digits_are_there_at_once(tmp_path):
    ended = run("data", "show", "digits", cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert (tmp_path / "sheets" / "digits-train.png").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    "command", [["data", "show"], ["train", "digits", "--width", "0.1", "--epochs", "1", "--data"]]
)
def test_a_small_file_takes_less_than_a_gibibyte(command, tmp_path, rng):
    X = np.zeros((MOST >> 16, 256, 256))  # as many numbers as are read, in the widest type
    X[:, :100, :100] = rng.random((len(X), 1, 1))
    np.savez_compressed(tmp_path / "a.npz", X)
    assert (tmp_path / "a.npz").stat().st_size < SMALL
    measured = (
        "import resource, sys; from minigan.cli import main; assert main(sys.argv[1:]) == 0; "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", measured, *command, "a.npz"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
    )
    assert ended.returncode == 0, ended.stderr
    assert int(ended.stdout.split()[-1]) < 1 << 20  # KiB
