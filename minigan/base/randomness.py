"""One seed makes a run: independent random streams, each grown from the seed and a name.

Drawing more noise does not change which data are seen, a third sampler does not move the
first two, and none of them changes the initial weights. Streams are passed along, never kept
in a global.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import numpy as np

from minigan.base.backend import CPU, Device, array_module, copy_of_generator, described
from minigan.base.errors import InputError
from minigan.base.states import expect_like, fill, snapshot
from minigan.base.validation import shown

if TYPE_CHECKING:  # numpy.random costs 10 ms to import: only when the first number is drawn
    from numpy.random import Generator, SeedSequence

    from minigan.base.types import Seed


def generator(seed: Seed) -> Generator:
    """Random generator of a whole number >= 0 or of a seed sequence; a generator is passed through.

    On the SFC64 bit generator, the fastest that NumPy has. InputError for anything else.
    """
    if isinstance(seed, np.random.Generator):
        return seed
    return CPU.generator(sequence(seed))


class Streams:
    """Independent random streams by name, ``streams["z"]``, grown from one seed.

    A name's stream is ``SeedSequence(seed, spawn_key=(crc32(name),))``: it does not depend on
    what other names there are. A game draws each sampler from the stream of its name, and what
    its layers need from ``"layers"``.

    Parameters
    ----------
    seed : int or numpy.random.SeedSequence
        A whole number >= 0, or a sequence that was spawned from one.
    device : Device
        Where the numbers appear.
    mirrored : bool
        True draws on the CPU and moves the numbers to the device: a game on a GPU is then the
        game on the CPU, up to rounding. A GPU's own generators draw other numbers, faster.

    Raises
    ------
    InputError
        If ``seed`` is neither, or a negative number.

    Examples
    --------
    >>> from minigan.base.randomness import Streams
    >>> streams = Streams(0)
    >>> streams["x"].random() == Streams(0)["x"].random() != streams["z"].random()
    True
    """

    def __init__(self, seed: int | SeedSequence, device: Device = CPU, *, mirrored: bool = False):
        self._root, self._device = sequence(seed), device
        self._mirrored = mirrored and device.xp is not np
        self._generators: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        try:
            return self._generators[name]
        except KeyError:
            key = (*self._root.spawn_key, zlib.crc32(name.encode()))
            child = np.random.SeedSequence(self._root.entropy, spawn_key=key)
            made: Any = (CPU if self._mirrored else self._device).generator(child)
            if self._mirrored:
                made = Mirrored(made, self._device)
            self._generators[name] = made
            return made

    def as_part(self, name: str) -> HostStream | DeviceStream:
        """The stream of a name as something that can be saved, and can go on from there."""
        rng = self[name]
        bits = getattr(getattr(rng, "_generator", rng), "bit_generator", None)
        if isinstance(bits, np.random.BitGenerator):
            return HostStream(bits)
        if array_module(getattr(bits, "_state", None)) is not np:
            return DeviceStream(bits)
        raise InputError(
            f"stream {name}: expected a generator of NumPy or CuPy, got {described(rng)}"
        )

    def __deepcopy__(self, memo) -> Streams:
        twin = Streams(self._root, self._device, mirrored=self._mirrored)
        for name, rng in self._generators.items():
            twin._generators[name] = copy_of_generator(rng)
        return twin


class HostStream:
    """Position of a random stream of NumPy."""

    def __init__(self, bits: Any):
        self._bits = bits

    def state(self) -> dict[str, Any]:
        """Copy of the bit generator's state."""
        return deepcopy(dict(self._bits.state))

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from there; InputError if it is not of such a generator."""
        # NumPy reads the arrays as they are, however short: they must be of the right shape.
        expect_like("stream", state, self.state())
        try:
            self._bits.state = state
        except (ValueError, TypeError, OverflowError) as error:
            raise InputError(f"stream: expected a state that NumPy takes ({error})") from error


class DeviceStream:
    """Position of a random stream of CuPy: the bytes that cuRAND keeps for each thread.

    CuPy has no public way to them (cupy/cupy issue 5430); ``_state`` is a plain array of
    32,768 cuRAND states, the same on every GPU, and all that the next numbers depend on.
    """

    def __init__(self, bits: Any):
        self._bits = bits

    def state(self) -> dict[str, Any]:
        """Copy of the bytes, and the name of the bit generator."""
        return {"bit_generator": type(self._bits).__name__, "bytes": snapshot(self._bits._state)}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from there; InputError if it is not of such a generator."""
        expect_like("stream", state, self.state())
        fill(self._bits._state, state["bytes"])


class Mirrored:
    """NumPy's random generator, its numbers moved to a device: slower, and the same numbers.

    It has the methods of ``numpy.random.Generator``; their results are on the device.
    """

    def __init__(self, generator: Generator, device: Device):
        self._generator, self._device = generator, device

    def __getattr__(self, name: str):
        if name.startswith("_"):
            raise AttributeError(name)
        draw = getattr(self._generator, name)
        return lambda *given, **named: self._device.to_device(draw(*given, **named))

    def moved(self, draw: Callable[[Generator], np.ndarray]) -> Any:
        """Result of a function of NumPy's generator, on the device."""
        return self._device.to_device(draw(self._generator))


def require_rng(where: object, rng: Any) -> None:
    """Raise InputError, which begins with ``where``, unless rng draws as NumPy's Generator does."""
    if not hasattr(rng, "integers"):  # what neither a seed nor a RandomState has
        raise InputError(
            f"{where}: expected rng as numpy.random.default_rng(0) gives it, got {shown(rng)}"
        )


def sequence(seed: int | SeedSequence) -> SeedSequence:
    """Seed sequence of a whole number >= 0; a sequence is passed through. InputError otherwise."""
    if isinstance(seed, np.random.SeedSequence):
        return seed
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise InputError(f"seed: expected a whole number >= 0, got {shown(seed)}")
    return np.random.SeedSequence(int(seed))
