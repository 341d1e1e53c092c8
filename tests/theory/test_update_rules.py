"""Figure 20: gradients against differences of V, and where each rule goes."""

import math
from itertools import islice

import numpy as np
import pytest

from minigan import Normal, costs
from minigan.theory import likelihood
from minigan.theory.update_rules import (
    Logit,
    Model,
    Sample,
    by_minibatch,
    climb,
    contrast,
    descent,
    exactly,
    gan,
    generate,
    log_density,
    logit,
    logit_slope,
    mle,
    nce,
    value,
)

DATA = Normal(1.0, 0.6)
TRUE = Model(1.0, math.log(0.6))
START = Model(-0.5, 0.0)
NOISE = Model(0.2, 0.4)
OPINION = Logit(-0.3, 0.8, -0.2)


@pytest.fixture
def draw():
    return exactly(DATA)


def at(rule, step):
    return next(islice(rule, step, None))


def difference(f, h=1e-5):
    return (f(h) - f(-h)) / (2 * h)


def test_a_models_density():
    x = np.linspace(-2, 2, 7)
    np.testing.assert_allclose(np.exp(log_density(TRUE, x)), DATA.pdf(x))
    np.testing.assert_allclose(
        np.exp(log_density(TRUE._replace(c=0.5), x)), math.exp(0.5) * DATA.pdf(x)
    )


def test_the_value_is_the_engines(rng):
    a, b = rng.normal(size=(2, 9))
    x, w = np.zeros(9), np.full(9, 1 / 9)
    assert value(a, b, Sample(x, w), Sample(x, w)) == pytest.approx(costs.value(a, b)[0], abs=1e-15)


def value_of(model, D, data, z):
    fake = generate(model, z)
    return value(logit(D, data.x), logit(D, fake.x), data, fake)


DERIVATIVES = {  # of V with respect to what moves, its value and its formula
    "the model inside D": (
        START._replace(c=0.3),
        lambda model, x, z: contrast(model, NOISE, x, generate(NOISE, z))[0],
        lambda model, x, z: contrast(model, NOISE, x, generate(NOISE, z))[1],
    ),
    "the GAN's D": (
        OPINION,
        lambda D, x, z: value_of(START, D, x, z),
        lambda D, x, z: climb(
            logit(D, x.x), logit(D, generate(START, z).x), x, generate(START, z), logit_slope
        ),
    ),
    "the GAN's G": (
        START,
        lambda model, x, z: value_of(model, OPINION, x, z),
        lambda model, x, z: [*descent(model, OPINION, z), 0.0],  # c is no parameter of G
    ),
}


@pytest.mark.parametrize(("moves", "V", "gradient"), DERIVATIVES.values(), ids=DERIVATIVES)
def test_each_player_follows_the_derivative_of_V(moves, V, gradient, draw):
    x, z = draw()
    for entry, (name, slope) in enumerate(zip(moves._fields, gradient(moves, x, z), strict=True)):
        numeric = difference(
            lambda h, n=name, e=entry: V(moves._replace(**{n: moves[e] + h}), x, z)
        )
        assert slope == pytest.approx(numeric, abs=1e-9)


def test_with_the_best_D_the_gans_descent_is_the_exercises(draw):
    model = Normal(0.3, 1.1)
    w2 = (1 / model.std**2 - 1 / DATA.std**2) / 2
    w1 = DATA.mean / DATA.std**2 - model.mean / model.std**2
    a0, _ = likelihood.optimal_logit(DATA, model, np.zeros(1))
    best = Logit(float(a0[0]), w1, w2)
    mu, rho = descent(Model(model.mean, math.log(model.std)), best, draw()[1])
    expected = 2 * likelihood.pathwise_gradient(DATA, model, "minimax")[0]  # V = -2 J_D
    assert (mu, rho / model.std) == pytest.approx(expected, abs=1e-10)


def test_mles_G_is_a_copy_and_its_D_never_has_an_opinion(draw):
    for turn in islice(mle(START, draw, 0.3), 20):
        assert turn.generator == turn.model
        assert turn.value == pytest.approx(-math.log(4), abs=1e-12)


def test_nces_G_never_moves_and_the_normaliser_is_learned(draw):
    turns = list(islice(nce(START._replace(c=0.7), NOISE, draw, 0.3), 400))
    assert {turn.generator for turn in turns} == {NOISE}
    assert turns[0].model.c == 0.7
    assert turns[-1].model == pytest.approx((1.0, math.log(0.6), 0.0), abs=1e-6)


def test_mle_and_the_gan_learn_the_data(draw):
    assert at(mle(START, draw, 0.3), 300).model == pytest.approx((*TRUE[:2], 0), abs=1e-9)
    last = at(gan(START, Logit(0.0, 0.0, 0.0), draw, 0.3, 0.3, 5), 1000)
    assert last.model == pytest.approx((*TRUE[:2], 0), abs=1e-5)
    assert last.generator == last.model
    assert np.abs(last.D).max() < 1e-4
    assert last.value == pytest.approx(-math.log(4), abs=1e-8)


def test_every_rule_starts_where_it_is_told(draw):
    for rule in (nce(START, NOISE, draw, 1.0), mle(START, draw, 1.0)):
        assert next(rule).model == START
    first = next(gan(START, OPINION, draw, 1.0, 1.0))
    assert (first.model, first.D) == (START, OPINION)


def test_a_step_of_the_gan_draws_k_times_for_D_and_once_for_G(draw):
    drawn = []

    def counted():
        drawn.append(1)
        return draw()

    rule = gan(START, OPINION, counted, 0.1, 0.1, k=3)
    next(rule)
    before = len(drawn)
    next(rule)
    assert len(drawn) - before == 4


def test_minibatches_give_the_exact_gradient_on_average(draw):
    x, z = draw()
    exact = contrast(START, NOISE, x, generate(NOISE, z))[1]
    minibatch = by_minibatch(DATA, 100, np.random.default_rng(0))
    sampled = []
    for _ in range(400):
        x, z = minibatch()
        sampled.append(contrast(START, NOISE, x, generate(NOISE, z))[1])
    error = np.std(sampled, axis=0) / 20
    assert (np.abs(np.mean(sampled, axis=0) - exact) < 4 * error).all()
    assert (error > 0).all()


def test_the_quadrature_has_the_datas_moments(draw):
    x, z = draw()
    for sample, mean, std in ((x, 1.0, 0.6), (z, 0.0, 1.0)):
        assert sample.w.sum() == pytest.approx(1, abs=1e-12)
        assert sample.w @ sample.x == pytest.approx(mean, abs=1e-12)
        assert sample.w @ (sample.x - mean) ** 2 == pytest.approx(std**2, abs=1e-12)
