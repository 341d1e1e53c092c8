"""Training on images: a run in a directory, which can be watched, stopped and resumed."""

from minigan.runs.image_run import ImageRun
from minigan.runs.settings import Settings

__all__ = ["ImageRun", "Settings"]
