"""A run that was stopped, however that came, goes on as if it had not been, bit for bit."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap

import numpy as np
import pytest

import minigan
from minigan.base.errors import InputError
from minigan.checkpoint import read
from minigan.images import RECIPES, ImageRun
from minigan.images import run as run_module

from .helpers import assert_equal, assert_same_run, opened, pretrained, state, table

NAMES = list(RECIPES)
ROOT = os.path.dirname(os.path.dirname(minigan.__file__))


@pytest.fixture(autouse=True)
def pythons_own_handler():
    """Python's handler of Ctrl-C, even where the tests run with interrupts ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """The digits' run that is never stopped."""
    directory = tmp_path_factory.mktemp("played") / "whole"
    with opened("digits", directory) as run:
        list(run.play(6))
    return directory


@pytest.fixture
def whole(played, tmp_path):
    """A test's own copy of it."""
    return shutil.copytree(played, tmp_path / "whole")


def resume(directory, epochs=6):
    with opened("digits", directory, resume=True) as run:
        return list(run.play(epochs))


@pytest.mark.parametrize("half", [2, pytest.param(100, marks=pytest.mark.slow)])  # epochs
@pytest.mark.parametrize("name", NAMES)
def test_a_half_and_another_are_the_whole(name, half, tmp_path):
    options = pretrained(tmp_path, name)
    with opened(name, tmp_path / "whole", **options) as run:
        lines = list(run.play(2 * half))
    with opened(name, tmp_path / "halves", **options) as run:
        first = list(run.play(half))
    with opened(name, tmp_path / "halves", resume=True) as run:  # without --start
        assert run.epoch == half
        second = list(run.play(2 * half))
        assert run.game.steps_done == 6 * half
    assert_same_run(tmp_path / "whole", tmp_path / "halves")
    assert [{**line, "seconds": 0} for line in lines] == [
        {**line, "seconds": 0} for line in first + second
    ]


def interrupt():
    os.kill(os.getpid(), signal.SIGINT)


class Interrupting:
    """A sampler in the middle of whose nth draw somebody types Ctrl-C, so many times."""

    def __init__(self, sampler, n, times=1):
        self._sampler, self._left, self._times = sampler, n, times

    def sample(self, m, rng):
        self._left -= 1
        if self._left == 0:
            for _ in range(self._times):
                interrupt()
        return self._sampler.sample(m, rng)

    def to(self, device):
        return self

    def __getattr__(self, name):
        return getattr(self._sampler, name)


@pytest.mark.parametrize("steps", [1, 2, 3, 4, 7, 9, 17, 18])  # three are an epoch
def test_ctrl_c_in_a_step_waits_for_its_end_and_nothing_is_lost(steps, whole, tmp_path):
    with pytest.raises(KeyboardInterrupt), opened("digits", tmp_path / "stopped") as run:
        run.game.data = Interrupting(run.game.data, steps)
        list(run.play(6))
    assert run.game.steps_done == steps == read(tmp_path / "stopped" / "last.npz").state["step"]
    resume(tmp_path / "stopped")
    assert_same_run(whole, tmp_path / "stopped")


def test_a_second_ctrl_c_ends_a_step_half_done_which_is_not_saved(whole, tmp_path):
    with pytest.raises(KeyboardInterrupt), opened("digits", tmp_path / "stopped") as run:
        run.game.noise = Interrupting(run.game.noise, 20, times=2)  # in G's turn: D has moved
        list(run.play(6))
    assert run.game.steps_done == 9 and read(tmp_path / "stopped" / "last.npz").state["step"] == 6
    resume(tmp_path / "stopped")
    assert_same_run(whole, tmp_path / "stopped")


@pytest.mark.parametrize("during", ["a progress bar", "printing"])
def test_ctrl_c_between_two_steps_or_while_a_line_is_printed(during, whole, tmp_path):
    def bar(steps, total):
        for number, step in enumerate(steps):
            if number == 7 and during == "a progress bar":
                raise KeyboardInterrupt
            yield step

    with pytest.raises(KeyboardInterrupt), opened("digits", tmp_path / "stopped") as run:
        for line in run.play(6, bar):
            if line["epoch"] == 3:
                raise KeyboardInterrupt
    resumed = [line["epoch"] for line in resume(tmp_path / "stopped")]
    assert resumed == ([3, 4, 5, 6] if during == "a progress bar" else [4, 5, 6])
    assert_same_run(whole, tmp_path / "stopped")


@pytest.mark.parametrize("at", [2, 6])
def test_ctrl_c_during_a_look_loses_neither_line_nor_sheet(at, whole, tmp_path, monkeypatch):
    look = ImageRun.look

    def interrupted(run):
        if run.epoch == at:
            raise KeyboardInterrupt
        return look(run)

    monkeypatch.setattr(ImageRun, "look", interrupted)
    with pytest.raises(KeyboardInterrupt), opened("digits", tmp_path / "stopped") as run:
        list(run.play(6))
    assert len(table(tmp_path / "stopped")) == at - 1
    monkeypatch.setattr(ImageRun, "look", look)
    assert resume(tmp_path / "stopped")[0]["epoch"] == at
    assert_same_run(whole, tmp_path / "stopped")


def test_ctrl_c_while_the_best_is_scored_leaves_the_last_alone(whole, tmp_path):
    before = (whole / "last.npz").read_bytes()
    with pytest.raises(KeyboardInterrupt), opened("digits", whole, resume=True) as run:
        list(run.play(6))
        run.go_back_to_best()
        with pytest.raises(InputError, match="expected a run as it was last"):
            run.play(9)
        raise KeyboardInterrupt
    assert (whole / "last.npz").read_bytes() == before


KILLED = """
    import os, signal, sys
    from pathlib import Path
    sys.path[:0] = [{root!r}, {root!r} + "/tests"]
    from minigan.base import files
    from minigan.images import log, run as run_module
    from images.helpers import opened

    run_module.SAMPLES, run_module.SHEET = 50, 20
    run_module.SAVE, run_module.SHARE = {save}, 0

    def killed(function, when):
        def maybe(*given, **named):
            if when(*given):
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*given, **named)
        return maybe

    with opened("digits", {directory!r}) as run:
        {patch}
        list(run.play(6))
"""
IN_A_STEP = "run.game.step = killed(run.game.step, lambda: run.game.steps_done == 10)"
AFTER_A_LINE = "run.save = killed(run.save, lambda *given: run.epoch == 4)"
IN_A_LINE = "log._text = killed(log._text, lambda line: line['epoch'] == 4)"
IN_A_SAVE = (
    "os.replace = killed(os.replace, lambda a, b: run.epoch == 4 and Path(b).name == {name!r})"
)
IN_A_LOOK = "run.look = killed(run.look, lambda: run.epoch == 4)"


RARELY = pytest.param(1000, id="saved at looks", marks=pytest.mark.slow)


@pytest.mark.parametrize("save", [pytest.param(0, id="saved at each step"), RARELY])
@pytest.mark.parametrize(
    ("patch", "step"),
    [
        pytest.param(IN_A_STEP, 10, id="in a step"),
        pytest.param(AFTER_A_LINE, 11, id="after a line"),
        pytest.param(IN_A_LINE, 11, id="in a line"),
        pytest.param(IN_A_LOOK, 11, id="in a look"),
        pytest.param(IN_A_SAVE.format(name="best.npz"), 11, id="in the best"),
        pytest.param(IN_A_SAVE.format(name="last.npz"), 11, id="in the last"),
    ],
)
def test_a_run_killed_anywhere_goes_on(patch, step, save, whole, tmp_path):
    directory = tmp_path / "killed"
    script = KILLED.format(root=ROOT, directory=str(directory), patch=patch, save=save)
    ended = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], timeout=60)
    assert ended.returncode == -signal.SIGKILL
    assert read(directory / "last.npz").state["step"] == (6 if save else step)
    resume(directory)
    assert_same_run(whole, directory)


@pytest.mark.parametrize("epochs", [0, 4])
def test_a_run_killed_at_once_or_in_the_middle_of_a_line_can_be_resumed(epochs, whole, tmp_path):
    with opened("digits", tmp_path / "cut") as run:
        list(run.play(epochs) if epochs else ())
    assert read(tmp_path / "cut" / "last.npz").state["step"] == 3 * epochs
    with open(tmp_path / "cut" / "log.jsonl", "a") as file:
        file.write('{"epoch": 5, "st')
    resume(tmp_path / "cut")
    assert_same_run(whole, tmp_path / "cut")


def test_without_its_table_a_run_goes_on_with_all_of_it_and_says_so(whole, tmp_path):
    with opened("digits", tmp_path / "stopped") as run:
        list(run.play(4))
        assert run.remarks == []
    (tmp_path / "stopped" / "log.jsonl").unlink()
    with opened("digits", tmp_path / "stopped", resume=True) as run:
        (said,) = run.remarks
        list(run.play(6))
    assert "expected epochs 1 to 4, got a table in which 4 of them, from 1 to 4, are" in said
    assert_same_run(whole, tmp_path / "stopped")


def test_without_its_best_checkpoint_a_run_goes_on_and_says_so(tmp_path):
    with opened("digits", tmp_path) as run:
        list(run.play(1))
    (tmp_path / "best.npz").unlink()
    with opened("digits", tmp_path, resume=True) as run:
        (said,) = run.remarks
        list(run.play(2))
    assert said.startswith(f"{tmp_path / 'best.npz'}: is not there any more; the best is")
    with opened("digits", tmp_path, resume=True) as run:
        assert run.remarks == []


def test_under_another_blas_a_run_goes_on_and_says_so(tmp_path, monkeypatch):
    with opened("digits", tmp_path) as run:
        list(run.play(1))
    monkeypatch.setattr("minigan.checkpoint.checkpoints.blas", lambda: "another 1.0 Kernel")
    with opened("digits", tmp_path, resume=True) as run:
        (said,) = run.remarks
        list(run.play(2))
    assert "goes on under another 1.0 Kernel: bits will differ" in said
    with opened("digits", tmp_path, resume=True) as run:
        assert run.remarks == []  # from now on it is the other one's


def test_how_often_is_looked_and_saved_changes_nothing_of_the_game(whole, tmp_path, monkeypatch):
    monkeypatch.setattr(run_module, "SAVE", 0)
    monkeypatch.setattr(run_module, "SHARE", 0)
    with opened("digits", tmp_path / "often", keep_every=2, look_every=1) as run:
        list(run.play(6))
    assert_equal(state(whole)["game"], state(tmp_path / "often")["game"])
    kept = sorted(path.name for path in (tmp_path / "often").glob("step-*.npz"))
    assert kept == ["step-00000006.npz", "step-00000012.npz", "step-00000018.npz"]
    assert state(tmp_path / "often", kept[1])["step"] == 12


def test_checkpoints_for_good_are_kept_without_a_look_and_the_average_of_g_goes_on(tmp_path):
    with opened("digits", tmp_path, keep_every=1) as run:
        list(run.play(3))
        average = run.G.params.copy()
        assert (average != run.game.G.params).any()
    assert len(list(tmp_path.glob("step-*.npz"))) == 3
    with opened("digits", tmp_path, resume=True) as run:
        np.testing.assert_array_equal(run.G.params, average)


def test_if_all_epochs_are_done_nothing_is_played_and_fewer_are_refused(whole):
    before = table(whole), (whole / "last.npz").read_bytes()
    assert resume(whole, 6) == []
    with pytest.raises(InputError, match="epochs: expected 6 or more, so many are begun, got 5"):
        resume(whole, 5)
    assert (table(whole), (whole / "last.npz").read_bytes()) == before
