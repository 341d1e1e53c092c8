"""The data sets by name: loading, finding and fetching.

`load` gives one split of one of them, or of one's own images, ready for a game; `fetch` gets
the files of those that are public.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from minigan.base.errors import DataError, InputError
from minigan.base.files import writable_directory
from minigan.base.validation import did_you_mean, whole_number
from minigan.data import cifar, digits, faces, mnist
from minigan.data.download import Progress, download
from minigan.data.image_sets import Images, Known
from minigan.data.places import VARIABLE, Places, roots
from minigan.data.preprocess import unit_interval
from minigan.data.user_images import read_user_images

KNOWN = {
    "digits": digits.DIGITS,
    "mnist": mnist.MNIST,
    "cifar10": cifar.CIFAR10,
    "cifar10-part": cifar.CIFAR10_PART,
    "olivetti": faces.OLIVETTI,
    "tfd": faces.TFD,
}


@dataclass(frozen=True, eq=False)
class DataSet:
    """One split of a data set.

    Attributes
    ----------
    name : str
    X : array of float32, shape (examples, pixels)
        In [0, 1]. The pixels of an image by channel, then row, then column (C order):
        ``X.reshape(-1, *shape)`` are the images.
    shape : tuple of int
        (channels, rows, columns) of one image.
    split : str
        Which one this is.
    sizes : dict of str to int
        Number of examples in each split.
    labels : array of int64, shape (examples,), optional
        Class, or person for the Olivetti faces.
    """

    name: str
    X: np.ndarray
    shape: tuple[int, int, int]
    split: str
    sizes: dict[str, int]
    labels: np.ndarray | None = None


def load(
    name: str | os.PathLike,
    data_dir: str | os.PathLike | None = None,
    split: str = "train",
    fold: int = 0,
    *,
    array: str | None = None,
    shape: Sequence[int] | None = None,
) -> DataSet:
    """Load a split of a data set from local files; nothing is downloaded.

    Parameters
    ----------
    name : str or os.PathLike
        One of `KNOWN`: "digits", "mnist", "cifar10", "cifar10-part", "olivetti" or "tfd"; or
        the path of one's own images, see `minigan.data.user_images.read_user_images`.
    data_dir : str or os.PathLike, optional
        Where the files are. By default they are looked for in the directory that the
        environment variable ``MINIGAN_DATA`` names, and then where `fetch` puts them.
    split : str
        "train", "valid" or "test"; of tfd also "unlabeled".
    fold : int
        For olivetti and tfd, which of their five ways of splitting, 0 to 4.
    array : str, optional
        Of one's own .npz or .mat file with several arrays, the one with the images.
    shape : sequence of int, optional
        Of one of one's own images, where its file has it as a flat row: (rows, columns),
        (channels, rows, columns) or (rows, columns, channels), in the order of its numbers.

    Returns
    -------
    DataSet

    Raises
    ------
    DataError
        If a file is missing (the message says which, and where to put it), damaged, or
        something else than its name says. Of the data sets with names, tfd excepted, every
        byte is checked; of cifar10-part, those of the first 4,000 images.
    InputError
        If there is no such data set, split or fold, or an option does not go with it.

    Examples
    --------
    >>> digits = load("digits")
    >>> digits.X.shape, digits.shape, digits.sizes
    ((1199, 64), (1, 8, 8), {'train': 1199, 'valid': 299, 'test': 299})
    """
    return load_splits(name, (split,), data_dir, fold, array=array, shape=shape)[0]


def load_splits(
    name: str | os.PathLike,
    splits: Sequence[str],
    data_dir: str | os.PathLike | None = None,
    fold: int = 0,
    *,
    array: str | None = None,
    shape: Sequence[int] | None = None,
) -> list[DataSet]:
    """Several splits of a data set, whose files are read once; the rest is as of `load`."""
    known = KNOWN.get(str(name))
    whole_number("fold", fold, 0)
    folds = known.folds if known else 1
    if fold and folds == 1:
        raise InputError(f"fold: {name} has no folds: leave the option out; got {fold}")
    if fold >= folds:
        raise InputError(f"fold: expected 0 to {folds - 1} for {name}, got {fold}")
    if known:
        for option, value in (("array", array), ("shape", shape)):
            if value is not None:
                raise InputError(f"{option}: expected none for {name}, got {value!r}")
        images = known.read(find(str(name), data_dir), fold)
    elif os.path.exists(name):
        images = read_user_images(Path(name), array, shape)
    elif any(mark in str(name) for mark in (os.sep, ".")):
        raise DataError(f"data set: there is no file or folder '{name}'")
    else:
        near, known_names = did_you_mean(name, KNOWN), ", ".join(KNOWN)
        raise DataError(f"data set: expected one of {known_names} or a path, got '{name}'{near}")
    return [_split(images, images.name or str(name), split) for split in splits]


def _split(images: Images, name: str, split: str) -> DataSet:
    if split not in images.splits:
        raise InputError(f"split: expected one of {', '.join(images.splits)}, got {split!r}")
    labels, rows, numbers = images.labels, images.splits[split], np.arange(len(images.pixels))
    pixels = images.pixels[rows]
    if len(pixels) == 0:
        raise InputError(
            f"{name}: expected 6 images or more, so that one of them is in {split!r}, got "
            f"{len(images.pixels)}"
        )
    return DataSet(
        name=name,
        X=unit_interval(pixels, images.top) if pixels.dtype == np.uint8 else pixels,
        shape=images.shape,
        split=split,
        sizes={other: len(numbers[its]) for other, its in images.splits.items()},
        labels=None if labels is None else labels[rows],
    )


def find(name: str, data_dir: str | os.PathLike | None = None) -> list[Path]:
    """The files of the data set called ``name``, not yet read; ``data_dir`` is as in `load`.

    Raises
    ------
    DataError
        If one is missing; the message says which, and where to put it.
    InputError
        If there is no such data set, or no such directory.
    """
    known = _known(name)
    advice = f"put it there, or name another directory with {VARIABLE} (some commands: --data-dir)"
    if known.downloads:
        advice += f", or run: minigan data fetch {name}"
    return known.locate(Places(name, data_dir, advice))


def fetch(
    name: str, data_dir: str | os.PathLike | None = None, progress: Progress | None = None
) -> list[Path]:
    """Download the files of a data set that are not there yet, and check all of them.

    Parameters
    ----------
    name : str
        "mnist", "cifar10" or "olivetti".
    data_dir : str or os.PathLike, optional
        They go into the directory ``name`` in it; made if need be. By default in what
        ``MINIGAN_DATA`` names, or else the operating system's cache.
    progress : callable, optional
        Is given the pieces as they arrive; see `minigan.cli.output.progress`.

    Returns
    -------
    list of pathlib.Path

    Raises
    ------
    DataError
        If no mirror has a file, or a file that is there is not the right one.
    InputError
        If there is no such data set, it cannot be downloaded, or the directory cannot be
        written to.
    """
    known = _known(name)
    if not known.downloads:
        fetchable = ", ".join(other for other, it in KNOWN.items() if it.downloads)
        raise InputError(f"{name}: expected one that can be downloaded: {fetchable}")
    root = writable_directory(roots(data_dir)[0])
    places = Places(name, root)
    paths = []
    for item in known.downloads:
        there = places.look(item.file) or [root / name / item.file]
        paths.append(download(item, there[0].parent, progress))
    return paths


def _known(name: str) -> Known:
    if name not in KNOWN:
        near, known_names = did_you_mean(name, KNOWN), ", ".join(KNOWN)
        raise InputError(f"data set: expected one of {known_names}, got {name!r}{near}")
    return KNOWN[name]
