"""Devices: arrays live in the host's memory with NumPy, or in a GPU's with CuPy.

Every network has a device, and everything it computes stays there. CuPy has NumPy's
functions under NumPy's names, so a layer that writes ``self.xp.maximum`` runs on both.
Moving an array from one to the other costs as much time as a small network's step;
so it happens only where it is written: `Device.to_device` and `to_host`.
"""

from __future__ import annotations

import copy
import importlib
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from minigan.base.errors import InputError

if TYPE_CHECKING:
    from numpy.random import SeedSequence


@dataclass(frozen=True)
class Device:
    """A place for arrays, "cpu" or "cuda", and the array module ``xp`` that computes there."""

    name: str
    xp: Any

    def to_device(self, array: np.ndarray) -> Any:
        """Copy of a NumPy array on this device; on the CPU, the array itself."""
        return array if self.xp is np else self.xp.asarray(array)

    def generator(self, seed: SeedSequence) -> Any:
        """Random generator of a seed sequence, whose numbers appear on this device.

        NumPy's on the SFC64 bit generator, the fastest that NumPy has; CuPy's on Philox. Their
        numbers differ.
        """
        random = self.xp.random
        bits = random.SFC64 if self.xp is np else random.Philox4x3210
        return random.Generator(bits(seed))

    def __str__(self) -> str:
        return self.name

    def __reduce__(self):
        return _device_of, (self.name, self.xp.__name__)  # a module cannot be pickled or copied


def _device_of(name: str, module: str) -> Device:
    return Device(name, importlib.import_module(module))


CPU = Device("cpu", np)


def device(name: str | Device) -> Device:
    """Device "cpu", or "cuda", the GPU that CuPy has chosen; a device is passed through.

    InputError if the name is another, or "cuda" without CuPy, without a driver or without a GPU.
    """
    if isinstance(name, Device):
        return name
    if name == "cpu":
        return CPU
    if name == "cuda":
        return Device("cuda", _working_cupy())
    raise InputError(f"device: expected 'cpu' or 'cuda', got {name!r}")


def _working_cupy() -> Any:
    try:
        import cupy  # takes a second to import, and needs a GPU: only for those who ask
    except ImportError as error:
        raise InputError(
            f"device 'cuda': CuPy cannot be imported ({_first_line(error)}); "
            "install it in minigan's directory with: pip install -e '.[gpu]'"
        ) from error
    try:
        found = cupy.cuda.runtime.getDeviceCount()
    except cupy.cuda.runtime.CUDARuntimeError as error:
        raise InputError(f"device 'cuda': no working driver ({_first_line(error)})") from error
    if found == 0:
        raise InputError("device 'cuda': no GPU found")
    return cupy


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]


def array_module(x: Any) -> Any:
    """Module that an array belongs to: CuPy for CuPy's, NumPy for everything else."""
    if isinstance(x, np.ndarray):
        return np
    module = sys.modules.get(type(x).__module__.partition(".")[0])
    return module if hasattr(module, "ElementwiseKernel") else np  # CuPy's mark


def copy_of_generator(rng: Any) -> Any:
    """Random generator that goes on as another one does, and moves on its own."""
    bits = getattr(rng, "bit_generator", None)
    if not hasattr(bits, "lock") or isinstance(rng, np.random.Generator):
        return copy.deepcopy(rng)
    twin, twin_bits = copy.copy(rng), copy.copy(bits)
    for name, value in vars(bits).items():
        if name != "lock":  # CuPy's; it cannot be copied, and may be shared
            setattr(twin_bits, name, copy.deepcopy(value))
    twin.bit_generator = twin_bits
    return twin


def to_host(array: Any) -> np.ndarray:
    """NumPy array of the same values; a NumPy array is passed through."""
    return array if array_module(array) is np else array.get()


def described(x: Any) -> str:
    """Module, dtype and shape of an array, or the type of anything else, for error messages."""
    xp = array_module(x)
    if not isinstance(x, xp.ndarray):
        return type(x).__name__
    return f"{xp.__name__} {x.dtype} {x.shape}"
