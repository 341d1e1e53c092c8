"""The rule that a discriminator ends in a logit, which every cost takes."""

from __future__ import annotations

from minigan.base.errors import InputError
from minigan.layers.sigmoid import Sigmoid
from minigan.networks.sequential import Sequential


def require_logit(where: str, D: Sequential) -> None:
    """Raise InputError, which calls D by ``where``, if D's last layer is a Sigmoid."""
    if isinstance(D.layers[-1], Sigmoid):
        raise InputError(
            f"{where}: expected a network that ends in a logit, got {D.layers[-1]} at its end: "
            f"leave it out, the costs take the logit"
        )
