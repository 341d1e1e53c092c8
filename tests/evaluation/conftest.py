"""The array modules that the engine is tested on: NumPy, the strict stand-in, CuPy."""

from devices import xp  # noqa: F401 (a fixture)
