"""Faces: Olivetti, and the Toronto Face Database (TFD) of the 2014 paper. MATLAB files.

No person may be both learned from and tested on, so the splits go by person, and there are five
of them ("folds"): the paper chooses its Parzen window and measures fold by fold, and states the
standard error over folds.

Olivetti (AT&T Laboratories Cambridge 1992-94): 40 people, 10 images each, 64 x 64. People are
put into a fixed random order and cut into five groups of eight. In fold f, group f is there
to test, group f + 1 (after the last comes the first) to validate, the other three to train.

TFD (Susskind, Anderson and Hinton 2010), 48 x 48, is not public; a user who has been given
``TFD_48x48.mat`` can use it. Expected are the variables ``images`` (n, 48, 48), whole numbers
from 0 to 255, and ``folds`` (n, 5), of which column f says what an image is for in fold f:
0 unlabeled, 1 train, 2 valid, 3 test. The paper's generator learns from unlabeled, fold 0.
"""

import hashlib
from pathlib import Path

import numpy as np

from minigan.base.errors import DataError
from minigan.data.bounded import expect_sha256, file_sha256, reading
from minigan.data.download import Download
from minigan.data.image_sets import Images, Known, fixed_order
from minigan.data.matfile import read_matrices

FOLDS = 5
PEOPLE, IMAGES_EACH, SIDE = 40, 10, 64
ORIGINAL = Download(  # the copy that scikit-learn fetches, and the SHA-256 that it publishes
    "olivettifaces.mat",
    None,
    "b612fb967f2dc77c9c62d3e1266e0c73d5fca46a4b8906c18e454d41af987794",
    (
        "https://ndownloader.figshare.com/files/5976027",
        "https://cs.nyu.edu/~roweis/data/olivettifaces.mat",
    ),
)
# Of the 400 images, one after the other. The file goes round with and without other variables.
FACES_SHA256 = "b119468c2f13775df12d3950e7c96644811647a6e10d30617777f245bf9b2f8b"
PURPOSES = ("unlabeled", "train", "valid", "test")


def read_olivetti(paths: list[Path], fold: int = 0) -> Images:
    """The 400 Olivetti faces, shape (1, 64, 64), with people, 0 to 39, as labels."""
    (path,) = paths
    columns = read_matrices(path, ("faces",))["faces"]  # an image each
    with reading(path):
        n = PEOPLE * IMAGES_EACH
        if columns.shape != (SIDE * SIDE, n):
            raise DataError(f"expected faces of shape {(SIDE * SIDE, n)}, got {columns.shape}")
        pixels = np.ascontiguousarray(_bytes("faces", columns).T)  # (400, 4096)
        if file_sha256(path) != ORIGINAL.sha256:
            found = hashlib.sha256(pixels.data).hexdigest()
            expect_sha256(found, FACES_SHA256, "the Olivetti faces")
    upright = pixels.reshape(n, SIDE, SIDE).swapaxes(1, 2)  # a column of pixels after the other
    people = np.repeat(np.arange(PEOPLE), IMAGES_EACH)
    groups = np.split(fixed_order(PEOPLE), FOLDS)
    test, valid, *train = (groups[(fold + i) % FOLDS] for i in range(FOLDS))
    chosen = {"train": np.concatenate(train), "valid": valid, "test": test}
    splits = {name: np.flatnonzero(np.isin(people, group)) for name, group in chosen.items()}
    return Images(upright.reshape(n, -1), (1, SIDE, SIDE), splits, labels=people)


def read_tfd(paths: list[Path], fold: int = 0) -> Images:
    """The Toronto Face Database, shape (1, 48, 48), with a split "unlabeled" beside the others."""
    (path,) = paths  # its authors publish no checksum, so what is checked is the form
    found = read_matrices(path, ("images", "folds"))
    images, folds = found["images"], found["folds"]
    with reading(path):
        if images.ndim != 3 or images.shape[1:] != (48, 48):
            raise DataError(f"expected images of shape (n, 48, 48), got {images.shape}")
        n = len(images)
        if folds.shape != (n, FOLDS) or not np.isin(folds, range(len(PURPOSES))).all():
            raise DataError(f"expected folds of shape {(n, FOLDS)}, 0 to 3, got {folds.shape}")
        pixels = _bytes("images", images).reshape(n, -1)
    splits = {name: np.flatnonzero(folds[:, fold] == i) for i, name in enumerate(PURPOSES)}
    return Images(pixels=pixels, shape=(1, 48, 48), splits=splits)


def _bytes(name: str, values: np.ndarray) -> np.ndarray:
    """Values as uint8, which MATLAB may have kept as numbers of another type."""
    if values.dtype == np.uint8:
        return values
    if not ((values >= 0) & (values <= 255) & (values == np.floor(values))).all():
        raise DataError(f"{name}: expected whole numbers from 0 to 255, got others")
    return values.astype(np.uint8)


OLIVETTI = Known(
    "400 faces of 40 people, 64x64, grey; five folds",
    lambda places: [places.expect(ORIGINAL.file)],
    read_olivetti,
    (ORIGINAL,),
    FOLDS,
)
TFD = Known(
    "Toronto Face Database, 48x48, grey; five folds; not public",
    lambda places: [places.expect("TFD_48x48.mat")],
    read_tfd,
    folds=FOLDS,
)
