"""How good are samples? The Parzen window log-likelihood, and what such a number is worth."""

from minigan.evaluation.parzen import ParzenScore, parzen
from minigan.evaluation.references import Reference, references
from minigan.evaluation.window import log_density

__all__ = ["ParzenScore", "Reference", "log_density", "parzen", "references"]
