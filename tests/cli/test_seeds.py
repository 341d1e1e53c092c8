"""minigan figure1 --seeds: many runs, one table, and how it ends."""

import argparse
import json
import os
import signal

import pytest
from matplotlib.figure import Figure

import minigan
from minigan import NonFiniteError
from minigan.cli import main
from minigan.cli.seeds import seed_list
from minigan.figures.figure1 import Figure1
from minigan.figures.mode_collapse import ModeCollapse
from minigan.figures.table import CURE

from .helpers import ENVIRONMENT, refused, run, strictly


def swept(capsys, *arguments, code=0):
    """What is printed on standard output; on standard error, nothing if all is well."""
    assert main([*map(str, arguments)]) == code
    printed = capsys.readouterr()
    assert printed.err == "" or code == 130
    return printed.out


@pytest.fixture
def empty_pictures(monkeypatch):
    """Where a test does not look at pictures, drawing them takes most of its time."""
    monkeypatch.setattr("minigan.figures.seeds.draw", lambda *_: Figure(figsize=(1, 1)))
    monkeypatch.setattr(Figure1, "_draw", lambda _: Figure(figsize=(1, 1)))


@pytest.mark.usefixtures("empty_pictures")
def test_a_sweep_has_the_numbers_of_single_runs_bit_for_bit(out, capsys):
    arguments = ["figure1", "--steps", 4, "--k", 2, "--cost", "minimax", "--json", "--out"]
    table = strictly(swept(capsys, *arguments, out, "--seeds", "0:2", "--jobs", 1))
    assert table["settings"] == {
        "steps": 4,
        "k": 2,
        "cost": "minimax",
        "device": "cpu",
        "seeds": [0, 1],
    }
    row = table["rows"][1]
    single = strictly(swept(capsys, *arguments, out / "single", "--seed", 1))
    for name in ("jsd", "c_of_g", "value", "d_minus_half", "d_gap", "inner_gap"):
        assert row[name] == single[name]
    assert row["panels.b.d_gap"] == single["panels"]["b"]["d_gap"]


def test_files_are_a_table_and_a_picture(out, capsys):
    table = strictly(swept(capsys, "mode-collapse", "--seeds", "3,1", "--json", "--out", out))
    assert table["files"] == [str(out / "sweep.jsonl"), str(out / "sweep.png")]
    names = sorted(path.name for path in out.iterdir())
    assert names == [".lock", "sweep.jsonl", "sweep.png"]
    lines = (out / "sweep.jsonl").read_text().splitlines()
    found = {line["setting"]["seed"]: line["results"] for line in map(json.loads, lines)}
    assert [{"seed": seed, **found[seed]} for seed in (1, 3)] == table["rows"]


@pytest.mark.usefixtures("empty_pictures")
def test_text_is_a_table_and_says_what_was_played(out, capsys):
    arguments = ["mode-collapse", "--jobs", "1", "--out", out]
    first = swept(capsys, *arguments, "--seeds", "0:2").splitlines()
    assert first[0] == "mode-collapse: 2 seeds"
    files = f"written: {out / 'sweep.jsonl'}, {out / 'sweep.png'}"
    assert first[-1] == f"{files} (2 games played, 0 were there before)"
    second = swept(capsys, *arguments, "--seeds", "0:5").splitlines()
    assert second[-1] == f"{files} (3 games played, 2 were there before)"
    assert len(second) == len(first) + 3


@pytest.mark.slow
def test_figure_1_in_processes_is_figure_1(tmp_path):
    """The whole of it: the inner loop is not shortened in other processes."""
    arguments = ["figure1", "--steps", "6", "--json", "--out"]
    many = run(*arguments, tmp_path / "a", "--seeds", "0:2", "--jobs", "2", env=ENVIRONMENT)
    one = run(*arguments, tmp_path / "b", "--seed", "1", env=ENVIRONMENT)
    row, single = strictly(many.stdout)["rows"][1], strictly(one.stdout)
    assert single["d_gap"] is not None
    for name in ("jsd", "c_of_g", "value", "d_minus_half", "d_gap", "inner_gap"):
        assert row[name] == single[name]


@pytest.mark.usefixtures("empty_pictures")
def test_a_cost_that_is_no_number_is_a_row_and_code_1(out, capsys, monkeypatch):
    real = ModeCollapse.play

    def diverges(run):
        if run.seed == 1:
            raise NonFiniteError("step 8: J_D became nan", 8)
        return real(run)

    monkeypatch.setattr(ModeCollapse, "play", diverges)
    arguments = ["mode-collapse", "--seeds", "0:3", "--jobs", 1, "--out", out]
    lines = swept(capsys, *arguments, code=1).splitlines()
    assert lines[0] == "mode-collapse: 3 seeds; 1 failed"
    assert "1                 step 8: J_D became nan" in lines
    rows = strictly(swept(capsys, *arguments, "--json", code=1))["rows"]
    assert rows[1] == {"seed": 1, "error": "step 8: J_D became nan"}
    assert rows[2].keys() > {"seed", "orders.min max.c_of_g"}


@pytest.mark.usefixtures("empty_pictures")
def test_ctrl_c_keeps_what_has_ended_and_the_same_command_goes_on(out, capsys, monkeypatch):
    real = ModeCollapse.play

    def interrupted(run):
        if run.seed == 2:
            raise KeyboardInterrupt
        return real(run)

    arguments = ["mode-collapse", "--seeds", "0:4", "--json", "--jobs", "1", "--out", str(out)]
    monkeypatch.setattr(ModeCollapse, "play", interrupted)
    assert main(arguments) == 130
    printed = capsys.readouterr()
    assert printed.err == "minigan: interrupted; the same command goes on from here\n"
    assert [row["seed"] for row in strictly(printed.out)["rows"]] == [0, 1]
    monkeypatch.setattr(ModeCollapse, "play", real)
    resumed = strictly(swept(capsys, *arguments))
    (out / "sweep.jsonl").unlink()
    assert strictly(swept(capsys, *arguments)) == resumed


def test_ctrl_c_before_the_first_game_has_ended_leaves_nothing(out, capsys, monkeypatch):
    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(ModeCollapse, "play", interrupt)
    assert main(["mode-collapse", "--seeds", "0:4", "--jobs", "1", "--out", str(out)]) == 130
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "minigan: interrupted\n")
    assert not out.exists()


def test_a_process_ended_from_outside_is_one_line_and_code_1(out, capsys, monkeypatch):
    def killed(figure, seed):
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr("minigan.figures.seeds.numbers", killed)
    assert main(["mode-collapse", "--seeds", "0:2", "--jobs", "2", "--out", str(out)]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("minigan: a process that played a game was ended from outside")
    assert printed.err.count("\n") == 1


# What is refused, before any game.


@pytest.fixture
def unplayed(monkeypatch):
    monkeypatch.setattr(Figure1, "play", lambda *_: pytest.fail("it was played"))


@pytest.mark.usefixtures("unplayed")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--seeds", "5:5"], "figure1: argument --seeds: 5:5 has no seeds in it: the end"),
        (["--seeds", "0:2", "--k", "0", "--jobs", "1"], "k: expected a whole number >= 1, got 0"),
        (["--seeds", "0:2", "--k", "0", "--jobs", "2"], "k: expected a whole number >= 1, got 0"),
        (["--seeds", "-1"], "figure1: argument --seeds: expected 0:20 or 1,5,7, got '-1'"),
        (["--seeds", "1,5,1"], "figure1: argument --seeds: 1 is given twice in '1,5,1'"),
        (["--seeds", "0:5,3"], "figure1: argument --seeds: 3 is given twice"),
        (["--seeds", f"0:{10**15}"], "figure1: argument --seeds: expected at most 1000000 seeds"),
        (["--seeds", "0:2", "--seed", "0"], "figure1: argument --seed: not allowed with"),
        (["--seeds", "0:2", "--jobs", "0"], "--jobs: expected a whole number >= 1, got 0"),
        (
            ["--seeds", "0:2", "--jobs", "x"],
            "figure1: argument --jobs: expected a whole number, got 'x'",
        ),
        (["--seeds", "0:2", "--animate"], "--animate: expected --seed, for one film, got --seeds"),
        (["--seeds", "0:2", "--gif"], "--gif: expected --seed, for one film, got --seeds"),
        (["--jobs", "2"], "--jobs: expected --seeds beside it"),
    ],
)
def test_what_does_not_fit_is_one_line_and_no_directory(arguments, message, out, capsys):
    line = refused(capsys, "figure1", "--out", out, *arguments)
    assert line.removeprefix("minigan").lstrip(": ").startswith(message)
    assert not out.exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--seeds", "a"], "ring: argument --seeds: expected 0:20 or 1,5,7, got 'a'"),
        (["--jobs", "0"], "--jobs: expected a whole number >= 1, got 0"),
    ],
)
def test_a_figure_over_seeds_refuses_what_does_not_fit_in_a_line(options, message, out, capsys):
    assert message in refused(capsys, "ring", "--out", out, *options)


def test_figures_that_a_seed_hardly_changes_have_no_seeds(capsys):
    assert "unrecognized arguments: --seeds 0:2" in refused(capsys, "circling", "--seeds", "0:2")


@pytest.mark.usefixtures("unplayed")
def test_a_table_that_is_none_is_refused_and_left_alone(out, capsys):
    out.mkdir()
    (out / "sweep.jsonl").write_bytes(b"jsd,seed\n")
    line = refused(capsys, "figure1", "--seeds", "0:2", "--out", out)
    assert line == f"minigan: {out / 'sweep.jsonl'}: line 1 is no game of a sweep: {CURE}"
    assert (out / "sweep.jsonl").read_bytes() == b"jsd,seed\n"


@pytest.mark.usefixtures("unplayed")
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ('"much"', "jsd: expected a number, got 'much'"),
        ("1" + "0" * 400, "is no game of a sweep"),
        ("[0.1]", "is no game of a sweep"),
    ],
)
def test_what_is_no_number_in_a_table_is_refused_with_its_line(given, message, out, capsys):
    out.mkdir()
    by = f'"experiment": "figure1", "minigan": "{minigan.__version__}", "setting": {{"seed": 7}}'
    row = f'{{{by}, "results": {{"jsd": 0.1}}, "seconds": 1}}\n'
    (out / "sweep.jsonl").write_text(row + row.replace("0.1", given))
    line = refused(capsys, "figure1", "--seeds", "0:2", "--out", out)
    assert line.startswith(f"minigan: {out / 'sweep.jsonl'}: line 2")
    assert line.endswith(f"{message}: {CURE}")


def test_two_sweeps_at_once_are_one(out, capsys, monkeypatch):
    real, arguments = ModeCollapse.play, ["mode-collapse", "--seeds", "0:2", "--jobs", "1"]
    codes = []

    def another(run):
        codes.append(main([*arguments, "--out", str(out)]))
        return real(run)

    monkeypatch.setattr(ModeCollapse, "play", another)
    monkeypatch.setattr("minigan.figures.seeds.Seeds.save", lambda *_: [])
    assert main([*arguments, "--out", str(out)]) == 0
    message = f"minigan: {out}: expected no other run there, got one in process {os.getpid()}\n"
    assert (codes, capsys.readouterr().err) == ([2, 2], 2 * message)
    assert len((out / "sweep.jsonl").read_text().splitlines()) == 2


@pytest.mark.parametrize(
    ("text", "seeds"),
    [
        ("0:3", [0, 1, 2]),
        ("7", [7]),
        ("7,1,5", [1, 5, 7]),
        ("5:7,0:2,9", [0, 1, 5, 6, 9]),
    ],
)
def test_seeds_are_ranges_and_numbers(text, seeds):
    assert seed_list(text) == seeds


@pytest.mark.parametrize(
    "text", ["", "a:b", "-1:3", "1.5", "0:2:2", ":", "1:", ":2", "1,,2", "1 2", "²", "0x1", "1_0"]
)
def test_what_is_neither_is_refused(text):
    with pytest.raises(argparse.ArgumentTypeError, match=r"expected 0:20 or 1,5,7, got "):
        seed_list(text)
