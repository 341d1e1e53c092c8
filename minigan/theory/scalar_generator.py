"""A generator of one variable as a function of points: its values, and its slopes.

The slopes of a network come from its own backward pass. A slope too small to change the value's
last bit is 0, so that what is flat but for rounding is flat.
"""

from collections.abc import Callable

import numpy as np

from minigan.base.errors import InputError
from minigan.networks.sequential import Sequential


def without_rounding(G: Callable, width: float) -> Callable:
    """G, with a slope of 0 where a whole width of z would not change the last bit of its value.

    InputError unless values and slopes are real numbers of the shape of z.
    """

    def of_callable(z):
        found = G(z)
        try:
            x, slope = (np.asarray(part) for part in found)
            fits = x.shape == slope.shape == z.shape and "c" not in x.dtype.kind + slope.dtype.kind
        except (TypeError, ValueError):
            fits = False
        if not fits:
            raise InputError(
                f"PushForward: expected G to return values and slopes, arrays {z.shape}, "
                f"got {type(found).__name__}"
            )
        x, slope = x.astype(np.float64, copy=False), slope.astype(np.float64, copy=False)
        still = np.abs(slope) * width <= np.spacing(np.abs(x)) / 2
        return x, np.where(still, 0.0, slope)

    return of_callable


def value_and_slope(G: Sequential | Callable) -> Callable:
    """Function z -> (G(z), G'(z)), arrays (n,): a float64 copy of a network, or G if it is one."""
    if not isinstance(G, Sequential):
        if not callable(G):
            raise InputError(f"PushForward: expected a Sequential or a function, got {G!r}")
        return G
    if (G.n_in, G.n_out) != (1, 1):
        raise InputError(
            f"PushForward: expected a generator of width 1 -> 1, got {G.n_in} -> {G.n_out}"
        )
    net = G.copy(dtype="float64", device="cpu")

    def of_network(z):
        x, caches = net.forward(z[:, None], train=False)
        slope = net.backward(np.ones_like(x), caches, param_grads=False)
        return x[:, 0], slope[:, 0]

    return of_network
