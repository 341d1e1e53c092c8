"""Recipes as a whole: they play, on images of other sizes too, and refuse what does not fit."""

import numpy as np
import pytest

from minigan.base.errors import InputError
from minigan.data import load
from minigan.data.preprocess import gcn
from minigan.images import RECIPES, Rows
from minigan.images.recipe import steps_per_epoch

from .helpers import images, small_rows


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("simultaneous", [None, True, False])
def test_every_recipe_plays_and_moves_both_players(name, simultaneous):
    game = RECIPES[name].game(small_rows(name), seed=0, simultaneous=simultaneous)
    before = game.G.params.copy(), game.D.params.copy()
    (record,) = game.play(1)
    assert np.isfinite(list(record.values())).all()
    for network, start in zip((game.G, game.D), before, strict=True):
        assert np.isfinite(network.params).all() and (network.params != start).any()


@pytest.mark.parametrize("name", RECIPES)
def test_a_seed_makes_a_game(name):
    first, again, other = (
        RECIPES[name].game(small_rows(name), seed=seed) for seed in (5, 5, np.int64(6))
    )
    assert list(first.play(2)) == list(again.play(2)) != list(other.play(2))
    np.testing.assert_array_equal(first.G.params, again.G.params)


@pytest.mark.parametrize("name", RECIPES)
def test_pictures_of_what_g_makes_are_in_the_unit_interval(name):
    recipe, rows = RECIPES[name], small_rows(name, n=3)
    G, _ = recipe.players(rows, seed=0)
    z = recipe.noise.sample(4, np.random.default_rng(0))
    for X in (G(z), rows.X):
        picture = recipe.picture(X)
        assert picture.shape == X.shape
        assert 0 <= picture.min() < picture.max() <= 1


def test_around_grey_keeps_the_order_of_brightness_and_0_is_grey():
    picture = RECIPES["cifar10"].picture
    shown = picture(np.array([[-2.0, 0.0, 1.0]]))
    np.testing.assert_allclose(shown, [[0.0, 0.5, 0.75]])
    assert (picture(np.zeros((2, 3), np.float32)) == 0.5).all()


def test_layers_have_one_unit_and_epochs_so_many_minibatches_that_no_image_is_left_out():
    rows = Rows(images(2, (1, 4, 4)), (1, 4, 4), width=0.01)
    assert [rows.units(n) for n in (8000, 1200, 240, 1)] == [80, 12, 2, 1]
    X = images(201, (1, 1, 1))
    assert [steps_per_epoch(X[:n], 100) for n in (1, 100, 101, 200, 201)] == [1, 1, 2, 2, 3]


@pytest.mark.parametrize("shape", [(3, 11, 11), (1, 14, 14), (3, 20, 20)])
def test_the_convolutional_recipe_takes_square_images_that_its_windows_cover(shape):
    rows = Rows(gcn(images(128, shape)), shape, 0.01)
    (record,) = RECIPES["cifar10-convolutional"].game(rows, seed=0).play(1)
    assert np.isfinite(list(record.values())).all()


@pytest.mark.parametrize("shape", [(3, 32, 29), (1, 28, 28), (3, 8, 8), (3, 5, 5), (1, 1, 32)])
def test_the_convolutional_recipe_refuses_other_images_in_one_line(shape):
    rows = Rows(gcn(images(128, shape)), shape, 0.01)
    with pytest.raises(InputError) as caught:
        RECIPES["cifar10-convolutional"].game(rows, seed=0)
    size = f"{shape[1]} x {shape[2]}"
    assert str(caught.value) == (
        "cifar10-convolutional: expected square images of 11, 14, 17, ... 32, ... rows, which "
        f"5 x 5 pixels each 3 pixels cover, got {size}"
    )


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 4, 12)])
def test_dcgan_takes_images_that_can_be_halved_twice(shape):
    rows = Rows(images(64, shape), shape, 0.2)
    assert RECIPES["dcgan"].game(rows, seed=0).G.n_out == np.prod(shape)
    other = (shape[0], shape[1] - 2, shape[2])
    with pytest.raises(InputError, match=rf"dcgan: .* got {shape[1] - 2} x {shape[2]}$"):
        RECIPES["dcgan"].game(Rows(images(64, other), other), seed=0)


@pytest.mark.slow
def test_dcgan_finds_the_mean_image_of_the_small_digits():
    """Some 150 steps: what is bright on average is bright in samples, at test time too."""
    X = load("digits").X
    game = RECIPES["dcgan"].game(Rows(X, (1, 8, 8)), seed=0)
    for _ in game.play(150):
        pass
    z = RECIPES["dcgan"].noise.sample(500, np.random.default_rng(0))
    for made in (game.G(z), game.G.forward(z)[0]):  # running moments, and the minibatch's own
        assert np.corrcoef(made.mean(axis=0), X.mean(axis=0))[0, 1] > 0.8
        assert made.std(axis=0).mean() > 0.05


@pytest.mark.parametrize(
    ("X", "width", "message"),
    [
        (2 * images(100, (1, 4, 4)), 0.01, r"expected data in \[0, 1\]"),
        (images(9, (1, 4, 4)), 0.01, "mnist: expected 100 images or more, got 9"),
        *(
            (images(100, (1, 4, 4)), width, "width: expected a finite number > 0")
            for width in (0, np.nan, np.inf, "1", True)
        ),
    ],
)
def test_images_and_widths_that_do_not_fit_are_refused(X, width, message):
    with pytest.raises(InputError, match=message):
        RECIPES["mnist"].game(Rows(X, (1, 4, 4), width), seed=0)
