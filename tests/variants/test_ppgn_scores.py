"""Scores of digits: closed forms, loops over points, and what fools each of them."""

import numpy as np
import pytest
from scipy.linalg import sqrtm

from minigan.base.randomness import generator
from minigan.variants import ppgn_scores as scores
from minigan.variants.few_labels import digits


@pytest.fixture(scope="module")
def real():
    return digits()[0][:400]


def up(X):
    """Each block of 2 x 2 pixels, its mean."""
    coarse = X.reshape(-1, 4, 2, 4, 2).mean(axis=(2, 4))
    return coarse.repeat(2, axis=1).repeat(2, axis=2).reshape(len(X), -1)


def test_detail_is_what_the_block_means_leave(real):
    assert np.abs(scores.detail(real) + up(real) - real).max() < 1e-6
    assert scores.reconstruction(up(real), real)["detail"] < 1e-10


def test_of_a_conditional_mean_variance_and_squared_error_make_up_the_whole(real):
    """Here of the class: law of total variance. A real image of the class is no such mean."""
    y = digits()[1][:400]
    means, firsts = (
        np.array([of(real[y == c]) for c in range(10)])[y]
        for of in (lambda X: X.mean(axis=0), lambda X: X[0])
    )
    assert scores.reconstruction(means, real)["var + mse"] == pytest.approx(1, abs=1e-5)
    assert scores.reconstruction(firsts, real)["var + mse"] > 1.5


def test_the_distance_of_gaussians_by_the_roots_of_scipy():
    rng = generator(0)
    A, B = (rng.standard_normal((60, 4)) @ rng.standard_normal((4, 4)) + i for i in range(2))
    S, T = np.cov(A.T), np.cov(B.T)
    expected = ((A.mean(0) - B.mean(0)) ** 2).sum() + np.trace(S + T - 2 * sqrtm(S @ T).real)
    assert scores.frechet(A, B) == pytest.approx(expected, rel=1e-6)


def test_the_controls_have_the_detail_of_real_images_and_are_none(real):
    """Grey, so that nothing is clipped. Detail alone is fooled; the distance of pixels is not."""
    grey = 0.5 + 0.2 * (real - 0.5)
    blurred = 0.5 * grey + 0.5 * up(grey)
    plain = scores.reconstruction(blurred, grey)
    for made in scores.controls(blurred, grey, generator(0)).values():
        found = scores.reconstruction(made, grey)
        assert plain["detail"] < 0.3 < 0.9 < found["detail"] < 1.1
    assert found["fd"] > 0.5 * plain["fd"]


def test_a_fresh_net_tells_what_can_be_told(real):
    train, test = real[:200], real[200:]
    same = scores.told_apart((train[::2], train[1::2]), (test[::2], test[1::2]), 40, 0)
    other = scores.told_apart((train, up(train)), (test, up(test)), 100, 0)
    assert 0.35 < same < 0.65
    assert other > 0.85


def by_sign(x):
    """Logits of points in the plane: class 1 right of the axis, else 0."""
    return np.stack([-x[:, 0], x[:, 0]], axis=1)


def test_held_out_points_vote_and_have_balls():
    """Against loops; the labels are the other way round than the digits."""
    rng, y, labels = generator(0), np.repeat([0, 1], 20), np.array([1, 0])
    X = rng.standard_normal((40, 2)) + np.array([[-2, 0], [2, 0]])[y]
    x, asked = 1.5 * rng.standard_normal((30, 2)), np.arange(30) % 2
    found = scores.HeldOut(X, y, by_sign, labels).score(x, asked)
    far = np.linalg.norm(x[:, None] - X, axis=2)
    votes = [round(y[np.argsort(row)[:3]].mean()) for row in far]
    assert found["3-NN"] == pytest.approx((labels[votes] == asked).mean())
    assert found["judge"] == pytest.approx((labels[(x[:, 0] > 0).astype(int)] == asked).mean())
    expected = []
    for label in (0, 1):
        own, made = X[labels[y] == label], x[asked == label]
        balls = [(one, sorted(np.linalg.norm(own - one, axis=1))[3]) for one in own]
        hits = np.array([[np.linalg.norm(a - b) < r for b, r in balls] for a in made])
        expected.append([hits.any(axis=1).mean(), hits.any(axis=0).mean()])
    both = [found["precision"], found["coverage"]]
    assert both == pytest.approx(np.mean(expected, axis=0))


def test_one_caricature_of_a_class_is_precise_and_covers_little():
    y, asked = np.repeat([0, 1], 30), np.arange(40) % 2
    X = generator(1).standard_normal((60, 2)) + np.array([[-4, -4], [4, 4]])[y]
    held = scores.HeldOut(X, y, by_sign, np.arange(2))
    found = held.score(np.array([[-4.0, -4.0], [4.0, 4.0]])[asked], asked)
    assert found["precision"] == found["3-NN"] == found["judge"] == found["classes"] == 1
    assert found["coverage"] < 0.3
    assert found["variance"] == 0
