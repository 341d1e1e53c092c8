"""The settings of a run (recipe, data, seed and a few choices), and its data."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np

from minigan.base.errors import CheckpointError, InputError
from minigan.base.validation import did_you_mean, real_number, whole_number
from minigan.checkpoint.run_directory import LAST, RunDirectory
from minigan.data.datasets import KNOWN, load_splits
from minigan.images.all_recipes import RECIPES
from minigan.images.recipe import Recipe, Rows

WIDEST = 100.0  # times the recipe's layers: more than any machine holds


@dataclass(frozen=True)
class Settings:
    """A run's choices; its checkpoints have all of them, and the places of its data too.

    Parameters
    ----------
    recipe : str
        Name of one of `minigan.images.RECIPES`.
    data : str, optional
        Name of a data set, or the path of one's own images; the recipe's by default.
    fold : int
        Of a data set that has folds.
    seed : int
        Of everything random, >= 0.
    width : float
        Hidden units are this many times the recipe's, > 0, at most 100.
    simultaneous : bool, optional
        Whether both players move at once; the recipe's choice by default.
    data_dir : str or os.PathLike, optional
        Where the data set's files are, as in `minigan.data.load`.
    start : str or os.PathLike, optional
        Directory of a finished run whose G a recipe builds upon, if it does.
    threads : int
        How many shared a step when the run began, >= 1; `ImageRun` has those of a session. In
        convolutions other numbers round sums differently, so there a run keeps to its own. It
        does not set them: threadpoolctl does.
    array : str, optional
    shape : sequence of int, optional
        Of one's own images: as of `minigan.data.load`.

    Raises
    ------
    InputError
        If there is no such recipe, or a number is out of range.
    """

    recipe: str
    data: str | None = None
    fold: int = 0
    seed: int = 0
    width: float = 1.0
    simultaneous: bool | None = None
    data_dir: str | os.PathLike | None = None
    start: str | os.PathLike | None = None
    threads: int = 1
    array: str | None = None
    shape: Sequence[int] | None = None

    def __post_init__(self):
        if self.recipe not in RECIPES:
            near = did_you_mean(self.recipe, RECIPES)
            known = ", ".join(RECIPES)
            raise InputError(f"recipe: expected one of {known}, got {self.recipe!r}{near}")
        whole_number("seed", self.seed, 0)
        whole_number("fold", self.fold, 0)
        real_number("width", self.width, 0, WIDEST, low_open=True)
        whole_number("threads", self.threads)
        if self.start is not None and self.chosen.starts_from is None:
            raise InputError(f"start: expected none for {self.recipe}, got '{self.start}'")

    @property
    def chosen(self) -> Recipe:
        """The recipe itself."""
        return RECIPES[self.recipe]

    @property
    def source(self) -> str:
        """Name or path of the data set."""
        return str(self.chosen.data if self.data is None else self.data)

    @property
    def split(self) -> str:
        """Part of the data set that G and D are trained on."""
        return self.chosen.split if self.source == self.chosen.data else "train"


class Splits(NamedTuple):
    """A run's data: rows to train on, and preprocessed valid(ation) and test images."""

    rows: Rows
    valid: np.ndarray
    test: np.ndarray


def read_splits(settings: Settings, data_dir: str | os.PathLike | None = None) -> Splits:
    """Data of a run with such settings, preprocessed; ``data_dir`` goes before that of theirs.

    Raises
    ------
    DataError
        If a file is missing or damaged.
    InputError
        If there is no such data set or fold.
    """
    recipe = settings.chosen
    name, fold = settings.source, settings.fold
    data_dir = settings.data_dir if data_dir is None else data_dir
    splits = (settings.split, "valid", "test")
    train, *others = load_splits(
        name, splits, data_dir, fold, array=settings.array, shape=settings.shape
    )
    if len(train.X) < recipe.batch:
        raise InputError(
            f"{name}: expected {recipe.batch} images or more to train on, got {len(train.X)} of "
            f"{sum(train.sizes.values())} in all; of one's own, about {recipe.batch * 3 // 2} are "
            "needed, as a sixth is to validate and a sixth to test"
        )
    rows = Rows(recipe.preprocess(train.X), train.shape, settings.width)
    return Splits(rows, *(recipe.preprocess(other.X) for other in others))


def configuration(settings: Settings, rows: Rows) -> dict[str, Any]:
    """All that must be the same in a resumed run: settings, and the SHA-256 of the data."""
    name = settings.source
    data = {
        "name": name if name in KNOWN else "one's own",
        "images": len(rows.X),
        "shape": list(rows.shape),
        "sha256": hashlib.sha256(np.ascontiguousarray(rows.X).data).hexdigest(),
    }
    shape = None if settings.shape is None else list(settings.shape)
    choices = asdict(settings) | {"data": data, "shape": shape}
    del choices["start"]  # what began there is in the checkpoint
    del choices["data_dir"]  # as of one's own images, their SHA-256 says whether they are the same
    if settings.simultaneous is None:
        choices["simultaneous"] = settings.chosen.simultaneous
    return choices


def places(settings: Settings) -> dict[str, str | None]:
    """Absolute path of a run's data, to go on from another directory."""
    data, data_dir = settings.data, settings.data_dir
    return {
        "data": data if data is None or data in KNOWN else os.path.abspath(data),
        "data_dir": None if data_dir is None else os.path.abspath(data_dir),
    }


def choices_of(directory: str | os.PathLike) -> dict[str, Any]:
    """Options of ``minigan train`` that the run in a directory was begun with, by name.

    These are all of `Settings` but ``start``, and ``epochs, look, keep, device``; those that were
    left to the recipe are None. ``threads`` are those of its last session, ``began_with`` of its
    first; ``images`` are the facts about its data, as `configuration` has them. Errors are those
    of a run that is resumed.
    """
    with RunDirectory(directory, resume_from=LAST) as run:
        state, made_of = run.resumed or {}, dict(run.configuration)
    if "choices" not in state:
        path = os.path.join(directory, LAST)
        expected = f"{path}: expected a run of this minigan train, with its options"
        raise CheckpointError(f"{expected}, got one without")
    images = made_of.pop("data")  # what they are; where they are is among the choices
    known = {"images": images, "began_with": made_of["threads"]}
    return made_of | state["choices"] | known


def expect_images_of_run(
    directory: str | os.PathLike, images: dict[str, Any], settings: Settings, rows: Rows
) -> None:
    """Raise InputError unless a run that goes on has the images, by their facts, that it had."""
    found = configuration(settings, rows)["data"]
    if any(found[name] != images[name] for name in ("shape", "sha256")):
        had, got = (
            f"{of['images']} to train on, of shape {tuple(of['shape'])}" for of in (images, found)
        )
        raise InputError(
            f"{settings.source}: its images are not those of the run in {directory}: expected "
            f"the same as before ({had}), got others ({got}); name the old ones by --data, or "
            "begin a run of these in another directory"
        )
