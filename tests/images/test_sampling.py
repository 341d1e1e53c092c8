"""A run's generator out of its checkpoint: the samples that the run draws, without its data."""

import numpy as np
import pytest

from minigan.base.errors import CheckpointError, InputError
from minigan.checkpoint import save
from minigan.images import RECIPES
from minigan.images.sampling import trained_generator

from .helpers import SMALL, opened, pretrained

FEW = ("digits", "mnist", "tfd")  # with an average, as in the paper, upon another one
OTHERS = [pytest.param(name, marks=pytest.mark.slow) for name in RECIPES if name not in FEW]


@pytest.mark.parametrize("name", [*FEW, *OTHERS])
def test_samples_are_those_of_the_run_when_it_was_best(name, tmp_path):
    with opened(name, tmp_path / "run", look_every=1, **pretrained(tmp_path, name)) as run:
        list(run.play(2))
        run.go_back_to_best()
        trained, samples = trained_generator(tmp_path / "run"), run.sample(30, seed=5)
        assert trained.epoch == run.epoch
    np.testing.assert_array_equal(trained.sample(30, seed=5), samples)
    assert (trained.shape, trained.recipe, trained.seed) == (SMALL[name], RECIPES[name], 3)


def test_of_a_run_that_has_not_been_looked_at_they_are_the_last_ones(tmp_path):
    with opened("digits", tmp_path, look_every=5) as run:
        next(run.play(3))
        run.save()
        np.testing.assert_array_equal(trained_generator(tmp_path).sample(7), run.sample(7))
        assert trained_generator(tmp_path).epoch == 1
        with pytest.raises(InputError, match="m: expected a whole number >= 1, got 0"):
            trained_generator(tmp_path).sample(0)


def test_what_is_no_run_is_one_line(tmp_path):
    with pytest.raises(CheckpointError, match=r"last\.npz: cannot be read: No such file"):
        trained_generator(tmp_path)
    save(tmp_path / "last.npz", {"step": 3}, configuration={"recipe": "cats"})
    with pytest.raises(CheckpointError, match=r"last\.npz: expected a run of minigan train \("):
        trained_generator(tmp_path)


def test_a_damaged_best_checkpoint_can_be_moved_away_to_draw_from_the_last(tmp_path):
    with opened("digits", tmp_path) as run:
        list(run.play(1))
    (tmp_path / "best.npz").write_bytes(b"x" * 100)
    with pytest.raises(
        CheckpointError, match=r"best\.npz: .*; move it away to draw from last\.npz"
    ):
        trained_generator(tmp_path)
    (tmp_path / "best.npz").unlink()
    assert trained_generator(tmp_path).epoch == 1
