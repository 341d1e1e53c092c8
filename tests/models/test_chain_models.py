"""Models with Markov chains: the suite of all models, their oracles, and planted bugs."""

import numpy as np
import pytest

import minigan as mg
from minigan.base.numerics import log_sum_exp, sigmoid
from minigan.base.randomness import Streams
from minigan.checks import GradientError, check_model, check_turn
from minigan.distributions import BarsAndStripes, all_states
from minigan.models import dbm, dbn, gsn, rbm, rbm_paths
from minigan.models.model import leaf, mlp
from minigan.theory.chains import mixing_time, second_eigenvalue

SMALL, BARS = BarsAndStripes(2), BarsAndStripes(3)


def moved(model, network, sweeps=30):
    """The model with its parameters moved, and chains that are as short as it allows."""
    rng = np.random.default_rng(1)
    network.params += 0.5 * rng.standard_normal(network.params.shape)
    model.sweeps = sweeps
    return model


def an_rbm(n=4, hidden=3, seed=0, kind=rbm.RBM):
    model = kind(n, hidden, seed=seed)
    return moved(model, model.R)


def a_dbm(kind=dbm.DBM):
    model = kind(4, 3, 2, exact=True)
    return moved(model, model.R)


def a_dbn(kind=dbn.DBN):
    return moved(kind(an_rbm(), an_rbm(3, 2, 1)), an_rbm().R)


def a_gsn(kind=gsn.GSN):
    model = kind(mlp(Streams(0), "F", 4, 6, 4), 0.2, 3)
    return moved(model, model.F)


def an_ideal_gsn(joint=False, walkback=1):
    model = gsn.IdealGSN(SMALL, 0.2, joint, walkback)
    model.sweeps = 60
    return model


@pytest.mark.parametrize("model", [an_rbm, a_dbm, a_dbn, a_gsn, an_ideal_gsn])
def test_a_model_passes_the_suite_of_all_models(model):
    made = model()
    assert check_model(made, draws=10_000).passed


def test_where_each_model_stands():
    assert leaf(an_rbm()) == ("explicit", "approximate", "Markov chain")
    both = ("explicit", "approximate", "variational and Markov chain")
    assert leaf(a_dbm()) == leaf(a_dbn()) == both
    assert leaf(a_gsn()) == leaf(an_ideal_gsn()) == ("implicit", "Markov chain")


# the RBM


def test_views_are_the_parameters():
    model = rbm.RBM(5, 3, seed=2)
    assert model.W.shape == (5, 3) and model.b.shape == (5,) and model.c.shape == (3,)
    model.params[...] = np.arange(23)
    assert model.W[1, 0] == 3 and model.b[0] == 15 and model.c[-1] == 22


def test_z_is_the_same_by_either_side_and_so_is_the_spectrum():
    model = an_rbm(9, 6)
    by_v = log_sum_exp(model.R(all_states(9))[:, 0])
    assert model.log_Z() == pytest.approx(by_v, abs=1e-10)
    assert model.transposed().log_Z() == pytest.approx(by_v, abs=1e-10)
    spectra = [np.linalg.eigvals(m.transition()) for m in (model, model.transposed())]
    sizes = [np.sort(np.abs(each))[::-1][:64] for each in spectra]
    assert np.abs(sizes[0] - sizes[1])[:20].max() < 1e-10


def test_wide_machines_have_no_likelihood():
    rbm.RBM(20, 3).log_likelihood(np.zeros((1, 20)))
    with pytest.raises(mg.InputError, match="at most 16 visible or hidden units"):
        rbm.RBM(20, 17).log_likelihood(np.zeros((1, 20)))
    with pytest.raises(mg.InputError, match="transition: expected at most"):
        rbm.RBM(14, 3).transition()
    with pytest.raises(mg.InputError, match="learning: expected exact, cd or pcd"):
        rbm.RBM(4, 3, learning="mcmc")


@pytest.mark.parametrize("widths", [(20, 18), (17, 4), (14, 3)])
def test_a_mixing_time_that_is_not_known_is_not_infinite(widths):
    with pytest.raises(mg.InputError, match=r"at most|<= 16"):
        rbm.RBM(*widths).mixing_time()
    independent = rbm.RBM(4, 3)
    independent.R.params = np.zeros(19)
    assert independent.mixing_time() == 1


def test_h_drawn_in_the_wrong_direction_is_caught():
    class Wrong(rbm.RBM):
        def down(self, h):
            return sigmoid(h @ self.W + self.b)

    with pytest.raises(GradientError, match="chi-square"):
        check_model(an_rbm(4, 4, kind=Wrong), draws=10_000)


def test_cd_with_statistics_of_different_chains_is_caught():
    class Wrong(rbm.RBM):  # sampled h with the data, means of another chain with the model
        def gradients(self, rng, x):
            found = super().gradients(rng, x)
            h = self.posterior(x)
            self.R[0].dW -= x.T @ ((rng.random(h.shape) < h) - h) / len(x)
            return found

    good, wrong = (kind(4, 3, learning="cd") for kind in (rbm.RBM, Wrong))
    assert check_turn(good, x=SMALL, seeds=range(2)).passed
    with pytest.raises(GradientError):
        check_turn(wrong, x=SMALL, seeds=range(2))


def test_chains_of_pcd_go_on_and_are_restored():
    model, rng = rbm.RBM(4, 3, learning="pcd"), np.random.default_rng(0)
    model.learn(SMALL.images, rng)
    state, first = model.state(), model.chains.copy()
    model.learn(SMALL.images, rng)
    assert model.chains.shape == (8, 4) and (model.chains != first).any()
    model.restore(state)
    assert (model.chains == first).all()


def test_cd_is_nearer_to_the_exact_gradient_the_longer_its_chains():
    far, rng = [], np.random.default_rng(0)
    x = np.tile(SMALL.images, (500, 1))
    exact = an_rbm()
    exact.learn(x, rng)
    for k in (1, 30):
        model = rbm.RBM(4, 3, learning="cd", k=k)
        model.R.params = exact.params
        model.learn(x, rng)
        far.append(np.abs(model.R.grads - exact.R.grads).max())
    assert far[1] < far[0] / 2


# DBM and DBN


def test_z_of_a_dbm_is_the_same_by_either_side():
    model = a_dbm()
    assert model.log_Z() == pytest.approx(
        log_sum_exp(log_sum_exp(model._log_f(all_states(4)))), abs=1e-10
    )


def test_the_mean_field_needs_what_is_above():
    class Forgets(dbm.DBM):
        def mean_field(self, x):
            m1 = sigmoid(x @ self.rbm.W[:4] + self.rbm.c)
            return m1, self.rbm.down(m1)[:, 4:]

    x, rng = all_states(4), np.random.default_rng(0)
    right, forgets = a_dbm(), a_dbm(Forgets)
    gaps = [(m.log_likelihood(x) - m.bound(x, rng)).mean() for m in (right, forgets)]
    assert 0 < gaps[0] < gaps[1]
    m1, m2 = right.mean_field(x)
    assert m1 == pytest.approx(right.rbm.posterior(np.hstack([x, m2])), abs=1e-6)


def test_a_dbm_without_its_upper_layer_is_an_rbm():
    model = a_dbm()
    model.rbm.W[4:] = 0
    lower = rbm.RBM(4, 3)
    lower.W[...], lower.b[...], lower.c[...] = model.rbm.W[:4], model.rbm.b[:4], model.rbm.c
    x = all_states(4)
    assert model.log_likelihood(x) == pytest.approx(lower.log_likelihood(x), abs=1e-12)


def test_a_dbn_begins_as_its_lower_rbm():
    lower = an_rbm(9, 5)
    begun = dbn.DBN(lower, lower.transposed())
    assert np.abs(begun.pmf(BARS.states) - lower.pmf(BARS.states)).max() < 1e-12
    assert begun.sequential_steps() >= 2


# the GSN


@pytest.mark.parametrize("walkback", [1, pytest.param(3, marks=pytest.mark.slow)])
def test_with_the_posterior_the_chain_has_the_datas_law(walkback):
    model = gsn.IdealGSN(BARS, 0.1, joint=True, walkback=walkback)
    assert np.abs(BARS.pmf @ model.T - BARS.pmf).max() < 1e-12
    assert second_eigenvalue(model.T) == pytest.approx({1: 0.888, 3: 0.546}[walkback], abs=1e-3)
    assert model.pmf(BARS.states) == pytest.approx(BARS.pmf, abs=1e-12)
    assert model.sequential_steps() < 40


def test_the_best_factorial_chain_trades_mixing_for_truth():
    models = [gsn.IdealGSN(SMALL, flip) for flip in (0.02, 0.05, 0.1, 0.2)]
    points = [rbm_paths.point(model, SMALL) for model in models]
    steps, kls = zip(*points, strict=True)
    assert sorted(steps, reverse=True) == list(steps) and sorted(kls) == list(kls)
    q = models[1].pmf(SMALL.states)
    assert mixing_time(models[1].T, q, 0.05) == steps[1]


def test_flips_are_independent():
    C = gsn.flips(3, 0.1)
    assert C[0b000, 0b101] == pytest.approx(0.1**2 * 0.9)
    assert C.sum(axis=1) == pytest.approx(1)


def test_l_bfgs_never_loses_and_keeps_its_last():
    model = rbm.RBM(4, 2, seed=0)
    path = rbm_paths.l_bfgs(model, SMALL.images)
    assert (model.params == path[-1]).all()
    likelihoods = []
    for params in path:
        model.R.params = params
        likelihoods.append(model.log_likelihood(SMALL.images).mean())
    assert min(np.diff(likelihoods)) > -1e-9
