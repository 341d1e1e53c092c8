"""Small images that need no files, and runs on them whose epochs take milliseconds."""

import json

import numpy as np

from minigan.checkpoint import read
from minigan.images import RECIPES, ImageRun, Rows, Settings, Splits

HELD_OUT = 20  # images to validate, and to test
PAPER = ("mnist", "tfd-pretrain", "tfd", "cifar10", "cifar10-convolutional")
WIDTHS = {  # parts of full size at which a few units are left of each hidden layer
    "digits": 0.1,
    "mnist": 0.02,
    "mnist-quick": 0.03,
    "dcgan": 0.13,
    "tfd-pretrain": 0.01,
    "tfd": 0.01,
    "cifar10": 0.01,
    "cifar10-convolutional": 0.05,
}
FULL_SIZE = {
    "mnist": (1, 28, 28),
    "tfd-pretrain": (1, 48, 48),
    "tfd": (1, 48, 48),
    "cifar10": (3, 32, 32),
    "cifar10-convolutional": (3, 32, 32),
}
SMALL = dict.fromkeys(RECIPES, (1, 4, 4)) | {
    "dcgan": (1, 8, 8),
    "cifar10": (3, 4, 4),
    "cifar10-convolutional": (3, 11, 11),
}


def images(n, shape, seed=0):
    """Bright and dark random images with values in [0, 1], shape (n, pixels), float32."""
    rng = np.random.default_rng(seed)
    X = rng.random((n, np.prod(shape)), dtype=np.float32)
    return X ** rng.uniform(0.5, 3.0, (n, 1)).astype(np.float32)


def small_rows(name, n=None, width=None):
    """What a recipe's networks are built for, tiny; two minibatches and a half by default."""
    recipe = RECIPES[name]
    n = 5 * recipe.batch // 2 if n is None else n
    X = recipe.preprocess(images(n, SMALL[name]))
    return Rows(X, SMALL[name], WIDTHS[name] if width is None else width)


def splits(name, steps=3):
    """Images of no data set, for epochs of so many steps, the last of them half of the next's."""
    recipe, shape = RECIPES[name], SMALL[name]
    n = recipe.batch * steps - recipe.batch // 2
    train, valid, test = (
        recipe.preprocess(images(number, shape, seed))
        for seed, number in enumerate((n, HELD_OUT, HELD_OUT))
    )
    return Splits(Rows(train, shape, WIDTHS[name]), valid, test)


def opened(name, directory, *, steps=3, start=None, seed=3, look_every=2, **options):
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
    """All that a checkpoint holds, without the time that it took and what may differ."""
    found = read(directory / name).state
    assert found.pop("seconds") >= 0
    del found["log"], found["choices"]
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
