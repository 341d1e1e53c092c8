"""Checkpoints: all that a run needs to go on bit for bit, in one verified file."""

from minigan.checkpoint.checkpoints import (
    Checkpoint,
    expect_same_run,
    load,
    read,
    save,
)

__all__ = ["Checkpoint", "expect_same_run", "load", "read", "save"]
