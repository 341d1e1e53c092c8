"""One seed makes a run: independent random streams grown from a single number.

``numpy.random.SeedSequence`` spawns one stream for each purpose, so drawing
more noise does not change which data are seen, and neither changes the
initial weights. Streams are passed along, never kept in a global.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from minigan.base.backend import CPU, Device, copy_of_generator
from minigan.base.errors import InputError

if TYPE_CHECKING:  # numpy.random costs 10 ms to import: only when the first number is drawn
    from numpy.random import Generator, SeedSequence

    from minigan.base.types import Seed


def generator(seed: Seed) -> Generator:
    """Random generator of a seed; a generator is passed through.

    Parameters
    ----------
    seed : int, numpy.random.SeedSequence or numpy.random.Generator
        A whole number >= 0, or a stream that exists already.

    Returns
    -------
    numpy.random.Generator
        On the SFC64 bit generator, the fastest that NumPy has.

    Raises
    ------
    InputError
        If ``seed`` is none of the three, or a negative number.
    """
    if isinstance(seed, np.random.Generator):
        return seed
    return CPU.generator(sequence(seed))


class Streams(NamedTuple):
    """A random generator for each purpose of a game.

    ``init_g`` and ``init_d`` give the players their starting values; ``data``, ``noise`` and
    ``dropout``, for all layers that are random, are drawn from while they play.
    """

    init_g: Generator
    init_d: Generator
    data: Generator
    noise: Generator
    dropout: Generator

    def __deepcopy__(self, memo) -> Streams:
        return Streams(*(copy_of_generator(each) for each in self))


def streams(seed: int | SeedSequence, device: Device = CPU) -> Streams:
    """Five independent random streams from one seed.

    Parameters
    ----------
    seed : int or numpy.random.SeedSequence
        A whole number >= 0, or a sequence that was spawned from one.
    device : Device
        Where data, noise and what random layers need are drawn.

    Returns
    -------
    Streams
        ``init_g, init_d, data, noise, dropout``; the first two always on the CPU.
    """
    init_g, init_d, *playing = sequence(seed).spawn(len(Streams._fields))
    return Streams(
        generator(init_g), generator(init_d), *(device.generator(child) for child in playing)
    )


class Mirrored:
    """NumPy's random generator, its numbers moved to a device: slower, and the same numbers.

    It has the methods of ``numpy.random.Generator``; what they return is on the device.

    Parameters
    ----------
    generator : numpy.random.Generator
    device : Device
    """

    def __init__(self, generator: Generator, device: Device):
        self._generator, self._device = generator, device

    def __getattr__(self, name: str):
        if name.startswith("_"):
            raise AttributeError(name)
        draw = getattr(self._generator, name)
        return lambda *given, **named: self._device.to_device(draw(*given, **named))

    def moved(self, draw: Callable[[Generator], np.ndarray]) -> Any:
        """What a function draws from NumPy's generator, on the device.

        Parameters
        ----------
        draw : callable

        Returns
        -------
        array
        """
        return self._device.to_device(draw(self._generator))


def mirrored_streams(seed: int | SeedSequence, device: Device) -> Streams:
    """The streams of the CPU, for a game on another device.

    A GPU's generators draw other numbers than NumPy's. With these streams a game on a GPU is
    the game on the CPU, up to rounding: ``Algorithm1(..., seed=mirrored_streams(0, device))``.
    Every minibatch is then drawn on the CPU and sent.

    Parameters
    ----------
    seed : int or numpy.random.SeedSequence
    device : Device
        Where the numbers are wanted.

    Returns
    -------
    Streams
    """
    init_g, init_d, *playing = streams(seed)
    mirrors: list[Any] = [Mirrored(each, device) for each in playing]
    return Streams(init_g, init_d, *mirrors)


def sequence(seed: int | SeedSequence) -> SeedSequence:
    """Root from which streams are spawned; a sequence is passed through.

    Parameters
    ----------
    seed : int or numpy.random.SeedSequence
        A whole number >= 0, or a sequence that exists already.

    Returns
    -------
    numpy.random.SeedSequence

    Raises
    ------
    InputError
        If ``seed`` is neither, or a negative number.
    """
    if isinstance(seed, np.random.SeedSequence):
        return seed
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise InputError(f"seed: expected a whole number >= 0, got {seed!r}")
    return np.random.SeedSequence(int(seed))
