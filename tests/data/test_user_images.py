"""One's own images: every form that is promised, and a clear word about every other."""

import numpy as np
import pytest

from minigan.base.errors import DataError, InputError
from minigan.data import load
from minigan.data.image_sets import fixed_order
from minigan.data.user_images import read_user_images

from .helpers import idx_bytes, written

Image = pytest.importorskip("PIL.Image")


def saved(tmp_path, array):
    """An .npy file of the array."""
    np.save(tmp_path / "mine.npy", array)
    return tmp_path / "mine.npy"


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((9, 5, 4), (1, 5, 4)),
        ((9, 1, 5, 4), (1, 5, 4)),
        ((9, 3, 5, 4), (3, 5, 4)),
        ((9, 5, 4, 1), (1, 5, 4)),
        ((9, 5, 4, 3), (3, 5, 4)),
        ((9, 3, 5, 3), (3, 5, 3)),
        ((9, 49), (1, 7, 7)),
        ((9, 50), (1, 1, 50)),
    ],
)
def test_shapes_are_understood_and_pixels_lie_by_channel_row_column(shape, expected, rng, tmp_path):
    array = rng.integers(0, 256, shape, dtype=np.uint8)
    images = read_user_images(saved(tmp_path, array))
    assert images.shape == expected
    behind = len(shape) == 4 and shape[1] not in (1, 3)
    first = np.moveaxis(array, 3, 1) if behind else array
    np.testing.assert_array_equal(images.pixels, first.reshape(9, -1))


@pytest.mark.parametrize(
    ("array", "message"),
    [
        *(
            (np.zeros(shape, np.uint8), r"\(images, rows, columns\)")
            for shape in [(9,), (9, 2, 5, 4), (9, 5, 4, 2), (9, 3, 5, 4, 1)]
        ),
        *(
            (np.array([[0.5, wrong, 0.5, 0.5]]), r"numbers in \[0, 1\], got")
            for wrong in (-0.01, 1.01, 255.0, np.nan, np.inf)
        ),
    ],
)
def test_other_shapes_and_numbers_are_refused(array, message, tmp_path):
    with pytest.raises(DataError, match=f"mine.npy: expected {message}"):
        read_user_images(saved(tmp_path, array))


@pytest.mark.parametrize("dtype", ["u1", "f2", "f4", "f8", ">f4", "b1"])
def test_numbers_in_the_unit_interval_stay_as_they_are_and_bytes_are_scaled_to_it(dtype, tmp_path):
    top = 255 if dtype == "u1" else 1
    array = np.array([[0, top, top, 0], [top, 0, 0, top // 5]]).astype(dtype)
    X = load(saved(tmp_path, array)).X
    assert X.dtype == np.float32 and X.dtype.isnative
    np.testing.assert_allclose(np.sort(X, axis=0), np.sort(array / np.float32(top), axis=0))


def test_the_splits_are_a_fixed_draw_of_all_images(tmp_path):
    path = saved(tmp_path, np.arange(60, dtype=np.uint8)[:, None])
    found = {split: load(path, split=split) for split in ("train", "valid", "test")}
    assert found["train"].sizes == {"train": 40, "valid": 10, "test": 10}
    rows = {split: np.rint(data.X[:, 0] * 255) for split, data in found.items()}
    assert sorted(np.concatenate(list(rows.values()))) == list(range(60))
    assert fixed_order(10).tolist() == [9, 3, 1, 8, 2, 4, 0, 5, 6, 7]  # for good
    order = fixed_order(60)
    np.testing.assert_array_equal(rows["test"], np.sort(order[50:]))
    # Of a file that is sorted by kind, every split has some of each third.
    for part in rows.values():
        assert set(part // 20) == {0, 1, 2}


def test_an_npz_and_an_idx_file_are_read_too(rng, tmp_path):
    array = rng.integers(0, 256, (6, 4, 4), dtype=np.uint8)
    np.savez(tmp_path / "a.npz", images=array)
    written(tmp_path / "a-idx3-ubyte.gz", idx_bytes(array), zipped=True)
    for path in (tmp_path / "a.npz", tmp_path / "a-idx3-ubyte.gz"):
        np.testing.assert_array_equal(read_user_images(path).pixels, array.reshape(6, 16))


def test_the_name_is_the_files_which_must_be_there_and_has_one_fold(tmp_path):
    path = saved(tmp_path, np.zeros((7, 4)))
    assert load(path).name == load(str(path)).name == "mine"
    with pytest.raises(InputError, match=r"fold: expected 0 to 0 for .*mine.npy, got 1"):
        load(path, fold=1)
    for missing in (tmp_path / "new", "mnits"):
        with pytest.raises(DataError, match=f"expected one of .* or a path, got '{missing}'"):
            load(missing)
