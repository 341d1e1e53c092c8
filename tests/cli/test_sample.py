"""minigan sample: samples of a run in a file, which is written whole or not at all."""

import numpy as np
import pytest
from images.helpers import opened
from PIL import Image

from minigan.cli import main

from .helpers import refused, strictly


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A run of one epoch on images that are not there any more, and samples of it."""
    directory = tmp_path_factory.mktemp("runs") / "digits"
    with opened("digits", directory) as run:
        list(run.play(1))
        return directory, run.sample(1200), run.sample(7, seed=4)


def test_a_thousand_samples_and_as_many_as_asked_for(made, tmp_path, capsys, monkeypatch):
    directory, samples, others = made
    monkeypatch.chdir(tmp_path)
    assert main(["sample", str(directory)]) == 0
    written = directory / "samples.npy"
    assert capsys.readouterr().out == (
        f"1000 samples of 1 x 4 x 4 (channels, rows, columns), epoch 1\nwritten: {written}\n"
    )
    np.testing.assert_array_equal(np.load(written), samples[:1000])
    written.unlink()
    options = ["-n", "7", "--seed", "4", "--out", "s.npy", "--json"]
    assert main(["sample", str(directory), *options]) == 0
    facts = {"samples": 7, "shape": [1, 4, 4], "epoch": 1, "seed": 4, "files": ["s.npy"]}
    assert strictly(capsys.readouterr().out) == facts
    np.testing.assert_array_equal(np.load("s.npy"), others)


def test_a_single_sample_is_one(made, tmp_path, capsys):
    assert main(["sample", str(made[0]), "-n", "1", "--out", str(tmp_path / "s.NPY")]) == 0
    assert capsys.readouterr().out.startswith("1 sample of 1 x 4 x 4")


def test_a_sheet_of_samples(made, tmp_path, capsys):
    sheet = tmp_path / "s.png"
    assert main(["sample", str(made[0]), "-n", "20", "--out", str(sheet)]) == 0
    assert sheet.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(("n", "side"), [(None, 10), (3000, 55)])
def test_a_sheet_is_a_square_and_can_be_looked_at(n, side, made, tmp_path, capsys):
    sheet = tmp_path / "s.PNG"
    number = [] if n is None else ["-n", str(n)]
    assert main(["sample", str(made[0]), *number, "--out", str(sheet), "--json"]) == 0
    assert strictly(capsys.readouterr().out)["samples"] == (n or 100)
    with Image.open(sheet) as picture:
        height, width = picture.size
    assert abs(height / width - 1) < 2 / side


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-n", 0], "-n: expected a whole number >= 1, got 0"),
        (["--seed", -1], "seed: expected a whole number >= 0, got -1"),
        (["--out", "s.txt"], "s.txt: expected a name that ends in .npy, .png, .svg, .pdf"),
        (["--out", "nowhere/s.npy"], "nowhere/s.npy: cannot be written: No such file or directory"),
    ],
)
def test_what_does_not_fit_is_one_line_and_no_file(
    options, message, made, tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert refused(capsys, "sample", made[0], *options) == f"minigan: {message}"
    assert refused(capsys, "sample", "cats").startswith("minigan: there is no run in cats")
    assert list(tmp_path.iterdir()) == []
    assert not (made[0] / "samples.npy").exists()
