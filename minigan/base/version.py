"""The number of this version, for packaging, ``--version`` and checkpoints."""

__version__ = "0.2.0"
