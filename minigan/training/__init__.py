"""Algorithm 1, its gradients, and what it records."""

from minigan.training.algorithm1 import Algorithm1
from minigan.training.records import Record

__all__ = ["Algorithm1", "Record"]
