"""Every model by the suite of all models, its gradients, its oracles, and planted bugs."""

import numpy as np
import pytest

import minigan as mg
from minigan import model_costs
from minigan.base.randomness import Streams
from minigan.checks import GradientError, check_layer, check_model, check_turn
from minigan.distributions import BarsAndStripes, Normal, all_states
from minigan.layers import MaskedLinear
from minigan.models import binned, coupling, flow, fvbn, implicit, quadrature, vae
from minigan.models.model import leaf, mlp

BARS = BarsAndStripes(2)


def streams():
    return Streams(0)


def moved(model, by=0.5):
    """The model with its parameters moved away from where they start."""
    rng = np.random.default_rng(1)
    for network in model.networks().values():
        network.params += by * rng.standard_normal(network.params.shape)
    return model


def a_made(d=4, hidden=(8,)):
    return moved(fvbn.FVBN(fvbn.masked_network(d, hidden, 0)))


def a_vae():
    return moved(vae.VAE(mlp(streams(), "E", 4, 8, 4), mlp(streams(), "G", 2, 8, 4)))


def a_decoder():
    grid = quadrature.Grid.square(25, 4.0)
    return moved(quadrature.ExactDecoder(mlp(streams(), "G", 2, 8, 4), grid))


def an_mmd_net():
    corners = implicit.Corners(3)
    return implicit.MomentMatching(mlp(streams(), "G", 3, 8, 4), corners, (0.5, 2.0))


def a_flow(d=3, scaled=True):
    splits = [np.arange(d) < d // 2, np.arange(d) % 2 == 0]
    return moved(flow.Flow(coupling.couplings(splits, 6, streams(), scaled)), 0.2)


MODELS = {
    "logistic": lambda: a_made(hidden=()),
    "MADE": a_made,
    "VAE": a_vae,
    "decoder": a_decoder,
    "MMD net": an_mmd_net,
    "GAN": lambda: implicit.GAN(an_mmd_net().G, None, implicit.Corners(3)),
}


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_a_model_passes_the_suite_of_all_models(model):
    assert check_model(model(), draws=20_000).passed


# FVBN


def test_an_output_sees_only_what_is_before_it():
    F = fvbn.masked_network(6, (9, 7), 0)
    _, cache = F.forward(np.random.default_rng(0).random((1, 6)))
    J = np.vstack([F.backward(np.eye(6)[i : i + 1], cache, param_grads=False) for i in range(6)])
    assert (np.triu(J) == 0).all()
    assert (J[np.tril_indices(6, -1)] != 0).any()


def test_an_output_mask_that_is_not_strict_is_caught():
    model = a_made(9, (60,))
    assert abs(model.pmf(all_states(9)).sum() - 1) < 1e-13
    model.F.layers[-1].mask = fvbn.masks(9, (60,))[0].T  # m_k <= i, where m_k < i is due
    assert abs(model.pmf(all_states(9)).sum() - 1) > 0.01
    with pytest.raises(GradientError, match="pmf: sum"):
        check_model(model, draws=1000)


def test_every_hidden_unit_sees_and_is_seen():
    inner, outer = fvbn.masks(9, (60,))
    assert inner.any(axis=0).all() and outer.any(axis=1).all()
    assert fvbn.masks(1, (3,))[1].sum() == 0  # a single variable has nothing before it


def test_masked_linear_starts_as_wide_as_linear():
    mask = np.triu(np.ones((400, 400)), 1)
    net = mg.Sequential([MaskedLinear(mask)], seed=0, dtype="float64")
    y = net(np.random.default_rng(0).standard_normal((500, 400)))
    stds = y.std(axis=0)
    assert stds[0] == 0 and stds[1:20].mean() == pytest.approx(1, abs=0.3)
    assert stds[200:].mean() == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("mask", [np.ones(3), np.full((2, 2), 0.5), np.ones((0, 2))])
def test_a_mask_is_a_matrix_of_0_and_1(mask):
    with pytest.raises(mg.InputError, match="expected a mask"):
        MaskedLinear(mask)


def test_a_mask_that_is_forgotten_in_backward_is_caught():
    class Forgets(MaskedLinear):
        def backward(self, dy, cache, *, param_grads=True):
            self.dW += cache.T @ dy
            self.db += dy.sum(axis=0)
            return dy @ self._seen(self.W).T

    with pytest.raises(GradientError, match="W"):
        check_layer(Forgets(np.triu(np.ones((3, 3)))))


# the flow


@pytest.mark.parametrize("d", [2, 3, 5])
@pytest.mark.parametrize("scaled", [True, False])
def test_a_flow_is_inverted_and_knows_its_determinant(d, scaled):
    model = a_flow(d, scaled)
    x = np.random.default_rng(2).standard_normal((20, d))
    z, log_det, _ = model.forward(x)
    assert np.abs(model.inverse(z) - x).max() < 1e-10
    step = 1e-6 * np.eye(d)
    J = [(model.posterior(x[:1] + e) - model.posterior(x[:1] - e))[0] / 2e-6 for e in step]
    assert np.linalg.slogdet(np.array(J))[1] == pytest.approx(log_det[0], abs=1e-7)
    assert (log_det == 0).all() == (not scaled)


def test_a_flows_density_integrates_to_1_and_with_the_sign_turned_it_does_not():
    model = moved(a_flow(2), 0.1)
    side = np.linspace(-12, 12, 401)
    x = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    area = (side[1] - side[0]) ** 2
    assert np.exp(model.log_likelihood(x)).sum() * area == pytest.approx(1, abs=1e-3)
    z, log_det, _ = model.forward(x)
    assert abs(np.exp(model._log_p(z, -log_det)).sum() * area - 1) > 0.1


def test_what_a_flow_makes_of_pixels_may_be_no_image():
    splits = [np.arange(4) < 2]
    model = flow.Dequantised(coupling.couplings(splits, 6, streams()))
    q = model.pmf(all_states(4))
    x = model.sample(1000, np.random.default_rng(0))
    assert 0 < q.sum() < 1 and (x == np.floor(x)).all() and not np.isin(x, (0, 1)).all()
    u = np.random.default_rng(3).random((50_000, 4))
    log_p = model.log_likelihood(all_states(4)[5] + u)
    assert np.exp(log_p).mean() == pytest.approx(q[5], abs=0.01)
    assert log_p.mean() < np.log(q[5])  # the bound that is trained


# the VAE and its decoder


def test_a_kl_averaged_over_latents_breaks_the_bound():
    class Averages(vae.VAE):
        def bound(self, x, rng):
            mu, std = self.posterior(x)
            kl = (mu * mu + std * std - 1 - 2 * np.log(std)).sum(axis=1) / 2
            return super().bound(x, rng) + kl - kl / self.latents

    model = vae.on_bars(BARS, 0, steps=400)
    assert check_model(model, draws=20_000).passed
    with pytest.raises(GradientError, match="above log p"):
        check_model(Averages(model.E, model.G), draws=20_000)


def test_quadrature_sums_to_1_and_knows_a_linear_gaussian_decoder():
    model = a_vae()
    assert model.pmf(all_states(4)).sum() == pytest.approx(1, abs=1e-12)
    G = mlp(streams(), "G", 2, 4)  # mean and s of x in the plane are linear in z
    G.layers[0].W[:, 2:] = 0
    G.layers[0].b[2:] = -0.3
    linear = vae.GaussianVAE(mlp(streams(), "E", 2, 6, 4), G)
    x = np.random.default_rng(4).standard_normal((7, 2))
    W = G.layers[0].W[:, :2]
    cov = W.T @ W + np.exp(-0.6) * np.eye(2)
    exact = -(x * np.linalg.solve(cov, x.T).T).sum(axis=1) / 2
    exact -= np.linalg.slogdet(2 * np.pi * cov)[1] / 2
    assert linear.exact_log_likelihood(x) == pytest.approx(exact, abs=1e-8)
    bounds = np.mean([linear.bound(x, np.random.default_rng(i)) for i in range(500)], axis=0)
    assert (bounds < exact).all()


# MMD


def test_mmd_of_one_law_with_itself_is_what_its_diagonal_adds():
    bars, rng, m, variances = BarsAndStripes(3), np.random.default_rng(5), 100, (0.25, 1.0, 4.0)
    found = [
        model_costs.mmd2(
            bars.sample(m, rng).astype(float), bars.sample(m, rng).astype(float), variances
        )[0]
        for _ in range(300)
    ]
    squares = ((bars.images[:, None] - bars.images) ** 2).sum(axis=2)
    k = sum(np.exp(-squares / (2 * s)) for s in variances)
    theory = 2 * (len(variances) - k.mean()) / m
    assert np.mean(found) == pytest.approx(theory, rel=0.05)
    unbiased = np.array(found) - theory  # the diagonals taken out, in the mean
    assert abs(unbiased.mean()) < 0.003 and (unbiased < 0).any()


def test_a_cross_term_without_its_2_is_caught(monkeypatch):
    def planted(X, Y, variances):
        value, dY = model_costs.mmd2(X, Y, variances)
        return value, dY + model_costs._kernel(Y, X, variances)[1] / (len(X) * len(Y))

    model = an_mmd_net()
    assert check_turn(model, x=BARS, z=model.z, seeds=range(2)).passed
    monkeypatch.setattr(implicit, "mmd2", planted)
    with pytest.raises(GradientError, match="d J_G"):
        check_turn(model, x=BARS, z=model.z, seeds=range(2))


# all of them


def test_where_each_model_stands():
    assert leaf(a_made()) == leaf(a_flow()) == leaf(a_decoder()) == ("explicit", "tractable")
    assert leaf(a_vae()) == ("explicit", "approximate", "variational")
    assert leaf(an_mmd_net()) == ("implicit", "direct")
    with pytest.raises(mg.InputError, match="has no log_likelihood, only sample"):
        an_mmd_net().log_likelihood(BARS.states)


def test_non_binary_rows_are_refused_by_name():
    with pytest.raises(mg.InputError, match="FVBN: expected binary rows"):
        a_made().log_likelihood(np.full((1, 4), 0.5))
    with pytest.raises(mg.InputError, match="FVBN: expected binary rows"):
        fvbn.on_bars(Normal(dim=4), 0, steps=2)


def test_the_density_in_bins_is_one():
    F1 = mg.Sequential([MaskedLinear(np.zeros((1, binned.BINS)))], dtype="float64", name="F1")
    model = moved(binned.BinnedFVBN(F1, mlp(streams(), "F2", binned.BINS, 8, binned.BINS)))
    side = (np.arange(binned.BINS) + 0.5) * binned.WIDTH - binned.END
    x = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    p = np.exp(model.log_likelihood(x)) * binned.WIDTH**2
    assert p.sum() == pytest.approx(1, abs=1e-12)
    drawn = model.sample(50_000, np.random.default_rng(6))
    assert drawn.mean(axis=0) == pytest.approx(p @ x, abs=0.05)
