"""PPGN: four costs of a decoder, the gradient of a condition, and its published truncation."""

import copy

import numpy as np
import pytest
from scipy.special import log_softmax

from minigan.base.randomness import generator
from minigan.checks import GradientError, check_cost, check_turn
from minigan.checks.variants import costs, turns
from minigan.variants import ppgn
from minigan.variants.few_labels import digits
from minigan.variants.langevin import langevin_rates, walk
from minigan.variants.ppgn import DecoderTurn, Weights

[(TURN, SAMPLERS)] = [row for name, row in turns().items() if name.startswith("PPGN")]


def test_the_cost_is_the_sum_of_its_four_terms():
    """By the formula; the noise on codes is drawn first, and there is none in this D."""
    x = generator(0).standard_normal((7, 4))
    f, h = TURN.E[:2](x), TURN.E(x)
    made = TURN.G(h + 0.3 * generator(1).standard_normal(h.shape))
    pairs = ((1, made, x), (0.7, TURN.E[:2](made), f), (1.5, TURN.E(made), h))
    J = sum(weight * ((a - b) ** 2).sum() / 14 for weight, a, b in pairs)
    J += 0.8 * np.logaddexp(0, -TURN.D(made)).mean()
    assert TURN.gradients(generator(1), x)["J_G"] == pytest.approx(J, rel=1e-12)


class NothingInTheMiddle(DecoderTurn):
    """The cost of features is counted, and its gradient does not enter E at its layer."""

    def gradients(self, rng, x):
        grads, again, whole = self.G.grads.copy(), copy.deepcopy(rng), self.weights
        figures = super().gradients(rng, x)
        self.G.grads[...], self.weights = grads, whole._replace(features=0.0)
        super().gradients(again, x)
        self.weights = whole
        return figures


def test_a_gradient_that_does_not_enter_in_the_middle_is_another():
    with pytest.raises(GradientError):
        check_turn(NothingInTheMiddle(*vars(TURN).values()), seeds=range(2), **SAMPLERS)


def truncated(C, G, h, t):
    """The published sampler's: 1 - p_y at the unit y, and 0 at all others."""
    x, G_cache = G.forward(h)
    l, C_cache = C.forward(x)  # noqa: E741
    log_p = log_softmax(l, axis=1)
    dx = C.backward(t * (1 - np.exp(log_p)), C_cache, param_grads=False)
    return (log_p * t).sum(axis=1), G.backward(dx, G_cache, param_grads=False)


def test_the_truncated_gradient_of_the_published_sampler_fails(monkeypatch):
    [(condition, shapes)] = costs().values()
    h = generator(0).standard_normal(*shapes)
    whole = condition(h)
    check_cost(condition, shapes=shapes, seeds=range(3))
    monkeypatch.setattr(ppgn, "log_p", truncated)
    assert condition(h)[0] == pytest.approx(whole[0], rel=1e-12)  # the value is SciPy's
    with pytest.raises(GradientError):
        check_cost(condition, shapes=shapes, seeds=range(3))


@pytest.fixture(scope="module")
def small():
    X, y = (rows[:300] for rows in digits())
    return X, y, ppgn.encoder(X, y, 60, 0)


def test_codes_have_mean_0_and_std_1_and_keep_the_classes(small):
    X, y, E = small
    h = E(X)
    assert np.abs(h.mean(axis=0)).max() < 1e-5
    assert np.abs(h.std(axis=0) - 1).max() < 1e-4
    assert h.min(axis=0).max() < 0  # before ReLU
    centres = np.array([h[y == c].mean(axis=0) for c in range(10)])
    nearest = ((h[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)
    assert (nearest == y).mean() > 0.7


@pytest.mark.parametrize("weights", [(0, 0, 0), (1, 1, 1)])
def test_a_decoder_learns_and_the_encoder_stands_still(small, weights):
    X, _, E = small
    before = E.params.copy()
    Gs = [ppgn.decoder(E, X, Weights(*weights), steps, 0) for steps in (2, 40)]
    first, last = (((G(E(X)) - X) ** 2).mean() for G in Gs)
    assert last < 0.8 * first
    assert (E.params == before).all()


def test_without_noise_chains_climb_and_from_one_start_are_one_chain(small):
    X, y, E = small
    C = ppgn.classifier(X, y, (16,), 30, 1).copy(dtype="float64")
    G = ppgn.decoder(E, X, Weights(), 10, 0).copy(dtype="float64")
    h, t = generator(0).standard_normal((15, 16)), np.eye(10)[np.repeat([3, 5, 8], 5)]
    h[:5] = h[0]
    uphill = langevin_rates(0.15, 0.3, 5.0)._replace(prior=0.0, noise=0.0)
    to = walk(h, 30, uphill, generator(1), pytest.fail, lambda h: ppgn.log_p(C, G, h, t)[1])
    before, after = (ppgn.log_p(C, G, codes, t)[0] for codes in (h, to))
    assert (after > before).all()
    assert np.ptp(to[:5], axis=0).max() < 1e-12 < np.ptp(to[5:10], axis=0).max()
