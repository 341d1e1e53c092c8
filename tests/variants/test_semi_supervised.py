"""K + 1 classes: the identity with a softmax, the costs, bad labels, mistakes of published code."""

import numpy as np
import pytest
from scipy.special import log_softmax, logsumexp, softmax

import minigan as mg
from minigan.checks import GradientError, check_layer, check_turn
from minigan.costs import discriminator_cost
from minigan.variants.semi_supervised import (
    FeatureMatchingTurn,
    Labelled,
    LogSumExp,
    SemiSupervisedTurn,
    SupervisedTurn,
    class_cost,
)

K = 4


def logits(m=50, scale=3.0):
    return scale * np.random.default_rng(0).standard_normal((m, K))


def players(K=K, dtype="float64"):
    G = mg.Sequential([mg.Linear(2, 5), mg.Tanh(), mg.Linear(5, 3)], seed=1, dtype=dtype)
    layers = [mg.Linear(3, 6), mg.Tanh(), mg.Linear(6, K), LogSumExp(K)]
    return G, mg.Sequential(layers, seed=2, dtype=dtype, name="D")


def labelled(K=K, n=12, dtype="float64"):
    X = np.random.default_rng(3).standard_normal((n, 3)).astype(dtype)
    return Labelled(X, np.arange(n) % K, K)


def test_the_layer_is_right_and_does_not_overflow():
    check_layer(LogSumExp(K), seeds=range(5))
    l = logits(scale=100.0)  # noqa: E741
    Z, p = LogSumExp(K).forward(l)
    assert Z[:, 0] == pytest.approx(logsumexp(l, axis=1), rel=1e-14)
    assert p == pytest.approx(softmax(l, axis=1), abs=1e-14)
    far = np.array([[1000.0, 0, 0, 0], [-1000.0] * 4])
    assert LogSumExp(K).forward(far)[0][:, 0] == pytest.approx([1000, -1000 + np.log(4)], rel=1e-15)


def test_z_is_the_logit_of_a_softmax_over_one_class_more():
    """By SciPy's softmax of K + 1 logits, the last of which is 0, or any other number."""
    l = logits()  # noqa: E741
    Z = LogSumExp(K).forward(l)[0]
    for common in (0.0, 7.0):
        full = log_softmax(np.column_stack([l, np.zeros(len(l))]) + common, axis=1)
        J_real, *_ = discriminator_cost(Z, np.full_like(Z, -1e3))
        assert J_real == pytest.approx(-np.log1p(-np.exp(full[:, -1])).mean() / 2, rel=1e-12)
        J_fake, *_ = discriminator_cost(np.full_like(Z, 1e3), Z)
        assert J_fake == pytest.approx(-full[:, -1].mean() / 2, rel=1e-12)


def test_the_labelled_cost_is_which_class_given_that_it_is_real():
    """-log p(y | x, real) = -log p(y | x) + log p(real | x) of the K + 1 classes."""
    l = logits()  # noqa: E741
    y = np.arange(len(l)) % K
    J, dl = class_cost(l, np.eye(K)[y])
    full = log_softmax(np.column_stack([l, np.zeros(len(l))]), axis=1)
    given_real = full[np.arange(len(l)), y] - np.log1p(-np.exp(full[:, -1]))
    assert pytest.approx(-given_real.mean(), rel=1e-12) == J
    assert dl.sum(axis=1) == pytest.approx(np.zeros(len(l)), abs=1e-16)
    assert dl == pytest.approx((softmax(l, axis=1) - np.eye(K)[y]) / len(l), abs=1e-16)


def test_the_turn_of_d_has_both_terms():
    """The figure J against the formulas, by SciPy; openai/improved-gan #14 and #25 ask for them."""
    G, D = players()
    x, z = (np.random.default_rng(i).standard_normal((7, n)) for i, n in ((4, 3), (5, 2)))
    few = labelled().sample(7, np.random.default_rng(6))
    figures = SemiSupervisedTurn(G, D).gradients(None, z=z, x=x, labelled=few)
    l_few, l_real, l_fake = (D[:-1](rows) for rows in (few[0], x, G(z)))
    J_class = -(log_softmax(l_few, axis=1) * few[1]).sum(axis=1).mean()
    Z_real, Z_fake = (logsumexp(l, axis=1) for l in (l_real, l_fake))  # noqa: E741
    J_D = (np.logaddexp(0, -Z_real).mean() + np.logaddexp(0, Z_fake).mean()) / 2
    assert figures["J_class"] == pytest.approx(J_class, rel=1e-12)
    assert figures["J_unlabelled"] == pytest.approx(J_D, rel=1e-12)
    assert figures["J"] == figures["J_class"] + figures["J_unlabelled"]
    printed = (-Z_real + np.logaddexp(0, Z_real)).mean()  # as improved-gan spells the real half
    assert printed == pytest.approx(np.logaddexp(0, -Z_real).mean(), rel=1e-12)


def test_matched_features_of_a_batch_and_of_its_permutation_are_equal():
    """The mean is inside of the square. BUPTLdy/MARTA-GAN #1 averages differences of pairs."""

    class Pairs(FeatureMatchingTurn):
        def gradients(self, rng, x, z):
            f = self.D[: self.layers]
            return {"J_G": ((f(x) - f(self.G(z))) ** 2).mean()}

    G = mg.Sequential([mg.Linear(3, 3)], dtype="float64")
    G[0].W[...], G[0].b[...] = np.eye(3), 0
    D = players()[1]
    x = np.random.default_rng(0).standard_normal((8, 3))
    G.zero_grads()
    assert FeatureMatchingTurn(G, D, -2).gradients(None, x, x[::-1])["J_G"] < 1e-30
    assert np.abs(G.grads).max() < 1e-15
    assert Pairs(G, D, -2).gradients(None, x, x[::-1])["J_G"] > 0.01


def test_linear_features_fit_the_mean_and_nothing_more():
    """With f = x A, A invertible, every p_g with the right mean is an optimum, even one point."""
    D = mg.Sequential([mg.Linear(3, 3), mg.Linear(3, 1)], seed=0, dtype="float64")
    G = mg.Sequential([mg.Linear(2, 3)], seed=1, dtype="float64", name="G")
    x = np.random.default_rng(0).standard_normal((9, 3)) + 2
    G[0].W[...], G[0].b[...] = 0, x.mean(axis=0)  # a point
    G.zero_grads()
    z = np.random.default_rng(1).standard_normal((9, 2))
    assert FeatureMatchingTurn(G, D, -1).gradients(None, x, z)["J_G"] < 1e-28
    assert np.abs(G.grads).max() < 1e-14


class Detached(FeatureMatchingTurn):
    """yuval-reshef/StreamVC #3: the whole difference is detached, so that nothing comes back."""

    def gradients(self, rng, x, z):
        before = self.G.grads.copy()
        figures = super().gradients(rng, x, z)
        self.G.grads[...] = before
        return figures


class Summed(FeatureMatchingTurn):
    """crux82/ganbert-pytorch #3: is it the mean over the features, or the sum? Both at once."""

    def gradients(self, rng, x, z):
        figures = super().gradients(rng, x, z)
        return {"J_G": figures["J_G"] * self.D[: self.layers].n_out}


@pytest.mark.parametrize("mistake", [Detached, Summed])
def test_published_mistakes_have_another_gradient(mistake):
    G, D = players()
    with pytest.raises(GradientError):
        check_turn(mistake(G, D, -2), seeds=range(2))
    check_turn(FeatureMatchingTurn(G, D, -2), seeds=range(2))


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 1, 10], "labels: expected 0 to 9, as D has 10 outputs, got 10: number the classes"),
        ([0, 1, -1], "labels: expected 0 to 9, as D has 10 outputs, got -1: number the classes"),
        ([3, 3, 3], "labels: expected two classes or more, got 3 alone"),
        ([0, 1], "labels: expected a whole number for each of 3"),
        ([0.0, 1.0, 2.0], "labels: expected a whole number for each of 3"),
    ],
)
def test_bad_labels_are_refused(labels, message):
    with pytest.raises(mg.InputError, match=f"^{message}"):
        Labelled(np.zeros((3, 2)), labels, 10)


def test_more_classes_than_outputs_of_d_are_refused():
    turn = SupervisedTurn(players(K)[1])
    few = labelled(K + 2).sample(3, np.random.default_rng(0))
    with pytest.raises(
        mg.InputError, match=f"labels of {K} classes, as D has outputs, got {K + 2}"
    ):
        turn.gradients(None, few)


def test_a_d_without_logsumexp_is_refused():
    with pytest.raises(mg.InputError, match=r"ends in LogSumExp\(K\), got"):
        SupervisedTurn(mg.Sequential([mg.Linear(3, 1)]))


@pytest.mark.parametrize("layers", [0, 5, -5, 99, "a"])
def test_features_are_layers_below_the_last(layers):
    G, D = mg.Sequential([mg.Linear(2, 3)]), few_layers()
    with pytest.raises(mg.InputError, match=r"^layers: expected 1 to 2 of D's, or -2 to -1, got"):
        FeatureMatchingTurn(G, D, layers)


def few_layers():
    return mg.Sequential([mg.Linear(3, 4), mg.Linear(4, 4), LogSumExp(4)])


@pytest.mark.parametrize("classes", [0, 1, 2.5, "3"])
def test_classes_are_a_whole_number(classes):
    with pytest.raises(mg.InputError, match=r"^classes: expected a whole number >= 2"):
        Labelled(np.zeros((2, 3), "f"), [0, 1], classes)
