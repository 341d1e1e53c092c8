"""Random numbers drawn on the device: CuPy's new-style generators, as far as they go.

`cupy.random.Generator` has no normal, permutation, choice, shuffle or spawn. Its numbers
come from cuRAND, these from NumPy's Philox: the same kind of bits, not the same bits.
"""

import numpy as np

from strict_cupy._counts import is_capturing, record, result
from strict_cupy._launch import allocated, launch, out_values, uninitialised

__all__ = ["Generator", "Philox4x3210"]


class Philox4x3210:
    """Bits by counting and scrambling, from an int or a `numpy.random.SeedSequence`.

    Where they stand is kept in an array on the device, as CuPy keeps it.
    """

    def __init__(self, seed=None):
        if not isinstance(seed, np.random.SeedSequence):
            seed = np.random.SeedSequence(seed)
        key = seed.generate_state(2)
        self._state = allocated(np.array([*key, 0], np.int64).view(np.int8))

    @property
    def _generator(self):
        """Generator of one draw; the next draw has the next one."""
        state = self._state._values.view(np.int64)
        state[2] += 1
        *key, drawn = state.tolist()
        return np.random.Generator(np.random.Philox(counter=drawn << 128, key=key))


class Generator:
    """Numbers made of the bits of a bit generator."""

    def __init__(self, bit_generator):
        self.bit_generator = bit_generator

    def random(self, size=None, dtype=np.float64, out=None):
        """Uniform on [0, 1). (With ``out``, CuPy draws into other memory and copies.)"""
        return self._drawn("random", size, dtype, out)

    def standard_normal(self, size=None, dtype=np.float64, out=None):
        """Normal with mean 0 and variance 1."""
        return self._drawn("standard_normal", size, dtype, out)

    def integers(self, low, high=None, size=None, dtype=np.int64, endpoint=False):
        """Whole numbers from [low, high), or [0, low); CuPy takes no arrays of bounds."""
        low, high = (0, int(low)) if high is None else (int(low), int(high))
        return self._launched("integers", size, dtype, low=low, high=high, endpoint=endpoint)

    def _drawn(self, distribution, size, dtype, out):
        if np.dtype(dtype).char not in "fd":
            raise TypeError(f"Unsupported dtype {np.dtype(dtype).name} for {distribution}")
        if out is not None and out_values(out).dtype != dtype:
            raise TypeError(
                "Supplied output array has the wrong type. "
                f"Expected {np.dtype(dtype).name}, got {out.dtype.name}"
            )
        return self._launched(distribution, size, dtype, out)

    def _launched(self, distribution, size, dtype, out=None, **options):
        """Numbers that are drawn now, or, where a graph is recorded, whenever it is launched."""
        options |= {"size": size, "dtype": dtype}

        def draw(**also):
            generator = self.bit_generator._generator
            return getattr(generator, distribution)(**options, **also)

        if out is not None or not is_capturing():
            return launch(draw, out=out)
        record("launches")
        made = uninitialised(np.empty(() if size is None else size, dtype))
        result(made._values, draw)
        return made
