"""One contestant alone in this process, for `process.py` and `memory.py`.

    python benchmarks/solo.py W1 minigan 2000

Plays so many steps and prints the largest memory that the process had, in bytes. It
imports what this contestant needs, and nothing else.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import measure
import workloads
from workloads import WORKLOADS, Workload


def minigan(workload: Workload, steps: int) -> None:
    play(workload, steps, fast=True)


def minigan_plain(workload: Workload, steps: int) -> None:
    play(workload, steps, fast=False)


def play(workload: Workload, steps: int, *, fast: bool) -> None:
    for _ in workloads.game(workload, *workloads.players(workload, fast=fast)).play(steps):
        pass


def pytorch_eager(workload: Workload, steps: int) -> None:
    import torch_games

    game = torch_games.Eager(workload, workloads.players(workload), "cpu")
    for _ in range(steps):
        game.step()


def jax_jitted(workload: Workload, steps: int) -> None:
    import jax_games

    contestant = jax_games.contestant(workload, 1)  # has made a step
    for _ in range(steps - 1):
        contestant.call()
    contestant.wait()


CONTESTANTS = {
    "minigan": minigan,
    "minigan, plain": minigan_plain,
    "PyTorch eager": pytorch_eager,
    "JAX jitted step": jax_jitted,
}


def present() -> list[str]:
    """Names of the contestants whose framework is installed; a line for each other one."""
    names = []
    for name in CONTESTANTS:
        framework = {"PyTorch": "torch", "JAX": "jax"}.get(name.split()[0])
        if framework and not importlib.util.find_spec(framework):
            print(f"skipped: {name}: {framework} is not installed")
        else:
            names.append(name)
    return names


def command(workload: str, name: str, steps: int) -> list[str]:
    """Command line of the process in which a contestant plays."""
    return [sys.executable, str(Path(__file__)), workload, name, str(steps)]


if __name__ == "__main__":
    _workload, _name, _steps = sys.argv[1:]
    CONTESTANTS[_name](WORKLOADS[_workload], int(_steps))
    print(measure.peak_memory())
