"""Samples of a generator: in a run, or from its checkpoint alone, without the data."""

import os
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from minigan.averages import ParameterAverage
from minigan.base.backend import to_host
from minigan.base.errors import CheckpointError
from minigan.base.randomness import generator
from minigan.base.validation import whole_number
from minigan.checkpoint import read
from minigan.checkpoint.run_directory import BEST, LAST
from minigan.images.all_recipes import RECIPES
from minigan.images.recipe import Recipe, Rows
from minigan.networks import Sequential

AT_ONCE = 1000  # samples; the wider the net, the more memory they take
NUMBERS = 1 << 22  # of pixels at once


class TrainedGenerator(NamedTuple):
    """The generator of a run, and what its samples are.

    ``seed`` is the run's, ``shape`` (channels, rows, columns) of one sample, and ``epoch`` the
    number of epochs that G had been trained for.
    """

    G: Sequential
    recipe: Recipe
    seed: int
    shape: tuple[int, int, int]
    epoch: int

    def sample(self, m: int, seed: int = 0) -> np.ndarray:
        """Draw m samples, shape (m, pixels), those of `minigan.images.ImageRun.sample`."""
        z = noise(self.recipe, self.seed, m, seed)
        return generate(self.G, z, int(np.prod(self.shape)))


def noise(recipe: Recipe, seed_of_run: int, m: int, seed: int = 0) -> np.ndarray:
    """Noise (m, z's width) for a run's samples; that of training has other streams."""
    entropy = [seed_of_run, whole_number("seed", seed, 0)]
    stream = generator(np.random.SeedSequence(entropy))
    return recipe.noise.sample(whole_number("m", m), stream)


def generate(G: Sequential, z: np.ndarray, pixels: int) -> np.ndarray:
    """G(z), shape (m, pixels), for noise (m, z's width), both on the CPU."""
    samples = np.empty((len(z), pixels), G.dtype)
    step = max(1, min(AT_ONCE, NUMBERS // pixels))
    for start in range(0, len(z), step):
        part = slice(start, start + step)
        samples[part] = to_host(G(G.device.to_device(z[part])))
    return samples


def trained_generator(directory: str | os.PathLike) -> TrainedGenerator:
    """The generator of the run in a directory, finished or not, on the CPU.

    It is that of the best checkpoint by validation, which is scored and drawn, or before the first
    look that of the last; an average, if the recipe samples from one. Data are not needed. The
    checkpoint may be of another version of minigan or NumPy.

    Raises
    ------
    CheckpointError
        If there is no checkpoint of a run, or it is damaged.
    """
    path, last = Path(directory) / BEST, Path(directory) / LAST
    if not path.exists():
        path = last
    try:
        found = read(path)
    except CheckpointError as error:
        if path == last or not last.exists():
            raise
        raise CheckpointError(f"{error}; move it away to draw from {LAST}") from error
    try:
        return _made(found.configuration, found.state)
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path}: expected a run of minigan train ({error})") from error


def _made(configuration: dict[str, Any], state: dict[str, Any]) -> TrainedGenerator:
    recipe, shape = RECIPES[configuration["recipe"]], tuple(configuration["data"]["shape"])
    grey = np.full((1, int(np.prod(shape))), 0.5, np.float32)  # for what the checkpoint replaces
    G = Sequential(recipe.generator(Rows(grey, shape, configuration["width"])), name="G")
    if recipe.average is None:
        G.restore(state["game"]["networks"]["G"])
    else:
        average = ParameterAverage(G, recipe.average)
        average.restore(state["average"])
        G = average.network
    epoch = state["step"] // -(-configuration["data"]["images"] // recipe.batch)
    return TrainedGenerator(G, recipe, configuration["seed"], shape, epoch)
