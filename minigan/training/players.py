"""Do networks, samplers, minibatches and optimizers make a game? If not, one clear line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minigan.base.backend import array_module, described
from minigan.base.errors import InputError
from minigan.layers.sigmoid import Sigmoid
from minigan.networks.sequential import Sequential

if TYPE_CHECKING:
    from minigan.base.backend import Device
    from minigan.base.types import Sampler
    from minigan.optimizers import Optimizer


def check_players(G: Sequential, D: Sequential, data: Sampler, noise: Sampler) -> None:
    """Raise InputError unless G feeds D, D ends in a logit, and there is something to sample.

    Parameters
    ----------
    G, D : Sequential
        Generator and discriminator.
    data, noise : Sampler
        p_data and the noise prior p_z.

    Raises
    ------
    InputError
    """
    for name, network in (("G", G), ("D", D)):
        if not isinstance(network, Sequential):
            raise InputError(f"{name}: expected a Sequential, got {network!r}")
    if G is D:
        raise InputError("expected two networks, got the same as G and as D")
    for name, sampler in (("data", data), ("noise", noise)):
        if not callable(getattr(sampler, "sample", None)):
            raise InputError(
                f"{name}: expected a distribution with sample(m, rng) (Examples(X) for an "
                f"array), got {type(sampler).__name__}"
            )
    if G.n_out != D.n_in:
        raise InputError(
            f"expected G's output width to be D's input width, got {G.n_out} and {D.n_in}"
        )
    if D.n_out != 1:
        raise InputError(f"expected D to end in one logit, got n_out = {D.n_out}")
    if isinstance(D.layers[-1], Sigmoid):
        raise InputError(f"expected D to end in a logit, got {D.layers[-1]}: the costs take it")
    if G.dtype != D.dtype:
        raise InputError(f"expected G and D of one dtype, got {G.dtype} and {D.dtype}")
    if G.device != D.device:
        raise InputError(f"expected G and D on one device, got {G.device} and {D.device}")


def on_device(sampler: Sampler, device: Device) -> Sampler:
    """Sampler that draws there; one that keeps no arrays draws where its generator is.

    Parameters
    ----------
    sampler : Sampler
        If it has a method ``to(device)``, that is asked.
    device : Device

    Returns
    -------
    Sampler
    """
    return sampler.to(device) if hasattr(sampler, "to") else sampler


def check_optimizers(
    G: Sequential, D: Sequential, G_optimizer: Optimizer, D_optimizer: Optimizer
) -> None:
    """Raise InputError unless each optimizer was built on its player.

    Parameters
    ----------
    G, D : Sequential
    G_optimizer, D_optimizer : Optimizer

    Raises
    ------
    InputError
    """
    for name, optimizer, network in (
        ("G_optimizer", G_optimizer, G),
        ("D_optimizer", D_optimizer, D),
    ):
        if getattr(optimizer, "network", None) is not network:
            raise InputError(f"{name}: expected an optimizer built on {name[0]}")


def minibatch(
    what: str, sampler: Sampler, m: int, width: int | None, network: Sequential, rng: Any
) -> Any:
    """Rows drawn from a sampler, if they are what a network can be fed with.

    Parameters
    ----------
    what : str
        What error messages call the sampler.
    sampler : Sampler
    m, width : int
        Shape of the rows.
    network : Sequential
        Whose device and dtype they must have, or get.
    rng : Generator

    Returns
    -------
    array, shape (m, width)

    Raises
    ------
    InputError
        If they have another shape, or are on another device.
    """
    rows, xp = sampler.sample(m, rng), network.xp
    if array_module(rows) is not xp:
        raise InputError(f"{what}.sample: expected a {xp.__name__} array, got {described(rows)}")
    rows = xp.asarray(rows)
    if rows.shape != (m, width):
        raise InputError(f"{what}.sample: expected ({m}, {width}), got {rows.shape}")
    return rows.astype(network.dtype, copy=False)
