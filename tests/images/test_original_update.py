"""A recipe's steps are those of the original code: parameters after them, to rounding."""

from functools import partial

import numpy as np
import pytest

from minigan.images import RECIPES
from minigan.images import recipe as base
from minigan.layers import Dropout
from minigan.networks import Sequential

from .helpers import PAPER, small_rows
from .test_hyperparameters import RATES

torch = pytest.importorskip("torch")

from .original_code import Player, update_both, update_in_turn  # noqa: E402 (it imports PyTorch)

STEPS = 4  # into the second epoch, where momentum is larger


class Noted:
    """A sampler whose rows are noted."""

    def __init__(self, sampler):
        self.sampler, self.rows = sampler, []

    def sample(self, m, rng):
        self.rows.append(self.sampler.sample(m, rng))
        return self.rows[-1]


@pytest.fixture
def masks(monkeypatch):
    """Masks of each Dropout layer in the order in which they are drawn, (batch, features)."""
    drawn = {}
    draw = Dropout.draw

    def noted(layer, rng, shape, dtype):
        mask = draw(layer, rng, shape, dtype)
        drawn.setdefault(id(layer), []).append(mask != 0)
        return mask

    monkeypatch.setattr(Dropout, "draw", noted)
    return drawn


def tensors(rows):
    return torch.tensor(np.concatenate(rows).astype(np.float64))


def taken(masks, layers, start, stop):
    """Masks for the examples from start to stop of all that were drawn, one a Dropout layer."""
    return [
        np.concatenate(masks[id(layer)])[start:stop]
        for layer in layers
        if isinstance(layer, Dropout)
    ]


@pytest.fixture
def game_and_originals(monkeypatch):
    """Function: a recipe's game in float64, and the players of the original code."""

    def make(name, simultaneous):
        # float32 is for training; here rounding must not hide a wrong factor
        monkeypatch.setattr(base, "Sequential", partial(Sequential, dtype="float64"))
        game = RECIPES[name].game(small_rows(name), seed=3, simultaneous=simultaneous)
        game.data, game.noise = Noted(game.data), Noted(game.noise)
        # At this width, D's starting values are so small that hardly a gradient reaches G.
        game.D.params += 0.1 * np.random.default_rng(4).standard_normal(len(game.D.params))
        longest = 1.9365 if name.startswith("tfd") else None

        def rate(t):
            return max(1e-6, RATES[name] / 1.000004**t)

        def momentum(t):  # three minibatches an epoch
            return 0.5 + 0.2 * min(t // 3 / 249, 1)

        players = [Player(net, rate, momentum, longest) for net in (game.G, game.D)]
        return game, *players

    return make


def assert_same_way(player, network):
    """Both have gone the same way from their start, to a billionth of it."""
    way = np.abs(player.vector() - player.start).max()
    assert way > 1e-6
    assert np.abs(network.params - player.vector()).max() < 1e-9 * way


@pytest.mark.parametrize("name", PAPER)
def test_steps_are_those_of_the_original_code(name, game_and_originals, masks):
    game, G, D = game_and_originals(name, True)
    m = game.batch
    for step in range(STEPS):
        game.step()
        of_step = taken(masks, game.D.layers, 2 * m * step, 2 * m * (step + 1))
        update_both(G, D, tensors(game.data.rows[-1:]), tensors(game.noise.rows[-1:]), of_step)
        assert_same_way(G, game.G)
        assert_same_way(D, game.D)


@pytest.mark.parametrize("name", ["mnist", "tfd-pretrain", "cifar10-convolutional"])
def test_moving_in_turn_is_algorithm_1_with_the_original_costs(name, game_and_originals, masks):
    game, G, D = game_and_originals(name, False)
    m = game.batch
    for step in range(2):
        game.step()
        start = 3 * m * step
        of_turns = [
            taken(masks, game.D.layers, start, start + 2 * m),
            taken(masks, game.D.layers, start + 2 * m, start + 3 * m),
        ]
        z = [tensors([rows]) for rows in game.noise.rows[-2:]]
        update_in_turn(G, D, tensors(game.data.rows[-1:]), z, of_turns)
        assert_same_way(G, game.G)
        assert_same_way(D, game.D)


def test_columns_of_the_faces_weights_are_shortened_to_their_limit(game_and_originals):
    game, *_ = game_and_originals("tfd-pretrain", True)
    (visible,) = (layer for layer in game.G.layers if layer.name == "visible")
    assert np.linalg.norm(visible.W, axis=0).min() > 1.9365  # a hundred normal numbers
    game.step()
    np.testing.assert_allclose(np.linalg.norm(visible.W, axis=0), 1.9365, rtol=1e-12)
