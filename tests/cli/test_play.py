"""``minigan play``: a film without a page, a page until Ctrl-C, and options that do not fit."""

import re
import signal
import subprocess
import sys
import urllib.request

import pytest

from minigan.cli import main
from tests.cli.helpers import ENVIRONMENT, refused


def test_a_film_is_written_whole(tmp_path, capsys):
    film = tmp_path / "film.html"
    assert main(["play", "--record", str(film), "--steps", "3", "--seed", "2"]) == 0
    assert str(film) in capsys.readouterr().out
    assert '"seed": 2' in film.read_text(encoding="utf-8")
    assert list(tmp_path.iterdir()) == [film]


def test_a_scene_is_recorded_with_its_own_deeds(tmp_path, capsys):
    film = tmp_path / "film.html"
    assert main(["play", "--scene", "circling", "--record", str(film), "--seed", "2"]) == 0
    page = film.read_text(encoding="utf-8")
    assert '"scene": "circling"' in page and '"seed": 2' in page and '"step": 200' in page
    assert film.stat().st_size < 500_000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--steps", "0", "--record", "x.html"], "--steps: expected a whole number >= 1, got 0"),
        (["--steps", "12001", "--record", "x.html"], "--steps: expected 1 to 12000, got 12001"),
        (["--seed", "-1"], "seed: expected a whole number >= 0, got -1"),
        (["--record", ""], "record: expected a name, got an empty one"),
        (
            ["--scene", "rign"],
            "scene: expected one of saturation, nan, figure1-a, figure1-b, figure1-c, figure1-d, "
            "sleep, circling, ring, helvetica; got 'rign'; did you mean ring?",
        ),
        (
            ["--scene", "ring", "--steps", "5", "--record", "x.html"],
            "--steps: expected none with --scene, which has its own: leave one out",
        ),
        (["--port", "70000"], "--port: expected 1 to 65535, got 70000"),
        (["--port", "0"], "--port: expected 1 to 65535, got 0"),
        (
            ["--steps", "5"],
            "--steps: expected --record FILE with it, got none: add it, or leave --steps out",
        ),
    ],
)
def test_options_that_do_not_fit(arguments, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert refused(capsys, "play", "--no-browser", *arguments) == f"minigan: {message}"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "no/x.html",
            "expected a file in a directory that exists, got no/x.html: make no first",
        ),
        (".", "expected a file, got the directory .: try film.html"),
        ("x.html/", "expected a file, got the directory x.html/: try x.html/film.html"),
    ],
)
def test_a_film_that_cannot_be_written_is_refused_before_the_game(
    name, message, capsys, tmp_path, monkeypatch
):
    def played(*_):
        raise AssertionError("the game was played")

    monkeypatch.setattr("minigan.play.recording.record", played)
    monkeypatch.chdir(tmp_path)
    assert refused(capsys, "play", "--record", name) == f"minigan: --record: {message}"
    assert list(tmp_path.iterdir()) == []


def test_the_page_is_served_until_ctrl_c():
    command = [sys.executable, "-m", "minigan", "play", "--no-browser", "--port", "18200"]
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs ignore it
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT)
    signal.signal(signal.SIGINT, heard)
    try:
        address = re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())[0]
        with urllib.request.urlopen(address, timeout=20) as answer:
            assert b"minigan play" in answer.read()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
    finally:
        process.kill()
        process.stdout.close()
        process.wait()
