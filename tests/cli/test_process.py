"""A command in the world that it is called from: signals, encodings, a backend, odd names."""

import os
import signal
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from minigan.cli import main
from minigan.figures.figure1 import Figure1
from minigan.figures.mode_collapse import ModeCollapse

from .helpers import ENVIRONMENT, ROOT, refused, run

SIGNALS = [
    (name, 128 + getattr(signal, name)) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)
]


@pytest.fixture(autouse=True)
def deadly(monkeypatch):
    """All signals as a shell leaves them, however these tests were started."""
    numbers = [signal.SIGINT, *(getattr(signal, name) for name, _ in SIGNALS)]
    before = {number: signal.signal(number, signal.SIG_DFL) for number in numbers}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


# Signals.


def sends(name, function, when=lambda *given: True):
    """The function, which first sends the process a signal."""

    def sending(*given, **named):
        if when(*given):
            os.kill(os.getpid(), getattr(signal, name))
        return function(*given, **named)

    return sending


@pytest.mark.parametrize(("name", "code"), SIGNALS)
def test_a_signal_ends_a_figure_with_its_picture(name, code, out, monkeypatch, capsys):
    def interrupted(steps, total):
        for number, step in enumerate(steps):
            yield step
            if number == 2:
                os.kill(os.getpid(), getattr(signal, name))

    monkeypatch.setattr("minigan.cli.figure.progress", interrupted)
    monkeypatch.setattr(
        Figure1, "save", lambda figure, directory, files: [directory / "figure1.png"]
    )
    assert main(["figure1", "--steps", "60", "--out", str(out), "--json"]) == code
    printed = capsys.readouterr()
    assert '"steps": 3,' in printed.out
    assert printed.err == "minigan: interrupted; this is what was learned so far\n"
    assert signal.getsignal(getattr(signal, name)) is signal.SIG_DFL


@pytest.mark.parametrize(("name", "code"), SIGNALS)
def test_a_signal_ends_a_sweep_which_goes_on(name, code, out, monkeypatch, capsys):
    monkeypatch.setattr("minigan.figures.seeds.Seeds.save", lambda *_: [])
    third = sends(name, ModeCollapse.play, lambda figure: figure.seed == 2)
    monkeypatch.setattr(ModeCollapse, "play", third)
    arguments = ["mode-collapse", "--seeds", "0:4", "--jobs", "1", "--out", str(out)]
    assert main(arguments) == code
    assert len((out / "sweep.jsonl").read_text().splitlines()) == 2
    assert capsys.readouterr().err == "minigan: interrupted; the same command goes on from here\n"


def test_a_signal_that_is_ignored_stays_so_and_one_that_came_twice_counts_once(out, monkeypatch):
    """As SIGHUP is under nohup; and ``timeout`` sends SIGTERM to a process and to its group."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    monkeypatch.setattr(ModeCollapse, "play", sends("SIGTERM", ModeCollapse.play))
    monkeypatch.setattr(ModeCollapse, "save", lambda *_: [])
    assert main(["mode-collapse", "--out", str(out)]) == 0
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    twice = sends("SIGTERM", lambda _: os.kill(os.getpid(), signal.SIGTERM))
    monkeypatch.setattr(ModeCollapse, "play", twice)
    assert main(["mode-collapse", "--out", str(out / "b")]) == 128 + signal.SIGTERM


NUMPY = "import os, signal, time; os.kill(os.getpid(), signal.SIGINT); time.sleep(20)"


@pytest.mark.parametrize("how", ["-m", "script", "a program"])
def test_ctrl_c_while_python_imports_is_a_line_but_a_program_is_left_alone(how, tmp_path):
    (tmp_path / "numpy.py").write_text(NUMPY)  # the first of what minigan imports
    (tmp_path / "minigan").write_text("from minigan.cli import main\nmain()")
    (tmp_path / "program.py").write_text("import minigan")
    command = {"-m": ["-m", "minigan"], "script": ["minigan"], "a program": ["program.py"]}[how]
    ended = subprocess.run(
        [sys.executable, *command, "list"],
        cwd=tmp_path,
        env=ENVIRONMENT | {"PYTHONPATH": os.pathsep.join([str(tmp_path), ROOT])},
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    if how == "a program":
        assert ended.returncode == -signal.SIGINT and "KeyboardInterrupt" in ended.stderr
    else:
        assert (ended.returncode, ended.stderr) == (130, "minigan: interrupted\n")


# What is printed, and drawn.


def test_a_backend_and_an_encoding_of_elsewhere_end_no_command(tmp_path):
    np.save(tmp_path / "Fälle ☃.npy", np.arange(192, dtype=np.uint8).reshape(12, 4, 4))
    inherited = {"MPLBACKEND": "backend_of_a_notebook", "PYTHONIOENCODING": "ascii"}
    environment = ENVIRONMENT | inherited
    ended = run("data", "show", "Fälle ☃.npy", cwd=tmp_path, env=environment)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.splitlines()[-1] == r"written: sheets/F\xe4lle \u2603.npy-train.png"
    assert (tmp_path / "sheets" / "Fälle ☃.npy-train.png").exists()


def test_the_backend_is_as_it_was_afterwards(monkeypatch):
    for backend in ("backend_of_a_notebook", None):
        monkeypatch.delenv("MPLBACKEND", raising=False)
        if backend is not None:
            monkeypatch.setenv("MPLBACKEND", backend)
        main(["list"])
        assert os.environ.get("MPLBACKEND") == backend


@pytest.mark.parametrize("name", ["we\nird", "col\x1b[31mour", "bad\udcff"])
def test_a_name_cannot_break_a_line_or_colour_a_terminal(name, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save(f"{name}.npy", np.arange(192, dtype=np.uint8).reshape(12, 4, 4))
    assert main(["data", "show", f"{name}.npy"]) == 0
    shown = ascii(name)[1:-1]
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{shown}, train: 8 images")
    assert lines[-1] == f"written: sheets/{shown}.npy-train.png"
    message = refused(capsys, "data", "show", name)
    assert message.endswith(f"got '{shown}'")


def test_two_folders_are_two_sheets(tmp_path, capsys):
    for name, value in (("faces.v1", 0), ("faces.v2", 255)):
        (tmp_path / name).mkdir()
        for i in range(6):
            header = b"P5 2 2 255\n"
            (tmp_path / name / f"{i}.pgm").write_bytes(header + bytes([value] * 4))
        assert main(["data", "show", str(tmp_path / name), "--out", str(tmp_path)]) == 0
    sheets = sorted(path.name for path in tmp_path.glob("*.png"))
    assert sheets == ["faces.v1-train.png", "faces.v2-train.png"]


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (["figure1", "--out"], "out"),
        (["circling", "--out"], "out"),
        (["train", "digits", "--out"], "out"),
        (["train", "digits", "--data"], "data"),
        (["data", "show", "digits", "--out"], "out"),
        (["plot"], "directory"),
    ],
)
def test_an_empty_name_is_refused_and_not_taken_for_this_directory(
    arguments, option, capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    message = f"minigan: {option}: expected a name, got an empty one"
    assert refused(capsys, *arguments, "") == message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [["circling"], ["train", "digits", "--epochs", "4", "--look", "4", "--width", "0.1"]],
)
def test_a_command_with_progress_needs_no_stderr(tmp_path, monkeypatch, arguments):
    monkeypatch.setattr(sys, "stderr", None)  # what 2>&- makes of it
    assert main([*arguments, "--out", str(tmp_path / "out")]) == 0


def test_closed_outputs_end_no_command_in_a_traceback(monkeypatch, capsys):
    for closed, arguments, code in (("stdout", ["list"], 0), ("stderr", ["train", "cats"], 2)):
        with monkeypatch.context() as patch:
            patch.setattr(sys, closed, None)
            assert main(arguments) == code
    assert capsys.readouterr() == ("", "")


# Other systems.

ELSEWHERE = """
    import importlib, os, pkgutil, signal, sys
    import joblib, matplotlib.figure, numpy, pooch, scipy.special, threadpoolctl, tqdm

    for module in ("fcntl", "grp", "pwd", "resource", "termios"):
        sys.modules[module] = None
    for module, names in {
        os: "fork geteuid getuid mkfifo sched_getaffinity statvfs sysconf uname O_CLOEXEC "
            "O_DIRECTORY O_NOFOLLOW O_NONBLOCK",
        signal: "SIGALRM SIGHUP SIGKILL SIGPIPE SIGUSR1 SIGUSR2 pthread_sigmask setitimer",
    }.items():
        for name in names.split():
            delattr(module, name)

    import minigan
    for found in pkgutil.walk_packages(minigan.__path__, "minigan."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
    from minigan.cli import main
    from minigan.images import run, score
    run.SAMPLES = score.SAMPLES = 100
    commands = ["train digits --epochs 1", "train --resume digits --epochs 2", "plot digits"]
    for command in [*commands, "mode-collapse --seeds 0:1 --jobs 1"]:
        assert main(command.split()) == 0
"""


@pytest.mark.slow
def test_what_windows_and_macos_lack_is_not_needed(tmp_path):
    """Names that one of them has not are deleted before minigan is imported, and used."""
    command = [sys.executable, "-c", textwrap.dedent(ELSEWHERE)]
    ended = subprocess.run(
        command, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, timeout=120
    )
    assert (ended.returncode, ended.stderr) == (0, "")
