"""Few labels on the small digits: splits, features, and what a game gains."""

import numpy as np
import pytest

from minigan import InputError
from minigan.averages import ParameterAverage
from minigan.variants import few_labels as games


def test_a_split_has_so_many_labels_of_each_class_and_keeps_the_test_images_apart():
    data = games.split(3, 2)
    few, y = data.few
    assert np.bincount(y).tolist() == [2] * 10
    X, y_test = data.test
    assert len(X) == len(y_test) == 597
    assert len(data.x.X) == 1200
    rows = {row.tobytes() for row in data.x.X}
    assert all(row.tobytes() in rows for row in few)
    assert sum(row.tobytes() in rows for row in X) <= 2  # the same picture may be there twice
    assert (games.split(4, 2).test[0] != X).any()


def test_logistic_regression_is_at_the_minimum_of_its_cost():
    """By differences of the cost itself, and a step in any direction goes up."""
    rng = np.random.default_rng(0)
    F, t = rng.standard_normal((30, 8)), np.eye(4)[rng.integers(4, size=30)]
    W, b = games.logistic_regression(F, t)

    def cost(W, b):
        a = F @ W + b
        return (np.log(np.exp(a).sum(axis=1)) - (a * t).sum(axis=1)).sum() + 5 * (W**2).sum()

    for _ in range(5):
        dW, db = rng.standard_normal(W.shape), rng.standard_normal(b.shape)
        ahead, behind = (cost(W + e * dW, b + e * db) for e in (1e-4, -1e-4))
        assert abs(ahead - behind) / 2e-4 < 1e-5
        assert min(ahead, behind) > cost(W, b)


def test_features_are_standardised_so_their_scale_does_not_matter():
    data = games.split(0, 1)
    plain = games.features_error(lambda X: X, data)
    assert games.features_error(lambda X: 100 * X + 3, data) == pytest.approx(plain, abs=0.01)
    assert 0.2 < plain < 0.6


def test_an_unknown_method_is_refused():
    with pytest.raises(InputError, match="method: expected one of supervised, feature matching"):
        games.few_labels_game(games.SMALL, games.split(0, 1), "magic", 0, 10)


@pytest.mark.parametrize("setting", [games.SMALL, games.WIDE])
@pytest.mark.parametrize("method", [*games.METHODS, "no labels"])
def test_every_game_moves(setting, method):
    game = games.few_labels_game(setting, games.split(0, 1), method, 0, 4)
    before = game.D.params.copy()
    average = ParameterAverage(game.D, games.DECAY)
    for _ in game.play(2):
        average.update()
    assert (game.D.params != before).any()
    if method != "no labels":
        assert 0 <= games.error(average.network, games.split(0, 1)) <= 1


@pytest.mark.slow
def test_a_game_is_better_than_supervised_training_with_ten_labels():
    """Three splits; five or more are in `minigan few-labels --seeds`."""
    gains = []
    for seed in (0, 2, 10):
        data, errors = games.split(seed, 1), {}
        for method in ("supervised", "non-saturating"):
            steps = games.SMALL.supervised_steps if method == "supervised" else games.SMALL.steps
            game = games.few_labels_game(games.SMALL, data, method, seed, steps)
            average = ParameterAverage(game.D, games.DECAY)
            for _ in game.play(steps):
                average.update()
            errors[method] = games.error(average.network, data)
        gains.append(errors["supervised"] - errors["non-saturating"])
    assert min(gains) > 0
    assert np.mean(gains) > 0.05
