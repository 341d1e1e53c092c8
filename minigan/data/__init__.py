"""Image data sets: found among local files or fetched, verified, read, split as in the paper.

Files are other people's. So what is known about a file is checked to the byte, nothing is
unpickled, nothing takes more memory than what is really there, and whatever is wrong with a
file is one `minigan.base.errors.DataError`.
"""

from minigan.data.datasets import KNOWN, DataSet, fetch, find, load
from minigan.data.epochs import Epochs
from minigan.data.preprocess import gcn, unit_interval

__all__ = ["KNOWN", "DataSet", "Epochs", "fetch", "find", "gcn", "load", "unit_interval"]
