#!/usr/bin/env python
"""Damaged files and killed runs: nothing is read silently different, no checkpoint is lost.

    python benchmarks/damage.py [--files 20000] [--kills 200]

Files of every format that minigan reads are damaged at random, by the accidents of
tests/data/test_mutations.py, and read, each format in a process of its own. Where there is a
checksum, a file must be refused with the documented error or read as it was. A training run that
saves all the time is killed by SIGKILL at random moments, and resumed; each checkpoint that is
there afterwards must be whole. Exits with 1 if one is not, or a process died.
"""

import argparse
import hashlib
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from data.test_mutations import CHECKED, CIFAR, UNCHECKED, IMAGES, damaged  # noqa: E402, I001

from minigan.base.errors import InputError  # noqa: E402
from minigan.checkpoint import read, save  # noqa: E402
from minigan.checkpoint.sealed import read_sealed, seal  # noqa: E402
from minigan.data import cifar  # noqa: E402

TREE = {"G": {"params": IMAGES.astype(np.float32)}, "step": 12}


def checkpoint() -> bytes:
    """The bytes of a checkpoint."""
    with tempfile.TemporaryDirectory() as directory:
        save(Path(directory, "a.npz"), TREE, configuration={"seed": 0})
        return Path(directory, "a.npz").read_bytes()


CHECKED["checkpoint"] = ("a.npz", checkpoint, lambda path: read(path).state["G"]["params"])
CHECKED["sealed"] = ("a", lambda: bytes(seal(TREE)), lambda path: read_sealed(path)["G"]["params"])
FORMATS = CHECKED | {f"{name}, unchecked": case for name, case in UNCHECKED.items()}


def damage(name: str, times: int) -> dict[str, int]:
    """What came of so many damaged files of a format, and the most memory it took."""
    file_name, write, load = FORMATS[name]
    cifar.FIRST, cifar.FIRST_SHA256 = 2, hashlib.sha256(CIFAR).hexdigest()  # of the file here
    found = dict.fromkeys(("refused", "as it was", "different", "other error"), 0)
    with tempfile.TemporaryDirectory() as directory:
        path, original, rng = Path(directory, file_name), write(), np.random.default_rng(1)
        path.write_bytes(original)
        expected = load(path).copy()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for _ in range(times):
            path.write_bytes(damaged(original, rng))
            try:
                outcome = "as it was" if np.array_equal(load(path), expected) else "different"
            except InputError:
                outcome = "refused"
            except Exception as error:
                outcome = "other error"
                print(f"{name}: {error!r}", file=sys.stderr)
            found[outcome] += 1
    return found | {"MiB": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10}


def kill_runs(times: int, seed: int) -> dict[str, int]:
    """Kill a run so many times; the checkpoints that were there, damaged, and left unfinished."""
    found = dict.fromkeys(("kills", "checkpoints", "damaged", "unfinished", "ended early"), 0)
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as directory:
        run = Path(directory, "run")
        options = f"train digits --width 0.1 --epochs 999999 --keep 1 --look 400 --out {run}"
        command = [sys.executable, "-m", "minigan", *options.split()]
        for _ in range(times):
            resume = ["--resume"] if (run / "last.npz").exists() else []
            process = subprocess.Popen(command + resume, cwd=ROOT, stdout=subprocess.DEVNULL)
            time.sleep(rng.uniform(0, 4))
            found["ended early"] += process.poll() is not None
            process.kill()
            process.wait()
            found["kills"] += 1
            found["unfinished"] += len(list(run.glob(".*.npz.*")))
            for path in run.glob("*.npz"):
                found["checkpoints"] += 1
                try:
                    read(path)
                except InputError as error:
                    print(error, file=sys.stderr)
                    found["damaged"] += 1
            for path in [*run.glob("step-*.npz"), *run.glob(".*.npz.*")]:
                path.unlink()
    return found


def main() -> int:
    """Damage, kill, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=20_000, help="in all (20,000)")
    parser.add_argument("--kills", type=int, default=200, help="in all (200)")
    options = parser.parse_args()
    bad = 0
    with ProcessPoolExecutor(max_tasks_per_child=1, max_workers=os.cpu_count()) as pool:
        times = -(-options.files // len(FORMATS))
        jobs = {name: pool.submit(damage, name, times) for name in FORMATS}
        for name, job in jobs.items():
            found = job.result()  # BrokenProcessPool if the process died
            bad += found["other error"] + (name in CHECKED) * found["different"]
            print(f"{name:18}", *(f"{n:6} {what}" for what, n in found.items()), flush=True)
        halves = [pool.submit(kill_runs, options.kills // 2, seed) for seed in (0, 1)]
        for half in halves:
            found = half.result()
            bad += found["damaged"] + found["ended early"]
            print(f"{'killed runs':18}", *(f"{n:6} {what}" for what, n in found.items()))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
