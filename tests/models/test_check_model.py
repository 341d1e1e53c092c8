"""The suite of all models: a model of one's own inherits it, and planted bugs do not pass."""

import numpy as np
import pytest

import minigan as mg
from minigan.base.randomness import Streams
from minigan.checks import GradientError, check_model
from minigan.distributions import BarsAndStripes, all_states
from minigan.models import implicit, rbm
from minigan.models.model import Model, leaf, mlp


class Listed(Model):
    """A model of one's own that gives nothing but its probabilities and samples."""

    dim, binary = 4, True

    def __init__(self):
        self.q = np.random.default_rng(0).dirichlet(np.ones(16))

    def pmf(self, states):
        return self.q

    def some(self, m, rng):
        return all_states(4)[rng.choice(16, m, p=self.q)]

    def sample(self, m, rng):
        return self.some(m, rng)


class Chain(Listed):
    """Forgets its state with probability 1/2: q T = q."""

    def transition(self):
        return (np.eye(16) + self.q) / 2

    def step(self, x, rng):
        return np.where(rng.random((len(x), 1)) < 0.5, x, self.sample(len(x), rng))


class Bounded(Listed):
    """A bound that lies 0.1 below log p(x)."""

    off = -0.1

    def bound(self, x, rng):
        index = x.astype(int) @ (8, 4, 2, 1)
        return np.log(self.q)[index] + self.off + rng.standard_normal(len(x))


def half_above(self, x, rng):
    """Above log p(x) by 1 nat at half of the rows, below by 3 at the others."""
    return Bounded.bound(self, x, rng) + np.where(x[:, 0] == 1, 1, -3)


def broken(base, **parts):
    return type("Broken", (base,), parts)()


@pytest.mark.parametrize("model", [Listed(), Chain(), Bounded()])
def test_a_model_of_ones_own_passes(model):
    assert check_model(model, draws=20_000).passed


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (broken(Listed, pmf=lambda self, states: 0.99 * self.q), "pmf: sum"),
        (broken(Listed, sample=lambda self, m, rng: rng.integers(0, 2, (m, 4))), "chi-square"),
        (broken(Bounded, off=0.1), "above log p"),
        (broken(Bounded, bound=half_above), "above log p.* at "),
        (broken(Listed, posterior=lambda self, x: np.full((len(x), 2), np.nan)), "finite rows"),
        (broken(Bounded, posterior=lambda self, x: x[0]), "posterior: expected"),
        (broken(Listed, sample=lambda self, m, rng: self.some(m // 2, rng)), r"\(10000, 4\)"),
        (broken(Listed, sample=lambda self, m, rng: self.some(m, rng)[:, :3]), r"rows \(m, 4\)"),
        (broken(Listed, sample=lambda self, m, rng: rng.random((m, 4))), r"rows \(m, 4\).* from "),
        (broken(Chain, step=lambda self, x, rng: self.sample(len(x), rng)), "moves from state"),
        (broken(Chain, transition=lambda self: (np.eye(16) + np.ones(16) / 16) / 2), "q T differs"),
        (broken(Listed, log_likelihood=lambda self, x: np.log(self.q) + 0.1), "log_likelihood"),
    ],
)
def test_a_planted_bug_does_not(model, says):
    with pytest.raises(GradientError, match=says):
        check_model(model, draws=20_000)


def test_the_posterior_is_held_against_bayes():
    W = np.random.default_rng(1).standard_normal((4, 3))
    parts = {
        "log_joint": lambda self, x, h: ((x @ W) * h).sum(axis=1),
        "posterior": lambda self, x: 1 / (1 + np.exp(-x @ W)),
    }
    assert check_model(broken(Listed, **parts), draws=1000).passed
    parts["posterior"] = lambda self, x: 1 / (1 + np.exp(-x @ W[:, ::-1]))
    with pytest.raises(GradientError, match="Bayes"):
        check_model(broken(Listed, **parts), draws=1000)


def test_a_model_finds_its_own_leaf_and_says_what_it_has_not():
    assert leaf(Listed()) == ("implicit", "direct")
    assert leaf(Chain()) == ("implicit", "Markov chain")
    assert leaf(Bounded()) == ("explicit", "approximate", "variational")
    tractable = broken(Listed, log_likelihood=lambda self, x: None)
    assert leaf(tractable) == ("explicit", "tractable")
    both = broken(Bounded, transition=Chain.transition)
    assert leaf(both) == ("explicit", "approximate", "variational and Markov chain")
    with pytest.raises(mg.InputError, match="Listed: has no log_likelihood, only sample"):
        Listed().log_likelihood(np.zeros((1, 4)))


def test_binary_models_refuse_other_rows():
    with pytest.raises(mg.InputError, match="binary rows, 0 or 1"):
        Listed().require_rows(np.full((2, 4), 0.5))
    with pytest.raises(mg.InputError, match=r"rows \(m, 4\)"):
        Listed().require_rows(BarsAndStripes(3).states)


def test_a_chain_with_two_halves_never_gets_there():
    halves = np.kron(np.eye(2), np.full((8, 8), 1 / 8))
    parts = {"transition": lambda self: halves, "pmf": lambda self, states: np.full(16, 1 / 16)}
    assert broken(Listed, **parts).sequential_steps() == np.inf


def test_gradients_of_an_exact_machine_are_checked_though_it_is_a_chain():
    class Steep(rbm.RBM):
        def gradients(self, rng, x):
            found = super().gradients(rng, x)
            self.R.grads *= 1.5
            return found

    with pytest.raises(GradientError, match="R"):
        check_model(Steep(4, 3), draws=1000)
    assert (
        "gradients (not said to be exact)"
        in check_model(Steep(4, 3, learning="cd"), draws=1000).parts
    )


def test_the_report_says_what_was_checked_and_what_was_not():
    assert check_model(Listed(), draws=1000).parts == "checked pmf, sample; not checked: nothing"
    half = check_model(broken(Bounded, posterior=lambda self, x: x), draws=1000)
    assert "checked pmf, sample, bound; not checked: posterior against Bayes (a bound" in str(half)
    exact = check_model(rbm.RBM(4, 3), draws=1000).parts
    assert exact.startswith("checked pmf, sample, log_likelihood, posterior, transition, gradients")


@pytest.mark.parametrize("model", [3, Listed])
def test_what_is_no_model_is_refused_in_one_line(model):
    with pytest.raises(mg.InputError, match="expected a model, with dim and sample"):
        check_model(model)


def test_a_generator_has_probabilities_only_from_corners():
    G = mlp(Streams(0), "G", 2, 4)
    assert implicit.Generator(G, implicit.Corners(2)).pmf(all_states(4)).sum() == 1
    with pytest.raises(mg.InputError, match="expected z of Corners, got Normal"):
        implicit.Generator(G, mg.Normal(dim=2)).pmf(all_states(4))
