"""Scores of samples: under a Parzen window, with reference scores, and by nearest neighbours."""

from minigan.evaluation.distances import Centres
from minigan.evaluation.neighbours import PrecisionRecall, coverage, precision_recall
from minigan.evaluation.parzen import GRID, ParzenScore, parzen
from minigan.evaluation.references import Reference, k_means, nearest, references, table
from minigan.evaluation.window import log_density

__all__ = [
    "GRID",
    "Centres",
    "ParzenScore",
    "PrecisionRecall",
    "Reference",
    "coverage",
    "k_means",
    "log_density",
    "nearest",
    "parzen",
    "precision_recall",
    "references",
    "table",
]
