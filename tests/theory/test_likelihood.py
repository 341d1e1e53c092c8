"""Section 7.3 on Gaussians: closed forms, quadrature, samples, and the engine itself."""

import math

import numpy as np
import pytest

from minigan import GeneratorTurn, InputError, Layer, Linear, Normal, Sequential, costs
from minigan.theory import GeneratorState, divergences
from minigan.theory.likelihood import (
    chi_square,
    kl,
    kl_gradient,
    optimal_logit,
    pathwise_gradient,
    relative_noise,
    sampled_gradients,
    score,
)

DATA = Normal(0.4, 0.9)
MODELS = [Normal(0.4, 0.9), Normal(1.3, 1.1), Normal(-0.5, 0.7), Normal(0.0, 2.5), Normal(0.5, 0.5)]
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda q: f"N({q.mean},{q.std})")


def by_differences(f, model, h=1e-5):
    """Gradient of f(Normal) with respect to (mu, s)."""
    mu, s = model.mean, model.std
    return [
        (f(Normal(mu + h, s)) - f(Normal(mu - h, s))) / (2 * h),
        (f(Normal(mu, s + h)) - f(Normal(mu, s - h))) / (2 * h),
    ]


@each_model
def test_kl_and_its_gradient(model):
    assert kl(DATA, model) == pytest.approx(divergences.kl(DATA, model), abs=1e-9)
    expected = by_differences(lambda q: kl(DATA, q), model)
    assert kl_gradient(DATA, model) == pytest.approx(expected, abs=1e-7)


@each_model
def test_the_logit_is_that_of_the_optimal_D(model):
    G = Sequential([Linear(1, 1)], dtype="float64")
    G.params[...] = model.std, model.mean
    x = np.linspace(-2, 2, 9)
    a, slope = optimal_logit(DATA, model, x)
    D_star = GeneratorState(G, Normal(), DATA).D_star(x)
    np.testing.assert_allclose(1 / (1 + np.exp(-a)), D_star, rtol=1e-12)
    h = 1e-6
    up, down = (optimal_logit(DATA, model, x + step)[0] for step in (h, -h))
    np.testing.assert_allclose(slope, (up - down) / (2 * h), atol=1e-7)


@each_model
def test_the_score_is_the_slope_of_the_log_density(model):
    x = np.linspace(-2, 2, 9)
    expected = by_differences(lambda q: np.log(q.pdf(x)), model)
    np.testing.assert_allclose(score(model, x), expected, atol=1e-6)


def test_an_unknown_cost_is_refused():
    with pytest.raises(InputError, match="expected one of"):
        pathwise_gradient(DATA, MODELS[1], "hinge")


class OptimalLogit(Layer):
    """D* between two Gaussians as a layer: what a perfect D would hand back to G."""

    def __init__(self, data, model):
        super().__init__(name="D*")
        self.n_in = self.n_out = 1
        self._pair = data, model

    def forward(self, x, *, train=True, rng=None):
        a, slope = optimal_logit(*self._pair, x)
        return a, slope

    def backward(self, dy, cache, *, param_grads=True):
        return dy * cache


@pytest.mark.parametrize("cost", costs.GENERATOR_COSTS)
def test_the_engines_own_gradient_with_D_star_is_the_expected_one(cost, rng):
    model = MODELS[1]
    G = Sequential([Linear(1, 1)], dtype="float64")
    G.params[...] = model.std, model.mean
    D = Sequential([OptimalLogit(DATA, model)], dtype="float64")
    n = 400_000
    GeneratorTurn(G, D, cost).gradients(rng, z=rng.normal(size=(n, 1)))
    s, mu = G.grads
    mean, deviation = pathwise_gradient(DATA, model, cost)
    assert (np.abs([mu, s] - mean) < 4 * deviation / math.sqrt(n)).all()


@pytest.mark.parametrize("way", ["likelihood", "score", "pathwise"])
def test_samples_agree_within_their_error_bars(way):
    half = kl_gradient(DATA, MODELS[1]) / 2
    wrong = []
    for seed in range(40):
        estimate = sampled_gradients(DATA, MODELS[1], 4000, np.random.default_rng(seed))[way]
        wrong.append((estimate.mean - half) / estimate.error)
    assert np.abs(wrong).max() < 4.5
    assert np.std(wrong) == pytest.approx(1, abs=0.25)


def test_error_bars_shrink_like_one_over_the_root_and_are_those_of_the_theory(rng):
    few, many = (sampled_gradients(DATA, MODELS[1], n, rng)["pathwise"] for n in (2000, 200_000))
    np.testing.assert_allclose(few.error / many.error, 10, rtol=0.3)
    _, deviation = pathwise_gradient(DATA, MODELS[1])
    np.testing.assert_allclose(many.error, deviation / math.sqrt(200_000), rtol=0.05)


@pytest.mark.parametrize("model", [Normal(0.4, 0.9), Normal(1.3, 1.1), Normal(0.0, 0.8)])
def test_chi_square(model):
    expected = divergences.integral(DATA, model, lambda at: np.exp(2 * at.log_p - at.log_q)) - 1
    assert chi_square(DATA, model) == pytest.approx(expected, rel=1e-8, abs=1e-10)


def test_where_p_g_has_too_thin_tails_the_variance_is_infinite():
    thin = Normal(0.4, 0.6)  # 2 s^2 < sigma^2
    assert chi_square(DATA, thin) == math.inf
    assert (pathwise_gradient(DATA, thin)[1] == math.inf).all()
    assert np.isfinite(pathwise_gradient(DATA, thin, "minimax")[1]).all()
    assert relative_noise(DATA, thin) == math.inf


def test_relative_noise_is_deviation_over_mean_and_worst_for_max_likelihood():
    model = Normal(2.4, 0.9)
    mean, deviation = pathwise_gradient(DATA, model, "minimax")
    assert relative_noise(DATA, model, "minimax") == pytest.approx(deviation[0] / abs(mean[0]))
    # p_data and p_g of one width: exp(d^2 / sigma^2) - 1 is the square of max-likelihood's.
    assert relative_noise(DATA, model) == pytest.approx(math.sqrt(math.expm1((2 / 0.9) ** 2)))
    assert relative_noise(DATA, model, "non-saturating") < relative_noise(DATA, model, "minimax")
    assert relative_noise(DATA, DATA) == math.inf
