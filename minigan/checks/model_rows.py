"""Rows of ``minigan check`` for the models of the taxonomy: layer, costs, turns."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from minigan.base.randomness import Streams
from minigan.checks.costs import check_cost
from minigan.checks.layers import check_layer
from minigan.checks.turns import check_turn
from minigan.distributions import BarsAndStripes, Normal
from minigan.layers import MaskedLinear
from minigan.model_costs import bernoulli_cost, gaussian_cost, gaussian_kl, mmd2
from minigan.models import (
    binned,
    contractive,
    coupling,
    dbm,
    deep_gsn,
    flow,
    fvbn,
    gsn,
    implicit,
    quadrature,
    rbm,
    vae,
)
from minigan.models.model import mlp
from minigan.networks import Sequential

_X = np.random.default_rng(9).random((5, 3)).astype("float32")  # given: float64 stays, with it
_COSTS: dict[str, tuple[Callable, tuple]] = {
    "Bernoulli": (lambda a: bernoulli_cost(a, _X), ((5, 3),)),
    "Gaussian": (lambda mean, log_std: gaussian_cost(mean, log_std, _X), ((5, 3), (5, 3))),
    "KL to the prior": (gaussian_kl, ((5, 3), (5, 3))),
    "MMD": (lambda Y: mmd2(_X, Y, (0.5, 2.0)), ((7, 3),)),
}


def model_rows() -> dict[str, Callable]:
    """The checks by name; each waits for its ``seeds``."""
    rows: dict[str, Callable] = {
        "MaskedLinear": partial(check_layer, MaskedLinear(np.triu(np.ones((4, 3))))),
        "log f of an RBM": partial(check_layer, rbm.LogF(4, 3)),
        "a step of the deep GSN": partial(check_layer, deep_gsn.DeepStep(4, 3, 2)),
        "contractive layer": partial(check_layer, contractive.Contractive(4, 3)),
    }
    for name, (cost, shapes) in _COSTS.items():
        rows[f"model: cost, {name}"] = partial(check_cost, cost, shapes=shapes, scale=1.0)
    for name, (turn, samplers) in _turns().items():
        rows[f"model: {name}"] = partial(check_turn, turn, **samplers)
    return rows


def _turns() -> dict[str, tuple[Any, dict[str, Any]]]:
    """Models that are turns, and what they draw."""
    bars, plane, streams = {"x": BarsAndStripes(2)}, {"x": Normal(dim=2)}, Streams(0)
    E, G, G4 = (
        mlp(streams, name, *widths)
        for name, *widths in (("E", 4, 6, 4), ("G", 2, 6, 4), ("G", 3, 6, 4))
    )
    splits = [np.arange(3) < 1, np.arange(3) < 2]
    few = {"x": Normal(dim=3), "batch": (5, 1)}  # more rows have a kink of ReLU nearly everywhere
    z = implicit.Corners(3)
    of_dbm = dbm.DBM(4, 3, 2, exact=True)
    of_dbm.R.params *= 10  # at 0.1 nothing depends on h2
    F1 = Sequential([MaskedLinear(np.zeros((1, binned.BINS)))], dtype="float64", name="F1")
    of_bins = binned.BinnedFVBN(F1, mlp(streams, "F2", binned.BINS, 4, binned.BINS))
    return {
        "FVBN": (fvbn.FVBN(fvbn.masked_network(4, (), 0)), bars),
        "MADE": (fvbn.FVBN(fvbn.masked_network(4, (6, 6), 0)), bars),
        "FVBN, 48 bins": (of_bins, plane),
        "flow": (flow.Flow(coupling.couplings(splits, 6, streams)), few),
        "NICE": (flow.Flow(coupling.couplings(splits, 6, streams, False)), few),
        "flow of pixels": (
            flow.Dequantised(coupling.couplings([np.arange(4) < 2], 6, streams)),
            bars,
        ),
        "VAE": (vae.VAE(E, G), bars),
        "VAE, Gaussian": (vae.GaussianVAE(mlp(streams, "E", 2, 6, 4), G), plane),
        "VAE's decoder, exact": (quadrature.ExactDecoder(G, quadrature.Grid.square(15, 4.0)), bars),
        "RBM, exact": (rbm.RBM(4, 3), bars),
        "RBM, CD-2": (rbm.RBM(4, 3, learning="cd", k=2), bars),
        "DBM, exact": (of_dbm, bars),
        "GSN, walkback 3": (gsn.GSN(mlp(streams, "F", 4, 6, 4), 0.2, 3), bars),
        "deep GSN, walkback 3": (
            deep_gsn.DeepGSN(
                deep_gsn.deep_network(4, 5, streams, "float64"),
                gsn.flipped,
                0.2,
                3,
                before=0.5,
                after=0.2,
            ),
            bars,
        ),
        "contractive autoencoder": (
            contractive.ContractiveTurn(
                Sequential([contractive.Contractive(4, 3)], dtype="float64", name="F"), 0.5
            ),
            bars,
        ),
        "MMD net": (implicit.MomentMatching(G4, z, (0.5, 2.0)), bars | {"z": z}),
    }
