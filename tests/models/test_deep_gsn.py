"""The deep GSN: its step, backward through the walk, planted bugs, and what it does not have."""

import math

import numpy as np
import pytest

import minigan as mg
from minigan.base.numerics import sigmoid
from minigan.checks import GradientError, check_turn
from minigan.distributions import BarsAndStripes
from minigan.model_costs import bernoulli_cost
from minigan.models import deep_gsn, gsn, rbm
from minigan.models.chain import drawn
from minigan.models.deep_gsn import DeepGSN, DeepStep
from minigan.models.model import leaf

SMALL = BarsAndStripes(2)


def a_deep_gsn(step=DeepStep, kind=DeepGSN, walkback=3, after=0.0):
    F = mg.Sequential([step(4, 5, 3)], seed=0, dtype="float64", name="F")
    return kind(F, gsn.flipped, 0.2, walkback, before=0.5, after=after)


def is_caught(model):
    with pytest.raises(GradientError):
        check_turn(model, x=SMALL, seeds=range(3))
    return True


@pytest.mark.parametrize(("walkback", "after"), [(1, 0.0), (3, 0.0), (3, 0.4)])
def test_the_gradient_goes_back_through_the_walk(walkback, after):
    model = a_deep_gsn(walkback=walkback, after=after)
    assert check_turn(model, x=SMALL, seeds=range(3), tolerance=1e-5).passed


def test_without_w2_a_step_is_a_tied_autoencoder():
    model, x = a_deep_gsn(), SMALL.images
    step = model.F[0]
    step.W2[...] = 0
    inputs = np.hstack([x, np.full((len(x), 3), 7.0), np.full((len(x), 3), 0.3)])
    y = model.F(inputs)
    assert y[:, :4] == pytest.approx(np.tanh(x @ step.W1 + step.b1) @ step.W1.T + step.b0)
    assert y[:, 4:] == pytest.approx(math.tanh(0.3))


def test_the_second_term_of_w2_left_out_is_caught_as_soon_as_h2_is_not_0():
    class Forgets(DeepStep):
        def backward(self, dy, cache, *, param_grads=True):
            dx = super().backward(dy, cache, param_grads=param_grads)
            x, h2, h1, top = cache
            da2 = dy[:, x.shape[1] :] * (1 - top * top)
            da1 = (dy[:, : x.shape[1]] @ self.W1 + da2 @ self.W2.T) * (1 - h1 * h1)
            if param_grads:
                self.dW2 -= da1.T @ h2
            return dx

    assert check_turn(a_deep_gsn(Forgets, walkback=1), x=SMALL, seeds=range(2)).passed
    assert is_caught(a_deep_gsn(Forgets))


def test_a_gradient_sent_through_what_was_drawn_is_caught():
    class Through(DeepGSN):
        def gradients(self, rng, x):
            J_F, states, steps = 0.0, self.begun(x), []
            for _ in range(self.walkback):
                a, h2, cache = self._forward(states, rng)
                cost, da = bernoulli_cost(a, x)
                J_F += cost / self.walkback
                steps.append((da / self.walkback, sigmoid(a), cache))
                states = np.hstack([drawn(sigmoid(a), rng), h2])
            dx, g = np.zeros_like(x), np.zeros_like(h2)
            for da, p, cache in reversed(steps):
                d_inputs = self.F.backward(
                    np.hstack([da + self.through * dx * p * (1 - p), g]), cache
                )
                dx, g = d_inputs[:, :4], d_inputs[:, 4:7]
            return {"J_F": J_F}

    right, wrong = a_deep_gsn(kind=Through), a_deep_gsn(kind=Through)
    right.through, wrong.through = 0, 1
    assert check_turn(right, x=SMALL, seeds=range(3)).passed and is_caught(wrong)


def test_a_derivative_of_tanh_taken_behind_the_noise_is_caught():
    class Behind(DeepStep):
        def forward(self, x, *, train=True, rng=None):
            y, (x, h2, h1, top) = super().forward(x, train=train, rng=rng)
            noisy = top + 0.4 * np.random.default_rng(0).standard_normal(top.shape)
            return np.hstack([y[:, : x.shape[1]], noisy]), (x, h2, h1, noisy if self.wrong else top)

    right, wrong = a_deep_gsn(Behind), a_deep_gsn(Behind)
    right.F[0].wrong, wrong.F[0].wrong = False, True
    assert check_turn(right, x=SMALL, seeds=range(3)).passed and is_caught(wrong)


def test_h2_goes_on_with_the_chain_and_begins_at_0():
    model, rng = a_deep_gsn(), np.random.default_rng(0)
    states = model.start(6, rng)
    assert states.shape == (6, 7) and (states[:, 4:] == 0).all()
    means, moved = model.walked(states, rng)
    assert means.shape == (6, 4) and ((means > 0) & (means < 1)).all()
    assert set(np.unique(moved[:, :4])) <= {0.0, 1.0} and (moved[:, 4:] != 0).all()
    model.sweeps = 3
    assert model.sample(9, rng).shape == (9, 4)


def test_it_stands_where_chains_stand_and_has_no_table():
    model = a_deep_gsn()
    assert leaf(model) == ("implicit", "Markov chain") and not hasattr(model, "transition")
    assert math.isnan(model.sequential_steps())


def test_a_chain_on_too_many_states_is_not_said_never_to_mix():
    with pytest.raises(
        mg.InputError, match=r"^transition: expected at most 13 binary units, got 16"
    ):
        rbm.RBM(16, 3).sequential_steps()


def test_it_learns():
    model = deep_gsn.on_bars(SMALL, 0, steps=60)
    x, rng = SMALL.images, np.random.default_rng(0)
    untrained = deep_gsn.on_bars(SMALL, 0, steps=1)
    assert model.learn(x, rng)["J_F"] < untrained.learn(x, rng)["J_F"] - 0.5
