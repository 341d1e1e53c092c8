"""minigan figure1 and the others: what is printed, what is written, and how they end."""

import re
import signal
import subprocess
import sys
import time

import pytest
from interrupts import interrupted_after

from minigan import NonFiniteError
from minigan.base.strict_json import json_text
from minigan.cli import main
from minigan.figures import figure1
from minigan.figures.figure1 import Figure1
from minigan.play.frames import frame, numbers
from minigan.play.kinds import setup
from minigan.play.knobs import Knobs
from minigan.play.session import Session

from .helpers import ENVIRONMENT, refused, strictly


def test_a_process_draws_into_a_directory_of_the_figures_name(tmp_path):
    command = [sys.executable, "-W", "error", "-m", "minigan", "mode-collapse", "--json"]
    ended = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, env=ENVIRONMENT, timeout=120
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert strictly(ended.stdout)["files"] == ["mode-collapse/mode_collapse.png"]
    assert (tmp_path / "mode-collapse" / "mode_collapse.png").exists()


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--steps", 0, "steps: expected a whole number >= 1, got 0"),
        ("--k", 0, "k: expected a whole number >= 1, got 0"),
        ("--seed", -1, "seed: expected a whole number >= 0, got -1"),
    ],
)
def test_a_number_out_of_range_is_refused_and_leaves_no_directory(
    option, value, message, out, capsys
):
    assert refused(capsys, "figure1", option, value, "--out", out) == f"minigan: {message}"
    assert not out.exists()


@pytest.mark.parametrize(
    ("place", "reason"), [("file", "File exists"), ("file/a", "Not a directory")]
)
def test_an_out_that_is_no_directory_is_refused_before_the_run(
    place, reason, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(Figure1, "play", lambda *_: pytest.fail("it was played"))
    (tmp_path / "file").write_bytes(b"x")
    line = refused(capsys, "figure1", "--out", tmp_path / place)
    where = f"minigan: {tmp_path / place}: "
    assert line == f"{where}expected a directory that can be written to ({reason})"
    assert (tmp_path / "file").read_bytes() == b"x"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_json_is_one_object_on_one_line_and_the_files_are_there(out, capsys):
    assert main(["figure1", "--steps", "60", "--seed", "3", "--json", "--out", str(out)]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert printed.out.count("\n") == 1
    report = strictly(printed.out)
    assert (report["seed"], report["steps"]) == (3, 60)
    assert report["files"] == [str(out / "figure1.png")]
    assert [str(path) for path in out.iterdir()] == report["files"]


def test_options_reach_the_run(out, monkeypatch, capsys):
    given = {}

    def watched(run, progress):
        given.update(vars(run), progress=progress)
        raise KeyboardInterrupt

    monkeypatch.setattr(Figure1, "play", watched)
    options = ["--seed", "7", "--steps", "900", "--k", "2", "--cost", "minimax", "--animate"]
    assert main(["figure1", *options, "--out", str(out)]) == 130
    progress = given.pop("progress")
    assert given.pop("device") == "cpu"
    options = {"seed": 7, "steps": 900, "k": 2, "cost": "minimax", "frames": 56, "gif": False}
    assert given == options
    assert list(progress(iter([1, 2]), 2)) == [1, 2]


def test_films_of_a_run_are_a_page_that_plays_it_and_a_gif(out, monkeypatch, capsys):
    monkeypatch.setattr("minigan.cli.figure.FRAMES", 3)
    options = ["--seed", "4", "--steps", "20", "--k", "2", "--cost", "minimax"]
    films = ["--animate", "--gif"]
    assert main(["figure1", *options, *films, "--json", "--out", str(out)]) == 0
    report = strictly(capsys.readouterr().out)
    names = ("figure1.png", "training.gif", "training.html")
    assert report["files"] == [str(out / name) for name in names]
    assert (out / "training.gif").read_bytes().startswith(b"GIF8")
    page = (out / "training.html").read_text(encoding="utf-8")
    film = strictly(re.search('id="film">(.*?)</script>', page)[1])
    assert [one["step"] for one in film["frames"]] == [1, 6, 20]
    last = film["frames"][-1]
    for name in ("jsd", "c_of_g", "residual", "value"):
        assert last[name] == report[name]
    session = Session(Knobs(seed=4, steps=20, k=2, cost="minimax", rate_G=figure1.RATE_G))
    for _ in range(20):
        session.do("step")
    own = strictly(json_text(frame(session, numbers(session))))
    beside = {"batch", "updates", "deeds", "moved"}  # of a game that is played on the page
    assert last == {**own, "kind": "line", **{name: last[name] for name in beside}}
    assert film["setup"] == strictly(json_text(setup(session)))


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--k", "11"], "k: expected 1 to 10 updates of D, got 11"),
        (["--device", "cuda"], "device: expected cpu, got cuda"),
        (["--steps", "2000000"], "steps: expected 1 to 1000000, got 2000000"),
    ],
)
def test_a_run_that_the_page_cannot_show_is_refused_before_it_is_played(
    options, reason, out, monkeypatch, capsys
):
    monkeypatch.setattr(Figure1, "play", lambda *_: pytest.fail("it was played"))
    line = refused(capsys, "figure1", *options, "--animate", "--out", out)
    assert line == f"minigan: --animate: {reason}; --gif makes a film of such a run"
    assert not out.exists()


@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
def test_ctrl_c_ends_the_run_with_a_picture_and_code_130(form, out, monkeypatch, capsys):
    monkeypatch.setattr("minigan.cli.figure.progress", interrupted_after(3))
    assert main(["figure1", "--steps", "60", "--out", str(out), *form]) == 130
    printed = capsys.readouterr()
    assert printed.err.startswith("minigan: interrupted") and printed.err.count("\n") == 1
    if form:
        assert strictly(printed.out)["steps"] == 3
        assert strictly(printed.out)["d_gap"] is None
    else:
        assert "3 steps of Algorithm 1" in printed.out
        assert printed.out.endswith(f"\n\nwritten: {out / 'figure1.png'}\n")
    assert [path.name for path in out.iterdir()] == ["figure1.png"]


def test_ctrl_c_outside_of_the_game_is_one_line(out, monkeypatch, capsys):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Figure1, "save", interrupt)
    assert main(["figure1", "--steps", "1", "--out", str(out)]) == 130
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "minigan: interrupted\n")


def test_a_cost_that_is_no_number_ends_the_run_with_code_1(out, monkeypatch, capsys):
    def diverge(*_):
        raise NonFiniteError("step 8: J_D became nan", 8)

    monkeypatch.setattr(Figure1, "play", diverge)
    assert main(["figure1", "--out", str(out)]) == 1
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "minigan: step 8: J_D became nan\n")
    assert not out.exists()


def test_a_defect_is_not_hidden(out, monkeypatch):
    def defect(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(Figure1, "play", defect)
    with pytest.raises(ZeroDivisionError):
        main(["figure1", "--out", str(out)])


@pytest.mark.slow
def test_a_signal_ends_a_process_with_a_picture_and_code_130(out):
    command = [sys.executable, "-m", "minigan", "figure1", "--steps", "100000", "--json"]
    process = subprocess.Popen(
        [*command, "--out", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while not out.exists():
        time.sleep(0.1)
    time.sleep(3)
    process.send_signal(signal.SIGINT)
    printed, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert 0 < strictly(printed)["steps"] < 100_000
    assert errors.startswith("minigan: interrupted") and errors.count("\n") == 1
    assert (out / "figure1.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(("suffix", "start"), [("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_a_picture_comes_in_the_format_asked_for(suffix, start, out, capsys):
    assert main(["circling", "--out", str(out), "--format", suffix]) == 0
    assert (out / f"circling.{suffix}").read_bytes().startswith(start)
    assert [path.name for path in out.iterdir()] == [f"circling.{suffix}"]


@pytest.mark.parametrize("dpi", ["19", "1201", "ten", "-50", "²"])
def test_dots_an_inch_have_bounds(dpi, out, capsys):
    with pytest.raises(SystemExit):
        main(["circling", "--out", str(out), f"--dpi={dpi}"])
    assert "--dpi: expected a whole number from 20 to 1200" in capsys.readouterr().err


@pytest.mark.parametrize(("found", "said"), [(True, ""), (False, "no program was found")])
def test_open_shows_the_picture(found, said, out, capsys, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda address: [opened.append(address), found][1])
    assert main(["circling", "--out", str(out), "--dpi", "20", "--open"]) == 0
    assert opened == [(out / "circling.png").absolute().as_uri()]
    assert said in capsys.readouterr().err
