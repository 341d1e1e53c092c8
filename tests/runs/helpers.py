"""Runs so small that an epoch takes milliseconds, and what they leave behind."""

import json

import numpy as np
from recipes.helpers import SMALL, WIDTHS, images

from minigan.checkpoint import read
from minigan.recipes import RECIPES, Rows
from minigan.runs import ImageRun, Settings
from minigan.runs.settings import Splits

HELD_OUT = 20  # images to validate, and to test


def splits(name, steps=3):
    """Images of no data set, for epochs of so many steps, the last of them half of the next's."""
    recipe, shape = RECIPES[name], SMALL[name]
    n = recipe.batch * steps - recipe.batch // 2
    train, valid, test = (
        recipe.preprocess(images(number, shape, seed))
        for seed, number in enumerate((n, HELD_OUT, HELD_OUT))
    )
    return Splits(Rows(train, shape, WIDTHS[name]), valid, test)


def opened(name, directory, *, steps=3, start=None, seed=0, look_every=2, **options):
    """A run on these images."""
    settings = Settings(name, seed=seed, width=WIDTHS[name], start=start)
    return ImageRun(settings, splits(name, steps), directory, look_every=look_every, **options)


def pretrained(tmp_path, name, steps=3):
    """Options with which the recipe can begin: a run on the same images, if it builds upon one."""
    source = RECIPES[name].starts_from
    if source is None:
        return {}
    with opened(source, tmp_path / source, steps=steps) as run:
        list(run.play(1))
    return {"start": tmp_path / source}


def table(directory):
    """The run's table without the time that it took."""
    lines = [json.loads(line) for line in (directory / "log.jsonl").read_text().splitlines()]
    for line in lines:
        assert line.pop("seconds") >= 0
    return lines


def state(directory, name="last.npz"):
    """All that a checkpoint holds, without the time that it took."""
    found = read(directory / name).state
    assert found.pop("seconds") >= 0
    return found


def assert_equal(one, other, where="state"):
    """Nested dicts of arrays and numbers, bit for bit."""
    if isinstance(one, dict):
        assert one.keys() == other.keys(), where
        for key in one:
            assert_equal(one[key], other[key], f"{where}.{key}")
    else:
        assert np.asarray(one).dtype == np.asarray(other).dtype, where
        assert np.array_equal(one, other), where


def assert_same_run(one, other):
    """Two directories hold the same run: parameters, streams, best, table, pictures."""
    assert_equal(state(one), state(other))
    assert_equal(state(one, "best.npz"), state(other, "best.npz"))
    assert table(one) == table(other)
    sheets = [sorted(path.name for path in (it / "samples").iterdir()) for it in (one, other)]
    assert sheets[0] == sheets[1]
    for sheet in sheets[0]:
        assert (one / "samples" / sheet).read_bytes() == (other / "samples" / sheet).read_bytes()
