"""What the theory of games on the line is given: generators and densities."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from minigan.base.errors import InputError
from minigan.networks.sequential import Sequential

if TYPE_CHECKING:
    from minigan.base.types import Density


def require_density(name: str, distribution: Density, *methods: str) -> None:
    """Raise InputError unless the distribution can be asked for all of these.

    Parameters
    ----------
    name : str
        What the error message calls it.
    distribution : Density
    *methods : str
        Of ``pdf``, ``cdf``, ``interval``.

    Raises
    ------
    InputError
    """
    for method in methods:
        if not hasattr(distribution, method):
            raise InputError(
                f"{name}: expected a distribution with {method}(), got {distribution!r}"
            )


def scalar_map(G: Sequential | Callable) -> Callable:
    """Function z -> (G(z), G'(z)) on arrays of shape (n,).

    Parameters
    ----------
    G : Sequential or callable
        A network 1 -> 1, which is copied in float64, or such a function already.

    Returns
    -------
    callable

    Raises
    ------
    InputError
        If it is neither, or a network of another width.
    """
    if not isinstance(G, Sequential):
        if not callable(G):
            raise InputError(f"PushForward: expected a Sequential or a function, got {G!r}")
        return G
    if (G.n_in, G.n_out) != (1, 1):
        raise InputError(
            f"PushForward: expected a generator of width 1 -> 1, got {G.n_in} -> {G.n_out}"
        )
    net = G.copy(dtype="float64", device="cpu")

    def value_and_slope(z):
        x, caches = net.forward(z[:, None], train=False)
        slope = net.backward(np.ones_like(x), caches, param_grads=False)
        return x[:, 0], slope[:, 0]

    return value_and_slope
