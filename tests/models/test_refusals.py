"""Data, counts and generators that a model cannot use: one line each, whichever model it is."""

import numpy as np
import pytest

import minigan as mg
from minigan.base.randomness import Streams
from minigan.distributions import BarsAndStripes, all_states
from minigan.models import binned, coupling, dbm, dbn, deep_gsn, flow, fvbn, gsn, quadrature, rbm
from minigan.models import vae as vaes
from minigan.models.model import mlp

PLANE, BARS, RNG = mg.Normal(dim=9), BarsAndStripes(2), np.random.default_rng(0)
GREY = np.full((3, 4), 0.5)


def a_flow(kind=flow.Flow):
    return kind(coupling.couplings([np.arange(4) < 2], 4, Streams(0)))


def a_vae():
    return vaes.VAE(mlp(Streams(0), "E", 4, 3, 4), mlp(Streams(0), "G", 2, 3, 4))


def a_decoder():
    return quadrature.ExactDecoder(mlp(Streams(0), "G", 2, 3, 4), quadrature.Grid.square(5, 4.0))


def a_dbn():
    return dbn.DBN(rbm.RBM(4, 3), rbm.RBM(3, 2))


MODELS = {
    "RBM": lambda: rbm.RBM(4, 3),
    "DBM": lambda: dbm.DBM(4, 3, 2),
    "DBN": a_dbn,
    "VAE": a_vae,
    "Flow": a_flow,
    "FVBN": lambda: fvbn.FVBN(fvbn.masked_network(4, (), 0)),
    "ExactDecoder": a_decoder,
    "GSN": lambda: gsn.GSN(mlp(Streams(0), "F", 4, 3, 4), 0.1),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_sample_takes_a_number_of_rows_and_a_generator(name):
    for m in (-1, 2.5):
        with pytest.raises(mg.InputError, match=f"^{name}: m: expected a whole number >= 0"):
            MODELS[name]().sample(m, RNG)
    with pytest.raises(mg.InputError, match=f"^{name}: expected rng"):
        MODELS[name]().sample(3, None)


@pytest.mark.parametrize(
    "used",
    [
        lambda: a_vae().bound(all_states(4), None),
        lambda: a_dbn().bound(all_states(4), None),
        lambda: rbm.RBM(4, 3, learning="cd").learn(all_states(4), None),
    ],
)
def test_what_draws_says_so_without_a_generator(used):
    with pytest.raises(mg.InputError, match="expected rng"):
        used()


@pytest.mark.parametrize(
    "used",
    [
        lambda: deep_gsn.on_bars(PLANE, 0, 1),
        lambda: flow.on_bars(PLANE, 0, 1),
        lambda: a_flow(flow.Dequantised).learn(GREY, RNG),
        lambda: a_dbn().bound(GREY, RNG),
        lambda: dbm.DBM(4, 3, 2).bound(GREY, RNG),
        lambda: a_vae().exact_log_likelihood(GREY),
    ],
)
def test_grey_rows_are_refused_by_models_of_binary_ones(used):
    with pytest.raises(mg.InputError, match="expected binary rows, 0 or 1, got"):
        used()


@pytest.mark.parametrize(
    ("used", "says"),
    [
        (lambda: quadrature.on_bars(PLANE, 0, 1), "expected data such as BarsAndStripes"),
        (lambda: binned.on_ring(BARS, 0, 1), r"BinnedFVBN: expected rows \(m, 2\), got"),
        (lambda: flow.on_ring(BARS, 0, 1), r"Flow: expected rows \(m, 2\), got"),
        (lambda: a_flow().log_likelihood(np.ones((3, 5))), r"Flow: expected rows \(m, 4\), got"),
        (lambda: dbn.DBN(rbm.RBM(4, 3), rbm.RBM(5, 4)), "upper RBM of 3 visible units, got 5"),
        (lambda: gsn.flips(3, 0.0), r"flips: p: expected a finite number in \(0, 1\), got 0"),
        (lambda: gsn.IdealGSN(BARS, 1.5), "flips: p: expected"),
        (lambda: gsn.IdealGSN(BARS, 0.1, walkback=0), "IdealGSN: walkback: expected"),
    ],
)
def test_what_does_not_fit_together_is_refused(used, says):
    with pytest.raises(mg.InputError, match=says) as error:
        used()
    assert "\n" not in str(error.value)
