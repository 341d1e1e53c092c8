"""The command line as a whole: what it refuses, its help, and how it ends."""

import importlib
import os
import subprocess
import sys

import pytest

import minigan
from minigan.cli import COMMANDS, main

from .helpers import ENVIRONMENT, refused, run

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


def test_what_a_command_does_not_need_is_not_imported():
    never = ["matplotlib", "scipy", "tqdm", "joblib", "pooch", "minigan.checks"]
    code = "import sys; from minigan.cli import main; main(['list']); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env=ENVIRONMENT,
    ).stdout.split()
    assert "minigan.cli.check" in loaded  # to list the commands, all of them are imported
    assert not set(never) & set(loaded)


@pytest.mark.parametrize("place", COMMANDS.values())
def test_a_command_is_a_line_of_help_its_arguments_and_a_run(place):
    module = importlib.import_module(place)
    assert module.HELP and "\n" not in module.HELP
    assert callable(module.add_arguments) and callable(module.run)


def test_a_closed_pipe_ends_without_a_traceback():
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "minigan", "list"]
    with os.fdopen(writer, "w") as pipe:
        ended = subprocess.run(
            command, stdout=pipe, stderr=subprocess.PIPE, env=ENVIRONMENT, timeout=60
        )
    assert (ended.returncode, ended.stderr) == (141, b"")


# What is refused.


@pytest.mark.parametrize(
    ("arguments", "expected", "given"),
    [
        (["figure7"], "choose from", "figure7"),
        (["figure1", "--colour", "red"], "unrecognized arguments", "--colour red"),
        (["figure1", "red"], "unrecognized arguments", "red"),
        (["figure1", "--steps"], "--steps: expected one argument", ""),
        (["figure1", "--steps", "many"], "--steps: expected a whole number", "'many'"),
        (["figure1", "--steps", "1.5"], "--steps: expected a whole number", "'1.5'"),
        (["figure1", "--cost", "wgan"], "--cost: invalid choice", "'wgan'"),
        (["figure1", "--cost", "wgan"], "max-likelihood", "'wgan'"),
        (["check", "--seeds", "x"], "--seeds: expected a whole number", "'x'"),
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
    ("arguments", "meant"),
    [
        (["figur1"], "figure1"),
        (["Train"], "train"),
        (["mode-colapse"], "mode-collapse"),
        (["figure1", "--cost", "minmax"], "minimax"),
        (["figure1", "--stesp=5"], "--steps"),
        (["train", "digits", "--device", "cdua"], "cuda"),
        (["train", "digit"], "digits"),
        (["train", "digits", "--data", "mnits"], "mnist"),
        (["data", "fetsh", "mnist"], "fetch"),
        (["data", "fetch", "cifar"], "cifar10"),
    ],
)
def test_what_is_mistyped_is_told_what_is_near(arguments, meant, capsys):
    assert refused(capsys, *arguments).endswith(f"; did you mean {meant}?")


def test_what_is_near_nothing_is_told_nothing(capsys):
    for arguments in (["qqq"], ["train", "cats"], ["figure1", "--colour", "red"]):
        assert "did you mean" not in refused(capsys, *arguments)


# Help.


@pytest.mark.parametrize("command", [[], ["data"]])
def test_a_command_alone_is_its_help(command, capsys):
    assert main(command) == 0
    alone = capsys.readouterr()
    with pytest.raises(SystemExit):
        main([*command, "--help"])
    assert (alone.out, alone.err) == (capsys.readouterr().out, "")


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
    for option in (
        "--seed",
        "--steps",
        "--k",
        "--cost",
        "--out DIR",
        "--animate",
        "--gif",
        "--json",
    ):
        assert option in text
    for default in ("(0)", "(6000)", "(1)", "(non-saturating)", "(figure1)"):
        assert default in text
