"""The convolutional pair of the 2014 paper's CIFAR-10 experiment: sizes, gradients, a game."""

import numpy as np
import pytest

import minigan as mg
from minigan.checks import check_game


def generator(z, hidden, channels, image=10):
    """Layers from noise to an image: two wide layers, and a transposed convolution."""
    return [
        mg.Linear(z, hidden),
        mg.ReLU(),
        mg.Linear(hidden, channels * image**2),
        mg.Sigmoid(),
        mg.ConvTranspose2D((channels, image, image), 3, kernel=5, stride=3, tied_bias=False),
    ]


def discriminator(units, hidden):
    """Layers from (3, 32, 32) to a logit; ``units`` of the three convolutions."""
    layers, shape = [], (3, 32, 32)
    plan = [(8, 4, 4, 2), (8, 3, 4, 2), (5, 3, 2, 2)]  # kernel, pad; pool, its stride
    for n, (kernel, pad, pool, stride) in zip(units, plan, strict=True):
        conv = mg.Conv2D(shape, 2 * n, kernel, pad=pad)
        maxout = mg.ChannelMaxout(conv.shape_out, pieces=2)
        layers += [conv, maxout, mg.MaxPool2D(maxout.shape_out, pool, stride)]
        shape = layers[-1].shape_out
    return [*layers, mg.Maxout(layers[-1].n_out, hidden, 5), mg.Linear(hidden, 1)]


def parameters(layers):
    return sum(np.prod(s) for layer in layers for s in layer.parameter_shapes().values())


def test_the_pair_of_the_paper_has_its_sizes():  # no memory is allocated: G has 65 million weights
    D = discriminator((32, 32, 192), 500)
    images = [layer.shape_out for layer in D[:9]]
    assert images == [
        *[(64, 33, 33), (32, 33, 33), (32, 16, 16)],
        *[(64, 15, 15), (32, 15, 15), (32, 7, 7)],
        *[(384, 9, 9), (192, 9, 9), (192, 5, 5)],
    ]
    assert D[8].n_out == D[9].n_in == 4800
    G = generator(100, 8000, 80)
    assert G[-1].n_in == 8000
    assert G[-1].shape_out == D[0].shape_in == (3, 32, 32)
    assert parameters(G) == 100 * 8000 + 8000 + 8000**2 + 8000 + 80 * 75 + 3072
    convolutions = 3 * 64 * 64 + 64 + 32 * 64 * 64 + 64 + 32 * 25 * 384 + 384
    assert parameters(D) == convolutions + 4800 * 2500 + 2500 + 500 + 1


@pytest.mark.parametrize("dropout", [False, True])
def test_theta_g_learns_through_a_small_pair_as_finite_differences_say(dropout):
    """The paper's kinds of layers on 8 x 8 pixels: on more, a kink is always near."""
    G = mg.Sequential(generator(4, 6, 2, image=2), seed=1, dtype="float64", name="G")
    conv = mg.Conv2D((3, 8, 8), 4, 4, pad=2)
    maxout = mg.ChannelMaxout(conv.shape_out, 2)
    pool = mg.MaxPool2D(maxout.shape_out, 4, 2)
    masks = [mg.Dropout(0.8), mg.Dropout(0.5)] if dropout else [mg.Tanh(), mg.Tanh()]
    D = [masks[0], conv, maxout, pool, masks[1], mg.Maxout(pool.n_out, 4, 3), mg.Linear(4, 1)]
    assert G.layers[-1].shape_out == (3, 8, 8)
    D = mg.Sequential(D, seed=2, dtype="float64", name="D")
    report = check_game(G, D, batch=3, seeds=range(3))
    assert report.passed
    assert report.directions >= 3 * (6 + 6)


def test_a_game_moves_every_layer_of_the_pair():
    """Of 32 x 32 images, at reduced width."""
    G = mg.Sequential(generator(5, 12, 3), seed=1, dtype="float64")
    D = mg.Sequential(discriminator((2, 3, 4), 6), seed=2, dtype="float64")
    game = mg.Algorithm1(
        G,
        D,
        data=mg.Normal(dim=3 * 32 * 32),
        noise=mg.Normal(dim=5),
        G_optimizer=mg.SGD(G, 0.01, 0.5),
        D_optimizer=mg.SGD(D, 0.01, 0.5),
        batch=4,
        seed=3,
    )
    before = [net.copy() for net in (G, D)]
    list(game.play(3))
    for net, old in zip((G, D), before, strict=True):
        for layer, old_layer in zip(net.layers, old.layers, strict=True):
            for name, values in layer.params.items():
                assert np.abs(values - old_layer.params[name]).max() > 1e-5, (layer, name)
