"""Networks: layers in a row, whose parameters are one vector."""

from minigan.networks.sequential import Sequential

__all__ = ["Sequential"]
