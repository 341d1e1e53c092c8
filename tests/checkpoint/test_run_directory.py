"""Of the checkpoints of a run none is lost, none is damaged, and none is another run's."""

import os
import random
import subprocess
import sys

import numpy as np
import pytest

from minigan.base.errors import CheckpointError, InputError
from minigan.checkpoint import RunDirectory, load, save

RUN = {"batch": 100}


def state(step):
    return {"params": np.full(10, step, np.float32)}


def opened(directory, **options):
    return RunDirectory(directory, **{"configuration": RUN} | options)


def names(directory):
    return sorted(path.name for path in directory.iterdir() if not path.name.startswith("."))


def step_of(path):
    found = load(path, configuration=RUN)
    assert np.array_equal(found["params"], state(found["step"])["params"])
    return found["step"]


@pytest.fixture
def filled(tmp_path):
    """Directory of a run of 5 steps, best at 2."""
    with opened(tmp_path, every=2) as kept:
        for step, validation in enumerate((0.1, 0.3, 0.2, 0.3, 0.1), start=1):
            kept.save(state(step), step=step, validation=validation)
    return tmp_path


def damage(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


# What is kept.


def test_the_last_the_best_and_every_second_are_kept(filled):
    kept = ["best.npz", "last.npz", "step-00000002.npz", "step-00000004.npz"]
    assert names(filled) == kept
    assert [step_of(filled / name) for name in kept] == [2, 5, 2, 4]


def test_the_first_of_equals_is_the_best_and_nan_never_is(tmp_path):
    with opened(tmp_path) as kept:
        for step, validation in enumerate((np.nan, -np.inf, None, -3, np.float32(-3), np.nan)):
            kept.save(state(step), step=step, validation=validation)
        assert kept.best == -3
    assert step_of(tmp_path / "best.npz") == 3


def test_a_directory_is_made_and_by_default_only_the_last_is_kept(tmp_path):
    directory = tmp_path / "runs" / "first"
    with opened(directory) as kept:
        assert kept.resumed is None
        for step in range(4):
            kept.save(state(step), step=step)
    assert names(directory) == ["last.npz"] and step_of(directory / "last.npz") == 3
    with opened(directory, resume_from="last.npz") as kept:
        assert kept.best == -np.inf


# Going on.


@pytest.mark.parametrize(
    ("name", "step"), [("last.npz", 5), ("best.npz", 2), ("step-00000004.npz", 4)]
)
def test_a_run_goes_on_from_any_and_its_best_is_only_replaced_by_a_better_one(filled, name, step):
    with opened(filled, resume_from=name) as kept:
        assert kept.resumed["step"] == step
        assert np.array_equal(kept.resumed["params"], state(step)["params"])
        assert kept.best == 0.3
        kept.save(state(6), step=6, validation=0.25)
        assert step_of(filled / "best.npz") == 2
        kept.save(state(7), step=7, validation=0.35)
    assert step_of(filled / "best.npz") == 7


def test_a_new_run_does_not_overwrite_an_old_one(filled):
    with pytest.raises(InputError, match=r"got best.npz, last.npz, .*: resume from one, or take"):
        opened(filled)
    assert step_of(filled / "last.npz") == 5
    with pytest.raises(CheckpointError, match=r"expected batch = 64, got 100$"):
        opened(filled, configuration={"batch": 64}, resume_from="last.npz")
    opened(filled, resume_from="last.npz").close()  # what was refused has left no lock


def test_a_damaged_last_is_named_and_so_are_those_that_are_not(filled):
    damage(filled / "last.npz")
    damage(filled / "step-00000002.npz")
    others = r"step-00000004.npz \(step 4\), best.npz \(step 2\)$"
    with pytest.raises(CheckpointError, match=rf"last\.npz: damaged.*undamaged.*: {others}"):
        opened(filled, resume_from="last.npz")
    for name in ("best.npz", "step-00000004.npz"):
        damage(filled / name)
    with pytest.raises(CheckpointError, match="undamaged checkpoints there: none"):
        opened(filled, resume_from="last.npz")


def test_a_damaged_best_is_not_silently_replaced(filled):
    damage(filled / "best.npz")
    with pytest.raises(CheckpointError, match=r"best\.npz: damaged.*move it away"):
        opened(filled, resume_from="last.npz")
    (filled / "best.npz").unlink()
    with opened(filled, resume_from="last.npz") as kept:
        assert kept.best == -np.inf


def test_a_missing_checkpoint_or_directory_is_named_and_not_made(tmp_path):
    with pytest.raises(CheckpointError, match=r"last\.npz: cannot be read: No such file.*: none"):
        opened(tmp_path, resume_from="last.npz")
    with pytest.raises(CheckpointError, match="no: expected a directory to resume from"):
        opened(tmp_path / "no", resume_from="last.npz")
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    "bad", [{}, {"step": 1.5, "validation": None}, {"step": 1, "validation": "x"}]
)
def test_a_checkpoint_that_was_not_saved_here_is_refused(tmp_path, bad):
    save(tmp_path / "last.npz", bad, configuration=RUN)
    with pytest.raises(CheckpointError, match="expected a step and a validation number"):
        opened(tmp_path, resume_from="last.npz")


# Bad input, and a full disk.


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"step": -1}, "step: expected a whole number >= 0, got -1"),
        ({"step": 1.5}, "step: expected a whole number"),
        ({"validation": "good"}, "validation: expected a number, got 'good'"),
        ({"validation": True}, "validation: expected a number, got True"),
        ({"state": {"step": 1}}, "state: expected no 'step' in it"),
        ({"state": {"validation": 1}}, "state: expected no 'validation' in it"),
    ],
)
def test_bad_input_is_refused_and_nothing_written(tmp_path, bad, message):
    given = {"state": state(1), "step": 1} | bad
    with opened(tmp_path) as kept, pytest.raises(InputError, match=message):
        kept.save(**given)
    with pytest.raises(InputError, match="expected to save before it is closed"):
        kept.save(state(1), step=1)
    assert names(tmp_path) == []


@pytest.mark.parametrize("every", [0, 1.5, True])
def test_every_is_a_whole_number_and_a_file_no_directory(tmp_path, every):
    with pytest.raises(InputError, match="every: expected a whole number >= 1"):
        opened(tmp_path, every=every)
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="file: expected a directory"):
        opened(tmp_path / "file")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full on this system")
def test_on_a_full_disk_nothing_is_lost_and_the_run_may_try_again(filled, monkeypatch):
    with opened(filled, every=2, resume_from="last.npz") as kept:
        with monkeypatch.context() as patch:
            always_full = lambda path, mode: open("/dev/full", mode)  # noqa: E731, SIM115
            patch.setattr("minigan.base.files.open", always_full, raising=False)
            with pytest.raises(InputError, match=r"best\.npz: cannot be written: No space left"):
                kept.save(state(6), step=6, validation=0.9)
        assert (step_of(filled / "last.npz"), step_of(filled / "best.npz")) == (5, 2)
        kept.save(state(6), step=6, validation=0.9)
    assert (step_of(filled / "last.npz"), step_of(filled / "best.npz")) == (6, 6)


# Two processes, and killed ones.

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")


def run(script, *arguments):
    """Run a script with this file's functions in a process of its own; what it prints."""
    head = "import sys; sys.path[:0] = sys.argv[1].split(':')\nfrom test_run_directory import *\n"
    found = subprocess.run(
        [
            sys.executable,
            "-c",
            head + script,
            ":".join(filter(None, sys.path)),
            *map(str, arguments),
        ],
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stderr
    return found.stdout


@needs_fork
def test_two_runs_in_one_directory_are_refused(tmp_path):
    with opened(tmp_path) as kept:
        with pytest.raises(
            InputError, match=f"no other run there, got one in process {os.getpid()}"
        ):
            opened(tmp_path)
        other = "try: opened(Path(sys.argv[2]))\nexcept InputError as error: print(error)\n"
        assert f"got one in process {os.getpid()}" in run(
            "from pathlib import Path\n" + other, tmp_path
        )
        kept.save(state(1), step=1)
    with opened(tmp_path, resume_from="last.npz") as kept:
        assert kept.resumed["step"] == 1


def kill_while_saving(directory, times, seed):
    """Kill a run with SIGKILL, again and again, and look what is left each time.

    Prints how often it was killed while a file was half written.
    """
    import signal
    import time

    dice, halves = random.Random(seed), 0
    opened(directory, every=50).close()
    with opened(directory) as kept:
        kept.save(state(0), step=0, validation=0)
    for _ in range(times):
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            with opened(directory, every=50, resume_from="last.npz") as kept:
                step = kept.resumed["step"]
                os.write(writer, step.to_bytes(4, "big"))
                while True:
                    step += 1
                    kept.save(state(step), step=step, validation=step)
                    os.write(writer, step.to_bytes(4, "big"))
        os.close(writer)
        seen = os.read(reader, 4)  # it has begun
        time.sleep(dice.random() * 0.02)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        while piece := os.read(reader, 4096):
            seen += piece
        os.close(reader)
        saved = int.from_bytes(seen[-4:], "big")
        last, best = step_of(directory / "last.npz"), step_of(directory / "best.npz")
        assert last in (saved, saved + 1), (last, saved)
        assert best in (last, last + 1), (best, last)
        for step in range(50, last + 1, 50):
            assert step_of(directory / f"step-{step:08d}.npz") == step
        halves += any(".npz." in path.name for path in directory.iterdir())
    opened(directory, resume_from="last.npz").close()
    assert not any(".npz." in path.name for path in directory.iterdir())
    print(halves)


KILL = "from pathlib import Path\nkill_while_saving(Path(sys.argv[2]), int(sys.argv[3]), 1)"


@needs_fork
@pytest.mark.parametrize("times", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_a_run_that_is_killed_loses_no_checkpoint(times, tmp_path):
    assert int(run(KILL, tmp_path, times)) > (times - 20) / 9


def test_what_a_killed_run_left_half_written_is_removed_and_nothing_else(filled):
    (filled / ".last.npz.123").write_bytes(b"half")
    (filled / ".step-00000006.npz.99").write_bytes(b"half")
    for other in (".mine.npz.1", "notes.txt", ".last.npz.old"):
        (filled / other).write_bytes(b"mine")
    opened(filled, resume_from="last.npz").close()
    left = {path.name for path in filled.iterdir()}
    assert {".mine.npz.1", "notes.txt", ".last.npz.old"} <= left
    assert not {".last.npz.123", ".step-00000006.npz.99"} & left
