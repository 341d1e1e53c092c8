"""Checkpoints: all that a run needs to go on bit for bit, in one verified file."""

from minigan.checkpoint.checkpoints import Checkpoint, load, read, save
from minigan.checkpoint.run_directory import RunDirectory

__all__ = ["Checkpoint", "RunDirectory", "load", "read", "save"]
