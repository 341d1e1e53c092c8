"""Parts of `gpu.py`, each run in a process of its own: the last line that it prints is its report.

They take the device, so that a test runs them on the stand-in for CuPy.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import workloads
from workloads import WORKLOADS

from minigan.base.backend import Device, to_host
from minigan.base.backend import device as find_device
from minigan.base.errors import DataError, InputError
from minigan.base.randomness import Streams
from minigan.checkpoint.run_directory import LAST
from minigan.data.epochs import Epochs
from minigan.evaluation.parzen import parzen
from minigan.images import ImageRun, Settings, read_splits

ROWS = 1050  # of the data in W3: the eleventh minibatch ends in the second epoch
BOUNDS = {"float64": 1e-6, "float32": 1e-2}  # Adam divides rounding errors by small gradients
SCORE = 25  # seconds, of all, for the score at the end
LOOK, MOST = 25, 10_000  # epochs between two looks, and in all
PAPERS = Settings("mnist")
PAPER = 225  # nats, in Table 1 of 2014


def machine() -> dict[str, Any]:
    """Names and versions of all that is there; held if there is a GPU."""
    try:
        cupy = find_device("cuda").xp
    except InputError as error:
        return {"held": False, "finding": str(error)}
    runtime = cupy.cuda.runtime
    facts = [
        runtime.getDeviceProperties(cupy.cuda.get_device_id())["name"].decode(),
        f"driver {driver() or runtime.driverGetVersion()}",
        f"CuPy {cupy.__version__} on CUDA {runtime.runtimeGetVersion()}",
    ]
    for name in ("numpy", "torch", "jax"):
        try:
            facts.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            facts.append(f"no {name}")
    return {"held": True, "finding": ", ".join(facts)}


def driver() -> str:
    """Version of the driver, if nvidia-smi knows it."""
    command = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.partition("\n")[0]


def game(name: str, place: str | Device, seed: Any = 0, dtype: str = "float32"):
    """A workload's game; that of the paper's nets goes through its data epoch by epoch."""
    players = workloads.players(WORKLOADS[name], dtype=dtype, device=place)
    data = Epochs(workloads.pixels()[:ROWS]) if name == "W3" else None
    return workloads.game(WORKLOADS[name], *players, data=data, seed=seed)


def recorded(playing: Any) -> str:
    """How the turns of a game on a GPU are taken: as graphs, or how else."""
    steps = playing._on_gpu
    if not steps.recorded:
        return f"NOT recorded ({'; '.join(steps._said) or 'no reason given'})"
    if any(replay._later._noted for replay in steps._replays.values()):
        return "recorded, but NOT what layers draw"
    return "recorded"


def graphs(place: Device, names=tuple(WORKLOADS)) -> dict[str, Any]:
    """Held if every turn is replayed as a graph, which draws what its layers need."""
    found = {}
    for name in names:
        playing = game(name, place)
        list(playing.play(10))
        found[name] = recorded(playing)
    held = all(way == "recorded" for way in found.values())
    return {"held": held, "finding": "; ".join(f"{name} {way}" for name, way in found.items())}


def equal(place: Device, names=tuple(WORKLOADS), steps: int = 20) -> dict[str, Any]:
    """Held if the parameters after some steps differ from the CPU's by rounding alone."""
    found, held = [], True
    for name in names:
        for dtype, bound in BOUNDS.items():
            here = game(name, "cpu", dtype=dtype)
            there = game(name, place, Streams(0, place, mirrored=True), dtype)
            for each in (here, there):
                list(each.play(steps))
            largest = max(
                np.abs(to_host(there.networks[player].params) - network.params).max()
                / np.abs(network.params).max()
                for player, network in here.networks.items()
            )
            held &= bool(largest < bound) and there._on_gpu.recorded  # NaN is not below
            found.append(f"{name} {dtype} {largest:.1e} (bound {bound:.0e})")
    finding = f"largest difference after {steps} steps, of the largest parameter: "
    return {"held": held, "finding": finding + ", ".join(found)}


def mnist(
    place: Device, seconds: float, out: Path, data: str | None, settings: Settings = PAPERS
) -> dict[str, Any]:
    """Plays on while there is time, then scores the best by validation; held if in graphs."""
    until, looks = time.monotonic() + seconds - SCORE, {}
    try:
        splits = read_splits(settings, data)
    except (DataError, InputError, ImportError) as error:
        return {"skipped": f"no data: {str(error).splitlines()[0]}"}
    resume = (out / LAST).exists()
    with ImageRun(settings, splits, out, resume=resume, look_every=LOOK, device=place) as run:
        before, begun = run.epoch, run.seconds
        for line in run.play(MOST):
            if "sigma" in line:
                looks[line["epoch"]] = line["valid_log_likelihood"]
                print(f"epoch {line['epoch']}: validation {looks[line['epoch']]:.1f}")
            if time.monotonic() > until:
                break
        if run.epoch not in looks:
            looks[run.epoch] = run.look()["valid_log_likelihood"]
        run.save(looks[run.epoch])
        way, last, taken = recorded(run.game), run.epoch, run.seconds - begun
        taken /= max(1, last - before)
        run.go_back_to_best()
        best, samples = run.epoch, run.sample(10_000)
        found = parzen(samples, splits.valid[:1000], splits.test)
    test, valid = found.test_log_likelihood, max(found.valid_log_likelihood)
    finding = (
        f"{last} epochs, {before} of them before, {taken:.3f} s each, {way}; best by validation: "
        f"epoch {best}, validation {valid:.1f}, test {test:.1f} +- {found.standard_error:.1f} nats "
        f"(sigma {found.sigma:.4f}); {PAPER} are {'' if test >= PAPER else 'not '}reached"
    )
    return {"held": way == "recorded", "finding": finding, "validation": looks}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("part", choices=("machine", "graphs", "equal", "mnist"))
    parser.add_argument("--seconds", type=float, help="of mnist, as the next two")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--data")
    given = parser.parse_args()
    if given.part == "machine":
        report = machine()
    elif given.part == "mnist":
        report = mnist(find_device("cuda"), given.seconds, given.out, given.data)
    else:
        report = {"graphs": graphs, "equal": equal}[given.part](find_device("cuda"))
    print(json.dumps(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
