"""What is done to pixels, held against the formulas."""

import numpy as np
import pytest

from minigan.base.errors import InputError
from minigan.data import gcn, unit_interval


def test_bytes_become_k_over_255_to_the_last_bit():
    x = unit_interval(np.arange(256, dtype=np.uint8))
    assert x.dtype == np.float32
    np.testing.assert_array_equal(x, (np.arange(256) / 255).astype(np.float32))
    assert (x[0], x[255]) == (0, 1)
    np.testing.assert_array_equal(unit_interval(np.array([0, 4, 16], np.uint8), 16), [0, 0.25, 1])


def test_contrast_normalised_images_have_mean_0_and_length_scale(rng):
    X = rng.random((20, 3072))
    for scale in (55.0, 1.0, 3):
        Z = gcn(X, scale)
        np.testing.assert_allclose(Z.mean(axis=1), 0, atol=1e-13 * scale)
        np.testing.assert_allclose(np.linalg.norm(Z, axis=1), scale, rtol=1e-12)


def test_the_formula_image_by_image(rng):
    X = rng.random((4, 12))
    for x, z in zip(X, gcn(X), strict=True):
        centred = x - sum(x) / 12
        np.testing.assert_allclose(z, 55 * centred / np.sqrt(sum(centred**2)), rtol=1e-12)
    np.testing.assert_allclose(gcn(X), gcn(0.3 * X + 0.5), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_flat_image_becomes_0_and_not_noise(dtype):
    X = np.repeat(unit_interval(np.arange(256, dtype=np.uint8))[:, None], 3072, axis=1)
    assert not gcn(X.astype(dtype)).any()


def test_an_image_with_contrast_below_the_floor_is_only_centred():
    x = np.zeros((1, 4))
    x[0, 0] = 4e-9
    np.testing.assert_allclose(gcn(x, 1.0), [[3e-9, -1e-9, -1e-9, -1e-9]], rtol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(gcn(100 * x, 1.0)), 1, rtol=1e-12)


def test_float32_stays_float32_and_the_input_as_it_was(rng):
    X = rng.random((5, 3072), dtype=np.float32)
    before = X.copy()
    Z = gcn(X)
    assert Z.dtype == np.float32
    np.testing.assert_array_equal(X, before)
    np.testing.assert_allclose(Z, gcn(X.astype(np.float64)), atol=2e-5)


@pytest.mark.parametrize("X", [np.zeros(3), np.zeros((0, 3)), np.zeros((2, 3), np.uint8)])
def test_other_arrays_are_refused(X):
    with pytest.raises(InputError, match=r"gcn: expected floating-point images"):
        gcn(X)
    with pytest.raises(InputError, match="gcn: scale: expected a finite number > 0"):
        gcn(np.ones((2, 2)), 0)
