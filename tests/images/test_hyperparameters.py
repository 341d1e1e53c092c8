"""Every number of the original files stands in the recipes; full-size nets are not allocated.

The numbers are typed from the five files of goodfeli/adversarial, and from nothing of minigan.
"""

import math

import numpy as np
import pytest

from minigan.distributions import Normal, Uniform
from minigan.images import RECIPES, Rows
from minigan.layers import (
    ChannelMaxout,
    Conv2D,
    ConvTranspose2D,
    Dropout,
    Linear,
    Maxout,
    MaxPool2D,
)
from minigan.networks import Sequential

from .helpers import FULL_SIZE, PAPER, images, small_rows

TFD_TOP = ["Linear 100-8000", "ReLU", "Linear 8000-8000", "Sigmoid", "Linear 8000-2304", "Sigmoid"]
G_LAYERS = {
    "mnist": ["Linear 100-1200", "ReLU", "Linear 1200-1200", "ReLU", "Linear 1200-784", "Sigmoid"],
    "tfd-pretrain": TFD_TOP,
    "tfd": ["Linear 100-8000", "ReLU", "Linear 8000-100", "Sigmoid", *TFD_TOP],
    "cifar10": ["Linear 100-8000", "ReLU", "Linear 8000-8000", "Sigmoid", "Linear 8000-3072"],
    "cifar10-convolutional": [
        "Linear 100-8000",
        "ReLU",
        "Linear 8000-8000",
        "Sigmoid",
        "ConvTranspose2D (80, 10, 10)-(3, 32, 32) k5 s3 p0 untied",
    ],
}


def two_maxout_layers(n_in, units):
    return [
        "Dropout 0.8",
        f"Maxout {n_in}-{units}x5",
        "Dropout 0.5",
        f"Maxout {units}-{units}x5",
        "Dropout 0.5",
        f"Linear {units}-1",
    ]


D_LAYERS = {
    "mnist": two_maxout_layers(784, 240),
    "tfd-pretrain": two_maxout_layers(2304, 1200),
    "tfd": two_maxout_layers(2304, 1200),
    "cifar10": two_maxout_layers(3072, 1600),
    "cifar10-convolutional": [
        "Dropout 0.8",
        "Conv2D (3, 32, 32)-(64, 33, 33) k8 s1 p4 tied",
        "ChannelMaxout 2 (32, 33, 33)",
        "MaxPool2D 4/2 (32, 16, 16)",
        "Dropout 0.5",
        "Conv2D (32, 16, 16)-(64, 15, 15) k8 s1 p3 tied",
        "ChannelMaxout 2 (32, 15, 15)",
        "MaxPool2D 4/2 (32, 7, 7)",
        "Dropout 0.5",
        "Conv2D (32, 7, 7)-(384, 9, 9) k5 s1 p3 tied",
        "ChannelMaxout 2 (192, 9, 9)",
        "MaxPool2D 2/2 (192, 5, 5)",
        "Dropout 0.5",
        "Maxout 4800-500x5",
        "Dropout 0.5",
        "Linear 500-1",
    ],
}
IRANGES = {  # of the layers with weights, in their order; None: sparse
    "mnist": ([0.05, 0.05, 0.05], [0.005] * 3),
    "tfd-pretrain": ([0.05, 0.05, None], [0.005] * 3),
    "tfd": ([0.05, 0.05, 0.05, 0.05, None], [0.005] * 3),
    "cifar10": ([0.05, 0.05, 0.5], [0.005] * 3),
    "cifar10-convolutional": ([0.05, 0.05, 0.05], [0.005] * 5),
}
RATES = {
    "mnist": 0.1,
    "tfd-pretrain": 0.05,
    "tfd": 0.05,
    "cifar10": 0.025,
    "cifar10-convolutional": 0.004,
}


def text(layer):
    """A layer and its sizes in a line."""
    kind = type(layer).__name__
    match layer:
        case Maxout():
            return f"{kind} {layer.n_in}-{layer.n_out}x{layer.pieces}"
        case Linear():
            return f"{kind} {layer.n_in}-{layer.n_out}"
        case Dropout():
            return f"{kind} {layer.keep}"
        case Conv2D() | ConvTranspose2D():
            numbers = f"k{layer.kernel} s{layer.stride} p{layer.pad}"
            tied = "tied" if layer.tied_bias else "untied"
            return f"{kind} {layer.shape_in}-{layer.shape_out} {numbers} {tied}"
        case ChannelMaxout():
            return f"{kind} {layer.pieces} {layer.shape_out}"
        case MaxPool2D():
            return f"{kind} {layer.pool}/{layer.stride} {layer.shape_out}"
    return kind


def full_size(name):
    """Rows for nets of the recipe's own widths."""
    shape = FULL_SIZE[name]
    return Rows(images(2, shape), shape)


@pytest.mark.parametrize("name", PAPER)
def test_layers_have_the_original_sizes(name):
    recipe, rows = RECIPES[name], full_size(name)
    assert [text(layer) for layer in recipe.generator(rows)] == G_LAYERS[name]
    assert [text(layer) for layer in recipe.discriminator(rows)] == D_LAYERS[name]


def weights(name, width):
    """For each player: layers with weights, at this width."""
    recipe, rows = RECIPES[name], small_rows(name, width=width)
    for make in (recipe.generator, recipe.discriminator):
        yield [layer for layer in Sequential(make(rows), seed=0).layers if layer.params]


def assert_uniform(W, irange):
    low = 0.9 if W.size >= 50 else 0.3  # D's last layer has few
    assert low * irange < np.abs(W).max() <= np.float32(irange)
    assert abs(W.mean()) < 4 * irange / math.sqrt(3 * W.size)


@pytest.mark.parametrize("name", PAPER)
def test_weights_start_in_the_original_ranges_and_larger_behind_fewer_hidden_units(
    name, monkeypatch
):
    """So that a sum of them is as large as at full size."""
    with monkeypatch.context() as patch:  # narrow layers, with weights as at full size
        patch.setattr(Rows, "units", lambda self, number: max(1, number // 50))
        for layers, iranges in zip(weights(name, width=1.0), IRANGES[name], strict=True):
            for layer, irange in zip(layers, iranges, strict=True):
                if irange is not None:
                    assert_uniform(layer.W, irange)
    width, other = 0.04, 0.08
    for player, wider, iranges in zip(
        weights(name, width), weights(name, other), IRANGES[name], strict=True
    ):
        for layer, its_twin, irange in zip(player, wider, iranges, strict=True):
            if irange is not None:
                behind_hidden = len(layer.W) != len(its_twin.W)  # else behind noise or pixels
                assert_uniform(layer.W, irange / math.sqrt(width) if behind_hidden else irange)


@pytest.mark.parametrize("name", ["tfd-pretrain", "tfd"])
def test_a_hundred_weights_of_each_pixel_of_a_face_are_not_zero(name):
    recipe, rows = RECIPES[name], small_rows(name, width=0.02)
    visible = Sequential(recipe.generator(rows), seed=0).layers[-2]
    assert visible.W.shape == (160, 16)
    assert ((visible.W != 0).sum(axis=0) == 100).all()
    assert visible.W[visible.W != 0].std() == pytest.approx(1, abs=4 / math.sqrt(2 * 1600))


@pytest.mark.parametrize("name", PAPER)
def test_biases_start_as_in_the_original_and_only_the_faces_columns_are_limited(name):
    recipe, rows = RECIPES[name], small_rows(name)
    G, D = recipe.players(rows, seed=0)
    expected = {layer.name: 0.0 for net in (G, D) for layer in net.layers if layer.params}
    if name.startswith("tfd"):
        expected |= {"hidden": -2.0}
    if name == "tfd":
        expected |= {"new hidden": -2.0}
    if not name.startswith("cifar10"):
        means = rows.X.mean(axis=0, dtype=np.float64)
        expected[G.layers[-2].name] = np.log(means / (1 - means))
    for layer in (*G.layers, *D.layers):
        if layer.params:
            np.testing.assert_allclose(layer.b, expected[layer.name], rtol=1e-6)
            limit = 1.9365 if name.startswith("tfd") else None
            assert getattr(layer, "max_col_norm", None) == limit


@pytest.mark.parametrize("name", PAPER)
def test_noise_minibatches_moves_and_data(name):
    recipe = RECIPES[name]
    noise, game = recipe.noise, recipe.game(small_rows(name), seed=0)
    if name == "mnist":
        assert isinstance(noise, Uniform) and noise.dim == 100
        assert (-noise.low, noise.high) == (math.sqrt(3), math.sqrt(3))  # variance 1
    else:
        assert isinstance(noise, Normal) and (noise.mean, noise.std, noise.dim) == (0, 1, 100)
    assert recipe.batch == game.batch == (128 if name == "cifar10-convolutional" else 100)
    assert game.simultaneous and game.k == 1
    assert not recipe.game(small_rows(name), seed=0, simultaneous=False).simultaneous
    assert recipe.average is None
    data, epochs = {"tfd-pretrain": ("tfd", 50), "tfd": ("tfd", 22)}.get(name, (name[:7], 300))
    assert (recipe.data, recipe.epochs) == (data, epochs)
    assert recipe.split == ("unlabeled" if data == "tfd" else "train")
    X = images(3, (3, 4, 4))
    seen = recipe.preprocess(X)
    if data == "cifar10":
        np.testing.assert_allclose(np.linalg.norm(seen, axis=1), 55, rtol=1e-5)
        np.testing.assert_allclose(seen.mean(axis=1), 0, atol=1e-5)
    else:
        assert seen is X


@pytest.mark.parametrize("name", PAPER)
def test_learning_rates_fall_each_step_and_momentum_grows_until_the_250th_epoch(name):
    game = RECIPES[name].game(small_rows(name), seed=0)
    for t in (0, 1, 1000, 125_000, 10**6, 5 * 10**6):
        rate = max(1e-6, RATES[name] / 1.000004**t)
        assert game.D_optimizer.lr(t) == pytest.approx(rate, rel=1e-9)
        assert game.G_optimizer.lr(t) == pytest.approx(2 * rate, rel=1e-9)  # J_G has a 1/2
    steps = 3  # of an epoch: two minibatches and a half
    for optimizer in (game.G_optimizer, game.D_optimizer):
        for epoch in (1, 2, 100, 249, 250, 251, 1000):
            expected = 0.5 + 0.2 * np.clip((epoch - 1) / 249, 0, 1)
            first = (epoch - 1) * steps
            for t in range(first, first + steps):
                assert optimizer.momentum(t) == pytest.approx(expected, rel=1e-12)


def test_the_deeper_generator_ends_in_the_layers_of_the_first():
    rows = full_size("tfd")
    names = [
        [layer.name for layer in RECIPES[name].generator(rows) if layer.parameter_shapes()]
        for name in ("tfd-pretrain", "tfd")
    ]
    assert names[1][-3:] == names[0]
    assert len(set(names[1])) == 5
    assert RECIPES["tfd"].starts_from == "tfd-pretrain"
