"""LAPGAN: what a pyramid gives back exactly, the projection, and its two separate games."""

import numpy as np
import pytest

import minigan as mg
from minigan.checks import GradientError, check_layer
from minigan.data import load
from minigan.figures.lapgan import LapGan
from minigan.variants import lapgan

SMALL, DIGITS = lapgan.Pyramid(4, 6), lapgan.Pyramid(8, 8)
X = load("digits", split="train").X


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_an_image_is_its_coarse_image_and_its_detail_to_the_last_bit(dtype):
    x = X.astype(dtype)
    c, h = DIGITS.down(x), DIGITS.detail(x)
    assert c.dtype == h.dtype == dtype and c.shape == (len(x), 16)
    assert (DIGITS.up(c) + h == x).all()
    assert (DIGITS.down(h) == 0).all() and (DIGITS.down(DIGITS.up(c)) == c).all()


def test_of_other_pixels_it_is_that_to_rounding():
    x = np.random.default_rng(0).random((500, 24))
    error = np.abs(SMALL.up(SMALL.down(x)) + SMALL.detail(x) - x).max()
    assert 0 < error < 2**-52


def test_the_identity_holds_for_any_down_and_only_for_one_up():
    """h is defined by u: another d changes nothing, another u of the synthesis all."""

    class Corner(lapgan.Pyramid):
        def down(self, x):
            return x.reshape(len(x), 4, 2, 4, 2)[:, :, 0, :, 0].reshape(len(x), -1)

    pyramid = Corner(8, 8)
    c, h = pyramid.down(X), pyramid.detail(X)
    assert (pyramid.up(c) + h == X).all()
    shifted = np.roll(pyramid.up(c).reshape(-1, 8, 8), 1, axis=2).reshape(len(X), 64)
    assert np.abs(shifted + h - X).mean() > 0.1


def test_means_are_those_of_blocks():
    x = np.arange(24.0)[None]  # rows of six
    assert SMALL.down(x).tolist() == [[3.5, 5.5, 7.5, 15.5, 17.5, 19.5]]
    rows = SMALL.up(np.array([[1.0, 2, 3, 4, 5, 6]])).reshape(4, 6)
    assert rows[1].tolist() == [1, 1, 2, 2, 3, 3] and rows[2].tolist() == [4, 4, 5, 5, 6, 6]


def test_the_projection_is_one_and_symmetric():
    P = SMALL.detail(np.eye(24))
    assert np.abs(P @ P - P).max() < 1e-15 and (P == P.T).all()
    assert np.linalg.matrix_rank(P) == 18
    assert (
        np.abs(SMALL.down(SMALL.detail(np.random.default_rng(1).normal(size=(99, 24))))).max()
        < 1e-15
    )


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: lapgan.Pyramid(7, 8), "rows: expected an even number, .* got 7; cut or pad"),
        (lambda: lapgan.Pyramid(4, 5), "columns: expected an even number, .* got 5"),
        (lambda: DIGITS.down(X[:, :16]), r"down: expected rows \(m, 64\), got \(1199, 16\)"),
        (lambda: DIGITS.up(X), r"up: expected rows \(m, 16\)"),
    ],
)
def test_odd_sizes_and_other_images_are_refused_in_a_line(call, said):
    with pytest.raises(mg.InputError, match=rf"^Pyramid.{{1,2}}{said}"):
        call()


class Untouched(lapgan.Detail):
    """The means are left in."""

    def backward(self, dy, cache, *, param_grads=True):
        return dy


class MeanForTranspose(lapgan.Rebuilt):
    def backward(self, dy, cache, *, param_grads=True):
        return np.hstack([dy[:, :24], self.pyramid.down(dy[:, :24]) + dy[:, 24:]])


@pytest.mark.parametrize("wrong", [Untouched, MeanForTranspose])
def test_a_wrong_way_back_is_caught(wrong):
    with pytest.raises(GradientError):
        check_layer(wrong(SMALL), seeds=range(2))


def test_c_stays_behind_the_projection_and_does_not_without():
    rng, c = np.random.default_rng(0), DIGITS.down(X[:200])
    off = []
    for P in (True, False):
        game = lapgan.stage_B(X, DIGITS, 0, P)
        for _ in game.play(3):
            pass
        x = lapgan.with_detail(game.networks["G"], c, DIGITS, rng)
        off.append(np.abs(DIGITS.down(x) - c).max())
    assert off[0] < 1e-6 < 0.01 < off[1]


def test_pairs_are_of_one_image():
    h, c = lapgan.Pairs(X, DIGITS).sample(50, np.random.default_rng(0))
    x = DIGITS.up(c) + h
    assert all((row == X).all(axis=1).any() for row in x)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 10])
def test_real_coarse_images_are_better_and_the_score_does_not_see_the_projection(seed):
    found = LapGan(seed=seed).play().numbers()
    assert found["identity"] == 0
    for of in (found["P"], found["no P"]):
        assert of["real_c"] > of["whole"] > found["coarse"] + 10
    assert found["P"]["inconsistency"] < 1e-7 and found["no P"]["inconsistency"] > 0.01
    assert abs(found["P"]["whole"] - found["no P"]["whole"]) < 4
