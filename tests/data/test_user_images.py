"""One's own images: every form that is promised, and a clear word about every other."""

import numpy as np
import pytest
from scipy import io

from minigan.base.errors import DataError, InputError
from minigan.data import load
from minigan.data.image_sets import fixed_order
from minigan.data.user_images import read_user_images

from .helpers import idx_bytes, written


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
        (np.array([[0.5, np.nan]]), r"numbers in \[0, 1\], got nan in 1 of 2: fill"),
        (np.array([[-0.9, 1.0]]), r".* to 1: if they are in \[-1, 1\], save \(x \+ 1\) / 2"),
        (np.array([[0, 1.0000001]]), r"numbers in \[0, 1\], got 0 to 1.00000012 \(or bytes"),
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
    with pytest.raises(InputError, match=r"fold: .*mine.npy has no folds: leave"):
        load(path, fold=1)
    with pytest.raises(DataError, match=r"expected one of .* or a path, got 'mnits'.* mnist\?"):
        load("mnits")
    for missing in (tmp_path / "new", "new.npy"):
        with pytest.raises(DataError, match=f"there is no file or folder '{missing}'"):
            load(missing)


# Files with several arrays.


@pytest.mark.parametrize("kind", ["npz", "mat"])
def test_of_several_arrays_one_is_read_by_its_name_and_none_is_guessed(kind, rng, tmp_path):
    arrays = {
        name: rng.integers(0, 256, (n, 5, 5), dtype=np.uint8)
        for name, n in (("x_train", 6), ("x_test", 7))
    }
    path = tmp_path / f"a.{kind}"
    np.savez(path, **arrays) if kind == "npz" else io.savemat(path, arrays)
    for name, array in arrays.items():
        images = read_user_images(path, name)
        np.testing.assert_array_equal(images.pixels, array.reshape(-1, 25))
    with pytest.raises(DataError, match=r"images, or --array NAME, got x_train, x_test$"):
        read_user_images(path)
    with pytest.raises(DataError, match=r"an array called X, got x_train, x_test$"):
        read_user_images(path, "X")


def test_a_name_is_refused_where_there_is_one_array_alone(tmp_path):
    path = saved(tmp_path, np.zeros((6, 4)))
    with pytest.raises(InputError, match=r"array: expected none for .*mine.npy, which has one"):
        load(path, array="X")
    for option in ({"array": "X"}, {"shape": (8, 8)}):
        with pytest.raises(InputError, match=": expected none for digits, got"):
            load("digits", **option)


# Shapes of flat rows, and of MATLAB's arrays.


@pytest.mark.parametrize("suffix", ["npy", "csv"])
@pytest.mark.parametrize("shape", [(2, 6), (3, 2, 2), (2, 2, 3), (1, 3, 4), (6, 2, 1)])
def test_flat_rows_have_the_shape_and_the_order_that_is_said(shape, suffix, rng, tmp_path):
    rows = rng.integers(100, 256, (6, 12), dtype=np.uint8)
    path = tmp_path / f"a.{suffix}"
    np.save(path, rows) if suffix == "npy" else np.savetxt(path, rows, "%d", ",")
    images = read_user_images(path, shape=shape)
    pictures = rows.reshape(6, *shape)
    if len(shape) == 2:
        pictures = pictures[:, None]
    elif shape[0] not in (1, 3):
        pictures = np.moveaxis(pictures, 3, 1)
    assert images.shape == pictures.shape[1:]
    np.testing.assert_array_equal(images.pixels, pictures.reshape(6, 12))


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        *(
            (shape, "shape: expected rows and columns, with 1 or 3 channels before or behind")
            for shape in [(12,), (2, 2, 2), (3, 2, 2, 1), ()]
        ),
        *(
            (shape, "shape: expected a whole number >= 1")
            for shape in [(0, 12), (-3, -4), (3, 4.0)]
        ),
        ((3, 5), r"pictures of shape \(3, 5\), or rows of 15 numbers, got shape \(6, 12\)$"),
        ((2, 3), r"rows of 6 numbers, got shape \(6, 12\): transpose it$"),
    ],
)
def test_another_shape_is_refused(shape, message, tmp_path):
    with pytest.raises(InputError, match=message):
        load(saved(tmp_path, np.zeros((6, 12), np.uint8)), shape=shape)


def test_pictures_that_have_a_shape_keep_it(tmp_path):
    path = saved(tmp_path, np.zeros((6, 4, 3), np.uint8))
    assert load(path, shape=(4, 3)).shape == (1, 4, 3)
    with pytest.raises(DataError, match=r"expected pictures of shape \(3, 4\)"):
        load(path, shape=(3, 4))


@pytest.mark.parametrize(
    ("sizes", "shape", "is_last"),
    [
        ((9, 5, 5), None, False),
        ((5, 5, 9), None, True),
        ((4, 5, 9), (4, 5), True),
        ((9, 4, 5), (4, 5), False),
        ((32, 32, 3, 9), None, True),  # as the street view house numbers
        ((9, 32, 32, 3), None, False),
        ((3, 32, 32, 9), None, True),
        ((9, 3, 32, 32), None, False),
        ((6, 20), (4, 5), False),
    ],
)
def test_matlabs_pictures_may_be_along_the_last_axis(sizes, shape, is_last, rng, tmp_path):
    array = rng.integers(0, 256, sizes, dtype=np.uint8)
    io.savemat(tmp_path / "a.mat", {"X": array, "y": np.ones((9, 1))})
    images = read_user_images(tmp_path / "a.mat", shape=shape)
    pictures = np.moveaxis(array, -1, 0) if is_last else array
    if len(sizes) == 4 and pictures.shape[1] != 3:
        pictures = np.moveaxis(pictures, 3, 1)
    np.testing.assert_array_equal(images.pixels, pictures.reshape(len(pictures), -1))


@pytest.mark.parametrize("sizes", [(4096, 400), (4, 5, 9)])
def test_of_matlabs_arrays_none_is_read_on_a_guess(sizes, tmp_path):
    io.savemat(tmp_path / "a.mat", {"faces": np.zeros(sizes, np.uint8)})
    with pytest.raises(DataError, match=r"faces: .* the shape of a picture \(--shape ROWS,COL"):
        read_user_images(tmp_path / "a.mat")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([0.0, 255]), [0, 1]),  # doubles, as MATLAB's are
        (np.array([0, 51], np.int16), [0, 0.2]),
        (np.array([0, 0.5]), [0, 0.5]),
        (np.array([False, True]), [0, 1]),  # logical
        (np.array([0, 51], np.uint8), [0, 0.2]),
    ],
)
def test_matlabs_numbers_are_bytes_fractions_or_logical(values, expected, tmp_path):
    io.savemat(
        tmp_path / "a.mat", {"a": np.broadcast_to(values[:, None, None], (2, 3, 3)).repeat(3, 0)}
    )
    X = load(tmp_path / "a.mat").X
    np.testing.assert_allclose(np.unique(X), expected, rtol=1e-6)
