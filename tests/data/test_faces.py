"""Faces: upright, split by person, five times; a user's TFD file as its authors split it."""

import hashlib

import numpy as np
import pytest

from minigan.base.errors import DataError, InputError
from minigan.data import faces, load

from .helpers import real

io = pytest.importorskip("scipy.io")
SPLITS = ("train", "valid", "test")


@pytest.fixture(scope="module")
def olivetti():
    """{(fold, split): data set}."""
    directory = real("olivetti")
    return {(f, s): load("olivetti", directory, s, f) for f in range(5) for s in SPLITS}


def test_the_images_are_those_of_the_file_upright(olivetti):
    # MATLAB shows faces(:, i) by reshape(faces(:, i), 64, 64), which fills columns first.
    columns = io.loadmat(real("olivetti/olivettifaces.mat"))["faces"]
    originals = {columns[:, i].reshape(64, 64, order="F").tobytes() for i in range(400)}
    found = set()
    for split in SPLITS:
        X = np.rint(olivetti[0, split].X * 255).astype(np.uint8)
        found |= {image.tobytes() for image in X.reshape(-1, 64, 64)}
    assert found == originals and len(found) == 400


def test_faces_are_upright_and_images_of_a_person_resemble_each_other(olivetti):
    data = olivetti[0, "train"]
    face = data.X.mean(axis=0).reshape(64, 64)  # symmetric left to right, not top to bottom
    assert np.abs(face - face[:, ::-1]).mean() < 0.5 * np.abs(face - face[::-1]).mean()
    people = np.unique(data.labels)
    means = np.stack([data.X[data.labels == person].mean(axis=0) for person in people])
    nearest = ((data.X[:, None] - means) ** 2).sum(axis=2).argmin(axis=1)
    assert (people[nearest] == data.labels).mean() > 0.9


def test_every_person_is_ten_images_in_one_split_of_a_fold(olivetti):
    for fold in range(5):
        people = [np.unique(olivetti[fold, split].labels) for split in SPLITS]
        assert [len(them) for them in people] == [24, 8, 8]
        assert np.array_equal(np.sort(np.concatenate(people)), np.arange(40))
        assert olivetti[fold, "train"].sizes == {"train": 240, "valid": 80, "test": 80}


def test_everyone_is_validated_and_tested_on_in_one_fold_which_is_the_same_for_good(olivetti):
    tested = [np.unique(olivetti[fold, "test"].labels).tolist() for fold in range(5)]
    validated = [np.unique(olivetti[fold, "valid"].labels).tolist() for fold in range(5)]
    assert validated == tested[1:] + tested[:1]
    assert tested == [
        [3, 9, 10, 16, 22, 32, 34, 36],
        [1, 8, 12, 21, 25, 27, 35, 38],
        [0, 2, 4, 13, 15, 18, 23, 28],
        [5, 6, 11, 17, 19, 26, 31, 33],
        [7, 14, 20, 24, 29, 30, 37, 39],
    ]


def test_one_changed_pixel_and_a_sixth_fold_are_refused(tmp_path):
    with pytest.raises(InputError, match="fold: expected 0 to 4 for olivetti, got 5"):
        load("olivetti", real("olivetti"), fold=5)
    columns = io.loadmat(real("olivetti/olivettifaces.mat"))["faces"].copy()
    io.savemat(tmp_path / "olivettifaces.mat", {"faces": columns})
    assert load("olivetti", tmp_path).sizes["train"] == 240  # written anew, the same faces
    columns[2000, 200] ^= 1
    io.savemat(tmp_path / "olivettifaces.mat", {"faces": columns})
    with pytest.raises(DataError, match=r"expected the Olivetti faces \(SHA-256"):
        load("olivetti", tmp_path)


def test_a_face_stands_upright_and_is_not_mirrored(monkeypatch, tmp_path):
    # A letter F, as wide as high: turned or mirrored in whatever way, it is another picture.
    letter = np.zeros((64, 64), np.uint8)
    letter[8:56, 16:24] = letter[8:16, 16:48] = letter[28:36, 16:40] = 255
    pictures = np.broadcast_to(letter, (400, 64, 64)).copy()
    pictures[:, 0, 0] = np.arange(400) // 10  # the person, in the corner at the top left
    columns = np.stack([picture.ravel(order="F") for picture in pictures], axis=1)  # MATLAB's (:)
    io.savemat(tmp_path / "olivettifaces.mat", {"faces": columns})
    sha256 = hashlib.sha256(columns.T.tobytes()).hexdigest()
    monkeypatch.setattr(faces, "FACES_SHA256", sha256)
    data = load("olivetti", tmp_path, "test")
    for person, row in zip(data.labels, data.X, strict=True):
        np.testing.assert_array_equal(np.rint(row.reshape(64, 64) * 255), pictures[10 * person])


def test_faces_of_another_form_are_refused(tmp_path):
    io.savemat(tmp_path / "olivettifaces.mat", {"faces": np.zeros((400, 4096), np.uint8)})
    with pytest.raises(DataError, match=r"expected faces of shape \(4096, 400\)"):
        load("olivetti", tmp_path)
    io.savemat(tmp_path / "olivettifaces.mat", {"faces": np.full((4096, 400), 0.5)})
    with pytest.raises(DataError, match="faces: expected whole numbers from 0 to 255"):
        load("olivetti", tmp_path)


# TFD.


@pytest.fixture
def tfd(rng):
    """The variables of a small file like TFD's: labels that nobody asks for included."""
    return {
        "images": rng.integers(0, 256, (40, 48, 48), dtype=np.uint8),
        "folds": np.concatenate([rng.integers(0, 4, (39, 5)), [[0] * 5]]).astype(np.uint8),
        "labs_ex": np.ones((40, 1)),
        "labs_id": np.ones((40, 1)),
    }


@pytest.mark.parametrize("fold", range(5))
@pytest.mark.parametrize("as_float", ["folds", "images", "labs_ex"])
def test_tfd_is_split_as_its_file_says_whatever_the_type_of_its_numbers(
    fold, as_float, tfd, tmp_path
):
    variables = tfd | {as_float: tfd[as_float].astype(float)}
    io.savemat(tmp_path / "TFD_48x48.mat", variables, do_compression=fold % 2 == 0)
    for number, split in enumerate(("unlabeled", *SPLITS)):
        data = load("tfd", tmp_path, split, fold)
        rows = tfd["folds"][:, fold] == number
        np.testing.assert_array_equal(np.rint(data.X * 255), tfd["images"][rows].reshape(-1, 2304))
        assert data.sizes[split] == rows.sum()
        assert (data.shape, data.name) == ((1, 48, 48), "tfd")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"images": None}, "expected a variable called images"),
        ({"folds": None}, "expected a variable called folds"),
        ({"images": np.zeros((40, 32, 32))}, r"images of shape \(n, 48, 48\), got \(40, 32, 32\)"),
        ({"images": np.full((40, 48, 48), 256.0)}, "expected whole numbers from 0 to 255"),
        ({"images": np.full((40, 48, 48), np.nan)}, "expected whole numbers from 0 to 255"),
        ({"folds": np.ones((40, 4))}, r"folds of shape \(40, 5\), 0 to 3, got \(40, 4\)"),
        ({"folds": np.full((40, 5), 4)}, r"folds of shape \(40, 5\), 0 to 3"),
    ],
)
def test_tfd_of_another_form_is_refused(change, message, tfd, tmp_path):
    variables = {name: value for name, value in (tfd | change).items() if value is not None}
    io.savemat(tmp_path / "TFD_48x48.mat", variables)
    with pytest.raises(DataError, match=message):
        load("tfd", tmp_path)


def test_without_the_file_the_error_does_not_offer_to_fetch_tfd(tmp_path):
    with pytest.raises(DataError, match=r"expected TFD_48x48.mat in") as caught:
        load("tfd", tmp_path)
    assert "fetch" not in str(caught.value)
