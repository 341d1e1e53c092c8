"""The models of Figure 9 on two toys, a line each: what ``minigan taxonomy`` trains and measures.

A leaf is found by the object itself, see `minigan.models.model.leaf`. ``asked`` is what its scores
ought to reach from any seed: a name of `Scores` or another number of the model, and its bounds.
"""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

from minigan.distributions import BarsAndStripes, ring
from minigan.models import (
    binned,
    dbm,
    dbn,
    flow,
    fvbn,
    gsn,
    implicit,
    quadrature,
    rbm,
    rbm_paths,
    vae,
)

BARS, RING = BarsAndStripes(3), ring(8, 2.0, 0.2)
Bounds = Mapping[str, tuple[float | None, float | None]]


class Entry(NamedTuple):
    """A model: its title, how it is trained from (data, seed), and what is asked of it."""

    title: str
    fit: Callable[[Any, int], Any]
    asked: Bounds = MappingProxyType({})


ON_BARS = {
    "fvbn": Entry("FVBN (MADE)", fvbn.on_bars, {"kl": (None, 0.01)}),
    "flow": Entry("flow", flow.on_bars),
    "vae": Entry("VAE", vae.on_bars, {"kl": (None, 0.7), "gap": (0.0, None)}),
    "decoder": Entry("VAE's decoder, exact", quadrature.on_bars, {"kl": (None, 0.3)}),
    "rbm-cd": Entry("RBM, CD-1", partial(rbm.on_bars, learning="cd"), {"kl": (None, 1.0)}),
    "rbm": Entry("RBM, PCD-1", rbm.on_bars, {"kl": (None, 0.3)}),
    "rbm-exact": Entry("RBM, L-BFGS", rbm_paths.by_l_bfgs),
    "dbm": Entry("DBM", dbm.on_bars, {"kl": (None, 0.9), "gap": (0.0, None)}),
    "dbn": Entry("DBN", dbn.on_bars, {"kl": (None, 0.45), "gap": (0.0, None)}),
    "gsn": Entry("GSN, flip 0.05", gsn.on_bars, {"jsd": (None, 0.0735)}),
    "mmd": Entry("MMD net", implicit.mmd_net, {"jsd": (None, 0.25)}),
    "gan": Entry("GAN", implicit.gan, {"valid": (0.85, None)}),
}
ON_RING = {
    "fvbn": Entry("FVBN, 48 bins", binned.on_ring, {"kl": (None, 0.1)}),
    "flow": Entry("flow", flow.on_ring, {"kl": (None, 0.35)}),
    "vae": Entry("VAE", vae.on_ring, {"kl": (None, 0.45), "gap": (0.0, None)}),
    "mmd": Entry("MMD net", implicit.mmd_net, {"jsd": (None, 0.15)}),
    "gan": Entry("GAN", implicit.gan, {"valid": (0.85, None)}),
}
CURVES: dict[str, Callable[[Any, int], list[tuple[float, float]]]] = {
    "RBM, L-BFGS": rbm_paths.l_bfgs_path,
    "RBM, PCD-1": rbm_paths.pcd_path,
    "GSN, ideal": gsn.ideal_path,
    "GSN, trained": gsn.trained_path,
}
"""Points (mixing time, KL) by what a chain's curve is called, from (data, seed)."""
