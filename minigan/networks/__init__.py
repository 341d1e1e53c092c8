"""Networks: layers in a row, whose parameters are one vector."""

from minigan.networks.inputs import join
from minigan.networks.logits import require_logit
from minigan.networks.reference import ReferenceNetwork
from minigan.networks.sequential import Sequential

__all__ = ["ReferenceNetwork", "Sequential", "join", "require_logit"]
