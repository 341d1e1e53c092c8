"""The Parzen window log-likelihood of samples, and reference scores to compare it with."""

from minigan.evaluation.distances import Centres
from minigan.evaluation.parzen import GRID, ParzenScore, parzen
from minigan.evaluation.references import Reference, k_means, nearest, references, table
from minigan.evaluation.window import log_density

__all__ = [
    "GRID",
    "Centres",
    "ParzenScore",
    "Reference",
    "k_means",
    "log_density",
    "nearest",
    "parzen",
    "references",
    "table",
]
