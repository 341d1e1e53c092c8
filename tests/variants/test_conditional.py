"""Conditional games: exact conditionals, a blind control, pairs that belong together."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

import minigan as mg
from minigan.base.randomness import generator
from minigan.checks import GradientError, check_turn
from minigan.variants import conditional_toys as toys
from minigan.variants.conditional import (
    ConditionalDiscriminatorTurn,
    ConditionalGeneratorTurn,
    at_condition,
    seen_by,
)

CONDITIONS = np.linspace(-0.9, 0.9, 7)


def affine(of_z, of_c, b=0.0):
    """G(c, z) = of_c c + of_z z + b, as a network."""
    G = mg.Sequential([mg.Linear(2, 1)], dtype="float64", name="G")
    G.layers[0].W[...], G.layers[0].b[...] = [[of_c], [of_z]], b
    return G


def test_a_generator_at_a_condition_has_the_slope_in_z_alone():
    x, slope = at_condition(affine(3.0, 5.0, 1.0), 0.5)(np.array([-1.0, 2.0]))
    assert x == pytest.approx([0.5, 9.5], rel=1e-14)
    assert slope == pytest.approx([3.0, 3.0], rel=1e-14)


def test_scores_of_an_affine_generator_are_those_of_gaussians():
    """G(c, z) = 0.4 z: p_g is N(0, 0.4^2) at every c; JSD by SciPy's quadrature."""
    found = toys.exact_scores(affine(0.4, 0.0), toys.SINE, CONDITIONS)
    jsds = []
    for c in CONDITIONS:
        p, q = stats.norm(math.sin(math.pi * c), 0.2 + 0.2 * (1 + c)).pdf, stats.norm(0, 0.4).pdf

        def integrand(x, p=p, q=q):
            m = (p(x) + q(x)) / 2
            return sum(f(x) * math.log(f(x) / m) for f in (p, q) if f(x) > 0) / 2

        jsds.append(integrate.quad(integrand, -6, 6, points=[-1, 0, 1], limit=200)[0])
    assert found["jsd"] == pytest.approx(np.mean(jsds), abs=1e-8)
    assert found["worst"] == pytest.approx(max(jsds), abs=1e-8)
    mean = np.abs(np.sin(np.pi * CONDITIONS)).mean()
    assert found["mean_error"] == pytest.approx(mean, abs=1e-9)
    assert 0.01 < found["marginal"] < found["jsd"]


def test_answers_are_counted_as_they_are():
    """G = 1.2 z at every c: P(x > 0) = 1/2, and the probability near +-f(c) is a Gaussian's."""
    found = toys.answer_scores(affine(1.2, 0.0), CONDITIONS)
    c = CONDITIONS
    assert found["share_error"] == pytest.approx(np.abs(0.3 * c).mean(), abs=1e-9)
    f = 1 + np.sin(np.pi * c) / 2
    law = stats.norm(0, 1.2)
    inner = np.maximum(f - 0.45, 0.0)  # below, both intervals meet at 0
    near = 2 * (law.cdf(f + 0.45) - law.cdf(inner))
    assert found["near"] == pytest.approx(near.mean(), abs=1e-9)


@pytest.mark.parametrize("task", [toys.SINE, toys.TWO_ANSWERS])
def test_pairs_follow_the_conditional_law(task):
    x, c = task.pairs.sample(40_000, generator(0))
    assert x.shape == c.shape == (40_000, 1) and x.dtype == np.float32
    u = [
        task.law(float(one)).cdf(value) for value, one in zip(x[:4000, 0], c[:4000, 0], strict=True)
    ]
    assert stats.kstest(np.array(u).ravel(), "uniform").pvalue > 1e-3


def test_d_is_shown_the_condition_that_g_was_given():
    """J_D on fakes does not change if fakes and their conditions are permuted together."""
    rng = np.random.default_rng(0)
    G = mg.Sequential([mg.Linear(2, 1)], seed=1, dtype="float64")
    D = mg.Sequential([mg.Maxout(2, 5), mg.Linear(5, 1)], seed=2, dtype="float64")
    turn = ConditionalDiscriminatorTurn(G, D)
    x, c_real, c, z = (rng.normal(size=(6, 1)) for _ in range(4))
    order = rng.permutation(6)
    J = turn.gradients(rng, (x, c_real), c, z)["J_D"]
    assert turn.gradients(rng, (x, c_real), c[order], z[order])["J_D"] == pytest.approx(J)
    assert turn.gradients(rng, (x, c_real), c[order], z)["J_D"] != pytest.approx(J)


class RealLabelsTurn(ConditionalDiscriminatorTurn):
    """Fakes stand beside the conditions of the real batch.

    Published as such: eriklindernoren/Keras-GAN #105, mafda/generative_adversarial_networks_101 #2.
    """

    def gradients(self, rng, pairs, c, z):
        (x, c_real) = pairs
        x_fake, _ = self.G.forward(mg.join(c, z)[0], rng=rng)
        seen = seen_by(self.D, x, c_real), seen_by(self.D, x_fake, c_real)
        (a_real, a_fake), cache = self.D.forward(seen, rng=rng)
        J_D, da_real, da_fake = mg.discriminator_cost(a_real, a_fake)
        self.D.backward((da_real, da_fake), cache, input_grad=False)
        return {"J_D": J_D}


def test_the_published_mistake_is_another_game_with_another_optimum():
    """With fakes of N(c, 1/9) and c ~ U(-1, 1), a right D finds x and c of the fakes correlated."""
    rng = np.random.default_rng(0)
    G = affine(1 / 3, 1.0)
    D = mg.Sequential([mg.Linear(2, 1)], dtype="float64", name="D")
    D.layers[0].W[...] = [[1.0], [-1.0]]  # a = x - c: 0 in the mean and small for right pairs
    c_real, c, z = (rng.uniform(-1, 1, (4000, 1)) for _ in range(3))
    right = ConditionalDiscriminatorTurn(G, D).gradients(rng, (c_real, c_real), c, z)["J_D"]
    wrong = RealLabelsTurn(G, D).gradients(rng, (c_real, c_real), c, z)["J_D"]
    assert wrong > right + 0.01


class ForgetsTheSplit(ConditionalGeneratorTurn):
    """The gradient of the wrong column of D's input."""

    def gradients(self, rng, c, z):
        x_fake, G_cache = self.G.forward(mg.join(c, z)[0], rng=rng)
        a_fake, D_cache = self.D.forward(mg.join(x_fake, c)[0], rng=rng)
        J_G, da_fake = self.cost(a_fake)
        dx_c = self.D.backward(da_fake, D_cache, param_grads=False)
        self.G.backward(dx_c[:, 1:], G_cache, input_grad=False)
        return {"J_G": J_G}


def test_the_message_of_the_wrong_column_is_caught():
    G = mg.Sequential([mg.Linear(2, 4), mg.Tanh(), mg.Linear(4, 1)], seed=1, name="G")
    D = mg.Sequential([mg.Maxout(2, 5), mg.Linear(5, 1)], seed=2, name="D")
    with pytest.raises(GradientError, match="J_G"):
        check_turn(ForgetsTheSplit(G, D), c=mg.Normal(), z=mg.Normal(), seeds=range(2))


def test_a_discriminator_narrower_than_x_is_refused():
    G, D = mg.Sequential([mg.Linear(3, 2)]), mg.Sequential([mg.Linear(1, 1)])
    with pytest.raises(mg.InputError, match=r"^expected D of G's output width 2"):
        ConditionalGeneratorTurn(G, D)


@pytest.mark.slow
def test_with_c_the_conditionals_fit_and_without_it_only_the_marginal():
    scores = {}
    for sees in (True, False):
        game = toys.conditional_game(toys.SINE, 2000, 10, D_sees_c=sees)
        for _ in game.play(2000):
            pass
        scores[sees] = toys.exact_scores(game.networks["G"], toys.SINE, CONDITIONS)
    assert scores[True]["jsd"] < 0.06 and scores[True]["mean_error"] < 0.1
    assert scores[False]["jsd"] > 0.1 and scores[False]["mean_error"] > 0.3
    assert max(score["marginal"] for score in scores.values()) < 0.02
