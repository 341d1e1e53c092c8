"""The command line: what is printed where, what is written, and how it ends."""

import importlib
import inspect
import json
import os
import signal
import subprocess
import sys
import time
import types

import pytest

import minigan
from minigan import NonFiniteError, cli
from minigan.checks import Report
from minigan.cli import main
from minigan.experiments import figure1
from minigan.theory.identity import Identity

REQUIRED = {"seed", "steps", "seconds", "jsd", "c_of_g", "value", "d_minus_half"}
REQUIRED |= {"d_gap", "inner_gap"}


@pytest.fixture(autouse=True)
def short_inner_loop(monkeypatch):
    monkeypatch.setattr(figure1, "INNER_ROUND", 5)
    monkeypatch.setattr(figure1, "INNER_ROUNDS", 1)


@pytest.fixture
def out(tmp_path):
    """A directory that is not there yet."""
    return tmp_path / "out"


def run(*arguments, **options):
    """The command line in a process of its own."""
    command = [sys.executable, "-W", "error", "-m", "minigan", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **options)


def refused(capsys, *arguments):
    """The one line on standard error, after exit code 2 and silence on standard output."""
    try:
        code = main([*map(str, arguments)])
    except SystemExit as end:
        code = end.code
    printed = capsys.readouterr()
    assert code == 2
    assert printed.out == ""
    assert printed.err.endswith("\n") and printed.err.count("\n") == 1
    return printed.err[:-1]


def strictly(text):
    """JSON text read as JSON, without NaN or Infinity."""

    def refuse(constant):
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(text, parse_constant=refuse)


def interrupted_after(n):
    """Progress that ends in Ctrl-C when n steps are done."""

    def progress(records, total):
        for record in records:
            yield record
            if record.step == n:
                raise KeyboardInterrupt

    return progress


# A process.


def test_the_version_is_printed():
    ended = run("--version")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == f"minigan {minigan.__version__}\n"


def test_a_wrong_option_ends_a_process_with_one_line_and_code_2(tmp_path):
    ended = run("figure1", "--steps", "0", "--out", "new", cwd=tmp_path, env=ENVIRONMENT)
    assert ended.returncode == 2
    assert ended.stderr == "minigan: steps: expected a whole number >= 1, got 0\n"
    assert ended.stdout == ""


def test_a_process_draws_into_a_directory_of_the_figures_name(tmp_path):
    code = "import minigan.experiments.figure1 as f; f.INNER_ROUND = f.INNER_ROUNDS = 1"
    code += "; import runpy; runpy.run_module('minigan', run_name='__main__')"
    command = [sys.executable, "-W", "error", "-c", code, "figure1", "--steps", "2", "--json"]
    ended = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, env=ENVIRONMENT, timeout=120
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert strictly(ended.stdout)["files"] == ["figure1/figure1.png"]
    assert (tmp_path / "figure1" / "figure1.png").exists()


ROOT = os.path.dirname(os.path.dirname(minigan.__file__))
ENVIRONMENT = os.environ | {"PYTHONPATH": ROOT}


# What is refused.


@pytest.mark.parametrize(
    ("arguments", "expected", "given"),
    [
        ([], "required: command", ""),
        (["figure7"], "choose from", "figure7"),
        (["figure1", "--colour", "red"], "unrecognized arguments", "--colour red"),
        (["figure1", "red"], "unrecognized arguments", "red"),
        (["figure1", "--steps"], "--steps: expected one argument", ""),
        (["figure1", "--steps", "many"], "--steps: invalid int value", "'many'"),
        (["figure1", "--steps", "1.5"], "--steps: invalid int value", "'1.5'"),
        (["figure1", "--cost", "wgan"], "--cost: invalid choice", "'wgan'"),
        (["figure1", "--cost", "wgan"], "max-likelihood", "'wgan'"),
        (["check", "--seeds", "x"], "--seeds: invalid int value", "'x'"),
        (["check", "--steps", "3"], "unrecognized arguments", "--steps 3"),
    ],
)
def test_what_the_command_line_does_not_know_is_refused_in_one_line(
    arguments, expected, given, capsys
):
    line = refused(capsys, *arguments)
    assert line.startswith("minigan")
    assert expected in line and given in line


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--steps", 0, "steps: expected a whole number >= 1, got 0"),
        ("--steps", -5, "steps: expected a whole number >= 1, got -5"),
        ("--k", 0, "k: expected a whole number >= 1, got 0"),
        ("--k", -1, "k: expected a whole number >= 1, got -1"),
        ("--seed", -1, "seed: expected a whole number >= 0, got -1"),
    ],
)
def test_a_number_out_of_range_is_refused_and_no_file_is_written(
    option, value, message, out, capsys
):
    assert refused(capsys, "figure1", option, value, "--out", out) == f"minigan: {message}"
    assert not out.exists() or list(out.iterdir()) == []


def test_a_number_out_of_range_leaves_no_directory(out, capsys):
    refused(capsys, "figure1", "--steps", 0, "--out", out)
    assert not out.exists()


@pytest.mark.parametrize(
    ("place", "reason"), [("file", "File exists"), ("file/a", "Not a directory")]
)
def test_an_out_that_is_no_directory_is_refused_before_the_run(
    place, reason, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(figure1, "play", lambda **_: pytest.fail("it was played"))
    (tmp_path / "file").write_bytes(b"x")
    line = refused(capsys, "figure1", "--out", tmp_path / place)
    where = f"minigan: {tmp_path / place}: "
    assert line == f"{where}expected a directory that can be written to ({reason})"
    assert (tmp_path / "file").read_bytes() == b"x"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_seeds_of_a_check_are_counted_from_one(capsys):
    line = refused(capsys, "check", "--seeds", 0)
    assert line == "minigan: seeds: expected a whole number >= 1, got 0"


# Help.


@pytest.mark.parametrize("command", [[], ["figure1"], ["check"]])
def test_help_goes_to_standard_output(command, capsys):
    with pytest.raises(SystemExit) as end:
        main([*command, "--help"])
    assert end.value.code == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("usage: minigan")
    assert printed.err == ""


def test_help_lists_the_commands(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    lines = capsys.readouterr().out.splitlines()
    for command in ("figure1", "check", "theory", "list"):
        (line,) = (line for line in lines if line.split()[:1] == [command])
        assert len(line.split()) > 2


def test_help_of_figure1_lists_its_options_with_their_defaults(capsys):
    with pytest.raises(SystemExit):
        main(["figure1", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    for option in ("--seed", "--steps", "--k", "--cost", "--out DIR", "--animate", "--json"):
        assert option in text
    for default in ("(0)", "(12000)", "(1)", "(non-saturating)", "(figure1)"):
        assert default in text


def test_the_list_names_every_command(capsys):
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["minigan"] * len(lines)
    assert {"figure1", "check", "theory", "list"} <= {line.split()[1] for line in lines}


# minigan figure1.


def test_json_is_one_object_on_one_line_and_the_files_are_there(out, capsys):
    assert main(["figure1", "--steps", "60", "--seed", "3", "--json", "--out", str(out)]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert printed.out.count("\n") == 1
    report = strictly(printed.out)
    assert report.keys() >= REQUIRED
    assert (report["seed"], report["steps"]) == (3, 60)
    assert report["files"] == [str(out / "figure1.png")]
    assert [str(path) for path in out.iterdir()] == report["files"]


def test_text_has_a_row_for_each_panel_and_names_the_files(out, capsys):
    assert main(["figure1", "--steps", "4", "--out", str(out)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Figure 1, seed 0: 4 steps of Algorithm 1 (k = 1, non-saturating)")
    assert [line[:3] for line in lines if line.startswith("(")] == ["(a)", "(b)", "(c)", "(d)"]
    assert lines[-1] == f"written: {out / 'figure1.png'}"
    assert all(len(line) <= 100 for line in lines[:-1])


def test_options_reach_the_run(out, monkeypatch, capsys):
    given = {}

    def watched(**options):
        given.update(options)
        raise KeyboardInterrupt

    monkeypatch.setattr(figure1, "play", watched)
    options = ["--seed", "7", "--steps", "900", "--k", "2", "--cost", "minimax", "--animate"]
    assert main(["figure1", *options, "--out", str(out)]) == 130
    progress = given.pop("progress")
    assert given == {"seed": 7, "steps": 900, "k": 2, "cost": "minimax", "frames": 60}
    assert list(progress(iter([1, 2]), 2)) == [1, 2]


def test_a_film_is_written_on_demand(out, capsys):
    assert main(["figure1", "--steps", "2", "--animate", "--json", "--out", str(out)]) == 0
    names = ["figure1.png", "training.gif"]
    assert strictly(capsys.readouterr().out)["files"] == [str(out / name) for name in names]
    assert sorted(path.name for path in out.iterdir()) == names


@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
def test_ctrl_c_ends_the_run_with_a_picture_and_code_130(form, out, monkeypatch, capsys):
    monkeypatch.setattr(cli, "_progress", interrupted_after(3))
    assert main(["figure1", "--steps", "60", "--out", str(out), *form]) == 130
    printed = capsys.readouterr()
    assert printed.err.startswith("minigan: interrupted") and printed.err.count("\n") == 1
    if form:
        assert strictly(printed.out)["steps"] == 3
        assert strictly(printed.out)["d_gap"] is None
    else:
        assert "3 steps of Algorithm 1" in printed.out
    assert [path.name for path in out.iterdir()] == ["figure1.png"]


def test_ctrl_c_outside_of_the_game_is_one_line(out, monkeypatch, capsys):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(figure1, "save", interrupt)
    assert main(["figure1", "--steps", "1", "--out", str(out)]) == 130
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "minigan: interrupted\n")


def test_a_cost_that_is_no_number_ends_the_run_with_code_1(out, monkeypatch, capsys):
    def diverge(**_):
        raise NonFiniteError("step 8: J_D became nan", 8)

    monkeypatch.setattr(figure1, "play", diverge)
    assert main(["figure1", "--out", str(out)]) == 1
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "minigan: step 8: J_D became nan\n")
    assert not out.exists()


def test_a_defect_is_not_hidden(out, monkeypatch):
    def defect(**_):
        raise ZeroDivisionError

    monkeypatch.setattr(figure1, "play", defect)
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


# minigan check.

GOOD = Report("Linear", worst=3.2e-11, directions=40, redraws=2, passed=True)
BAD = Report("cost: minimax", float("inf"), 7, 0, False, "cost: minimax: dJ is 2, should be 1")


@pytest.fixture
def suite(monkeypatch):
    """Function that puts reports in place of the real suite, and notes its seeds."""
    asked = []

    def replace(*reports):
        def run_suite(seeds):
            asked.append(seeds)
            return iter(reports)

        monkeypatch.setattr("minigan.checks.run_suite", run_suite)
        return asked

    return replace


def test_a_check_that_passes_is_a_table_and_code_0(suite, capsys):
    suite(GOOD)
    assert main(["check"]) == 0
    head, row, _, verdict = capsys.readouterr().out.splitlines()
    assert " ".join(head.split()) == "checked worst relative error directions redrawn"
    assert row.split() == ["Linear", "3.2e-11", "40", "2", "ok"]
    assert verdict == "all gradients are right"


def test_a_check_that_fails_tells_what_is_wrong_and_ends_with_code_1(suite, capsys):
    suite(GOOD, BAD)
    assert main(["check"]) == 1
    printed = capsys.readouterr()
    lines = printed.out.splitlines()
    assert lines[1].endswith("ok") and lines[2].endswith("WRONG")
    assert lines[2].split() == ["cost:", "minimax", "inf", "7", "0", "WRONG"]
    assert BAD.message in lines
    assert lines[-1] == "1 of 2 are wrong"
    assert printed.err == ""


def test_columns_stand_under_their_heads(suite, capsys):
    suite(GOOD, BAD)
    main(["check"])
    head, first, second = capsys.readouterr().out.splitlines()[:3]
    assert first.index("40") + 2 == second.index(" 7 ") + 2 == head.index("directions") + 10


@pytest.mark.parametrize(("reports", "code"), [([GOOD], 0), ([GOOD, BAD], 1)])
def test_a_check_as_json_has_the_same_in_it(reports, code, suite, capsys):
    suite(*reports)
    assert main(["check", "--json"]) == code
    table = strictly(capsys.readouterr().out)
    assert table["passed"] is (code == 0)
    assert [check["name"] for check in table["checks"]] == [report.name for report in reports]
    assert table["checks"][0] == {
        "name": "Linear",
        "worst": 3.2e-11,
        "directions": 40,
        "redraws": 2,
        "passed": True,
        "message": "",
    }


def test_an_infinite_error_is_null_in_json(suite, capsys):
    suite(BAD)
    main(["check", "--json"])
    assert strictly(capsys.readouterr().out)["checks"][0]["worst"] is None


@pytest.mark.parametrize(("options", "seeds"), [([], 20), (["--seeds", "3"], 3)])
def test_a_check_is_asked_for_as_many_seeds_as_are_given(options, seeds, suite, capsys):
    asked = suite(GOOD)
    main(["check", *options])
    assert asked == [seeds]


def test_ctrl_c_in_a_check_is_one_line(monkeypatch, capsys):
    def run_suite(seeds):
        yield GOOD
        raise KeyboardInterrupt

    monkeypatch.setattr("minigan.checks.run_suite", run_suite)
    assert main(["check"]) == 130
    assert capsys.readouterr().err == "minigan: interrupted\n"


# minigan theory.

HELD = Identity("C(G) = -log 4 + 2 JSD", "2014, Eq. 6", -1.25, -1.25, 1e-9)
MISSED = Identity("V(G, D) <= C(G)", "2014, Prop. 1", -1.0, -1.25, 1e-9, "<=")
UNKNOWN = Identity("KL = KL", "2014", float("nan"), float("inf"), 1e-9)


@pytest.fixture
def theory(monkeypatch):
    """Function that puts rows in place of the real identities, and notes their seeds."""
    asked = []

    def replace(*rows):
        module = types.ModuleType("minigan.theory.identities")
        module.identities = lambda seed: asked.append(seed) or iter(rows)
        monkeypatch.setitem(sys.modules, module.__name__, module)
        return asked

    return replace


def test_identities_that_hold_are_a_table_and_code_0(theory, capsys):
    theory(HELD, HELD)
    assert main(["theory"]) == 0
    head, row, *_, verdict = capsys.readouterr().out.splitlines()
    assert head.split() == ["statement", "source", "left", "right", "residual"]
    assert row.startswith("C(G) = -log 4 + 2 JSD  2014, Eq. 6")
    assert row.split()[-4:] == ["-1.25", "-1.25", "0.0e+00", "holds"]
    assert verdict == "all 2 hold"


@pytest.mark.parametrize("row", [MISSED, UNKNOWN])
def test_an_identity_that_fails_ends_with_code_1(row, theory, capsys):
    theory(HELD, row)
    assert main(["theory"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].endswith("holds") and lines[2].endswith("FAILS")
    assert lines[-1] == "1 of 2 fail"


def test_identities_as_json_have_the_same_in_them(theory, capsys):
    theory(HELD, MISSED, UNKNOWN)
    assert main(["theory", "--json"]) == 1
    table = strictly(capsys.readouterr().out)
    assert table["holds"] is False
    first, second, third = table["identities"]
    assert (first["statement"], first["holds"], first["residual"]) == (HELD.statement, True, 0)
    assert (second["relation"], second["holds"], second["residual"]) == ("<=", False, 0.25)
    assert (third["left"], third["right"], third["residual"]) == (None, None, None)


@pytest.mark.parametrize(("options", "seed"), [([], 0), (["--seed", "5"], 5)])
def test_the_seed_of_the_theory_is_handed_on(options, seed, theory, capsys):
    asked = theory(HELD)
    main(["theory", *options])
    assert asked == [seed]


# All figures.


@pytest.mark.parametrize("name", cli.FIGURES)
def test_every_figure_has_an_experiment_behind_it(name):
    experiment = importlib.import_module(f"minigan.experiments.{name.replace('-', '_')}")
    assert {"seed", "progress"} <= inspect.signature(experiment.play).parameters.keys()
    for step in ("report", "text", "save"):
        assert callable(getattr(experiment, step))


# What is imported.


def test_what_a_command_does_not_need_is_not_imported():
    code = "import sys, minigan.cli; sys.exit(any(m in sys.modules for m in NEVER))"
    code = code.replace("NEVER", repr(["matplotlib", "scipy", "tqdm", "minigan.checks"]))
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, env=ENVIRONMENT)


def test_no_progress_is_shown_where_nobody_looks(capsys):
    assert list(cli._progress(iter("abc"), 3)) == ["a", "b", "c"]
    assert capsys.readouterr().err == ""


def test_a_closed_pipe_ends_without_a_traceback():
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "minigan", "list"]
    with os.fdopen(writer, "w") as pipe:
        ended = subprocess.run(
            command, stdout=pipe, stderr=subprocess.PIPE, env=ENVIRONMENT, timeout=60
        )
    assert (ended.returncode, ended.stderr) == (1, b"")
