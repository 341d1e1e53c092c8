"""A run's table, sheets, checkpoints and samples; and directories that are not its own."""

import errno
import os
from functools import partialmethod

import numpy as np
import pytest
import strict_cupy

from minigan.base.backend import Device
from minigan.base.errors import CheckpointError, InputError, NonFiniteError
from minigan.base.randomness import Streams
from minigan.checkpoint import RunDirectory, read
from minigan.evaluation import parzen
from minigan.images import ImageRun
from minigan.images import run as run_module

from .helpers import assert_same_run, opened, splits, state, table


def test_a_line_for_each_epoch_with_means_over_all_of_its_steps(tmp_path):
    with opened("mnist", tmp_path / "run") as run, opened("mnist", tmp_path / "twin") as twin:
        lines = list(run.play(3))
        records = list(twin.game.play(9))
    assert [line["epoch"] for line in lines] == [1, 2, 3]
    assert [line["step"] for line in lines] == [3, 6, 9]
    for i, line in enumerate(lines):
        for name in ("J_D", "J_G", "real_accuracy", "fake_accuracy"):
            of_epoch = [getattr(record, name) for record in records[3 * i : 3 * i + 3]]
            assert line[name] == pytest.approx(np.mean(of_epoch), rel=1e-12)
    seconds = [line["seconds"] for line in lines]
    assert 0 < seconds[0] < seconds[1] < seconds[2]
    assert [line.pop("seconds") for line in lines] and lines == table(tmp_path / "run")


def test_looks_after_so_many_epochs_and_the_last_score_samples_on_validation_images(tmp_path):
    with opened("digits", tmp_path, look_every=3) as run:
        *lines, line = run.play(7)
        valid = run.splits.valid
        np.testing.assert_array_equal(run.game.data.X, splits("digits").rows.X)
        score = parzen(run.sample(run_module.SAMPLES), valid, valid)
    assert line["sigma"] == score.sigma
    assert line["valid_log_likelihood"] == pytest.approx(max(score.valid_log_likelihood))
    assert [line["epoch"] for line in lines if "sigma" in line] == [3, 6]
    names = sorted(path.name for path in (tmp_path / "samples").iterdir())
    assert names == ["epoch-0003.png", "epoch-0006.png", "epoch-0007.png"]


def test_the_best_is_where_the_validation_number_was_largest(tmp_path, monkeypatch):
    numbers = iter([-3.0, -1.0, -2.0])
    found = lambda run: {"valid_log_likelihood": next(numbers), "sigma": 0.1}  # noqa: E731
    monkeypatch.setattr(ImageRun, "look", found)
    with opened("digits", tmp_path, look_every=1) as run:
        list(run.play(1))
        list(run.play(2))
        params = run.G.params.copy()
        list(run.play(3))
        assert (run.G.params != params).any()
        run.go_back_to_best()
        assert run.epoch == 2
        np.testing.assert_array_equal(run.G.params, params)
    assert state(tmp_path, "best.npz")["validation"] == -1
    assert state(tmp_path)["step"] == 9


def test_samples_are_of_the_average_and_of_the_same_noise_each_time(tmp_path):
    with opened("digits", tmp_path / "one") as run, opened("digits", tmp_path / "two") as twin:
        list(run.play(1))
        assert run.G is run.average.network is not run.game.G
        np.testing.assert_array_equal(run.noise(7), twin.noise(7))
        assert (run.noise(7, seed=1) != run.noise(7)).all()
        np.testing.assert_array_equal(run.sample(7), run.G(run.noise(7)))
        assert (run.sample(7) != twin.sample(7)).any()  # which has not played
    with opened("digits", tmp_path / "three", seed=1) as other:
        assert (other.noise(7) != twin.noise(7)).all()


def test_sampling_many_changes_no_sample_and_not_the_game(tmp_path):
    with opened("digits", tmp_path) as run:
        before = run.game.G.params.copy()
        many = run.sample(2500)
        assert many.shape == (2500, 16) and many.dtype == np.float32
        np.testing.assert_allclose(many[:3], run.G(run.noise(2500)[:3]), rtol=1e-5)
        np.testing.assert_array_equal(run.game.G.params, before)


@pytest.mark.parametrize("given", [0, 1.5])
def test_numbers_that_are_none_are_refused(given, tmp_path):
    with pytest.raises(InputError, match="keep: expected a whole number >= 1"):
        opened("digits", tmp_path, keep_every=given)
    with pytest.raises(InputError, match="look: expected a whole number >= 1"):
        opened("digits", tmp_path, look_every=given)
    with opened("digits", tmp_path) as run:
        with pytest.raises(InputError, match="epochs: expected a whole number >= 1"):
            run.play(given)
        with pytest.raises(InputError, match="m: expected a whole number >= 1"):
            run.sample(given)
    assert read(tmp_path / "last.npz").state["step"] == 0


def test_a_new_run_leaves_an_old_one_alone(tmp_path):
    with opened("digits", tmp_path) as run:
        list(run.play(2))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*") if path.name != ".lock"}
    for options in ({}, {"seed": 1}):
        with pytest.raises(InputError, match=r"expected no checkpoints .*, got best.npz, last.npz"):
            opened("digits", tmp_path, **options)
    assert all(path.read_bytes() == content for path, content in before.items())
    for path in tmp_path.glob("*.npz"):
        path.unlink()
    with pytest.raises(InputError, match="expected no table where a new run begins"):
        opened("digits", tmp_path)
    assert len(table(tmp_path)) == 2


@pytest.mark.parametrize(
    ("name", "options", "difference"),
    [
        ("mnist-quick", {}, "recipe = 'mnist-quick', got 'digits'"),
        ("digits", {"seed": 1}, "seed = 1, got 3"),
        ("digits", {"steps": 4}, "data.images = 350, got 250"),
    ],
)
def test_a_checkpoint_of_another_configuration_is_refused(name, options, difference, tmp_path):
    with opened("digits", tmp_path) as run:
        list(run.play(2))
    before = table(tmp_path), (tmp_path / "last.npz").read_bytes()
    with pytest.raises(CheckpointError) as caught:
        opened(name, tmp_path, resume=True, **options)
    message = str(caught.value)
    assert "another configuration: expected " in message and difference in message
    assert "\n" not in message
    assert (table(tmp_path), (tmp_path / "last.npz").read_bytes()) == before
    (tmp_path / "last.npz").unlink()
    with pytest.raises(CheckpointError, match=r"undamaged checkpoints there: best.npz \(step 6\)$"):
        opened("digits", tmp_path, resume=True)
    assert table(tmp_path) == before[0]


def test_a_directory_that_is_in_use_or_holds_something_else_is_refused(tmp_path):
    with opened("digits", tmp_path) as run:
        message = f"expected no other run there, got one in process {os.getpid()}"
        with pytest.raises(InputError, match=message):
            opened("digits", tmp_path, resume=True)
    opened("digits", tmp_path, resume=True).close()
    with RunDirectory(tmp_path, configuration=run._configuration, resume_from="last.npz") as other:
        other.save({"game": {}, "seconds": 0.0}, step=3)
    with pytest.raises(InputError, match="expected the state of a game with steps_done, networks"):
        opened("digits", tmp_path, resume=True)
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError, match="expected a directory that can be written to"):
        opened("digits", tmp_path / "file")
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("file", ["best.npz", "last.npz", "log.jsonl", "epoch-0004.png"])
def test_a_full_disk_stops_the_run_in_one_line_and_it_can_go_on(file, tmp_path, monkeypatch):
    """Writing ``file`` fails in epoch 4; afterwards there is room again."""
    with opened("digits", tmp_path / "whole") as run:
        list(run.play(6))
    fsync = os.fsync

    def full(handle):
        if file in os.readlink(f"/proc/self/fd/{handle}"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(handle)

    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("needs /proc to tell files apart")
    with opened("digits", tmp_path / "full") as run:
        list(run.play(3))
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(InputError) as caught:
                list(run.play(6))
    message = str(caught.value)
    assert file in message and message.endswith("cannot be written: No space left on device")
    left = [path.name for path in (tmp_path / "full").rglob(".*") if path.name != ".lock"]
    assert left == []
    with opened("digits", tmp_path / "full", resume=True) as run:
        list(run.play(6))
    assert state(tmp_path / "full")["step"] == 18
    lines = [line for line in table(tmp_path / "full") if line["epoch"] != 3]  # a look more
    assert lines == [line for line in table(tmp_path / "whole") if line["epoch"] != 3]


def test_a_cost_that_is_no_number_stops_the_run_and_the_checkpoint_is_from_before(tmp_path):
    with opened("digits", tmp_path) as run:
        list(run.play(2))
        before = (tmp_path / "last.npz").read_bytes()
        run.game.D.params[0] = np.nan
        with pytest.raises(NonFiniteError, match="step 7: J_D became nan"):
            list(run.play(4))
    assert (tmp_path / "last.npz").read_bytes() == before
    with opened("digits", tmp_path, resume=True) as run:
        assert len(list(run.play(4))) == 2


def test_a_run_on_a_gpu_is_the_same_run(tmp_path, monkeypatch):
    """On the strict stand-in for CuPy: nothing crosses over unasked, and it goes on bit for bit."""
    # Of the stand-in's own random numbers the state cannot be saved.
    monkeypatch.setattr(Streams, "__init__", partialmethod(Streams.__init__, mirrored=True))
    gpu = Device("cuda", strict_cupy)
    with opened("mnist", tmp_path / "cpu") as run:
        on_cpu = list(run.play(4))
    with opened("mnist", tmp_path / "whole", device=gpu) as run:
        on_gpu = list(run.play(4))
    for one, other in zip(on_cpu, on_gpu, strict=True):
        assert one["J_D"] == pytest.approx(other["J_D"], rel=1e-4)
    for again, epochs in (({}, 2), ({"resume": True}, 4)):
        with opened("mnist", tmp_path / "halves", device=gpu, **again) as run:
            list(run.play(epochs))
    assert_same_run(tmp_path / "whole", tmp_path / "halves")
