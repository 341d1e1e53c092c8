"""One game in this process: every contestant checked against the others, then timed.

Started by `run.py`, once a game and number of threads; prints one line of JSON.
A contestant that cannot be built here is skipped, with the reason. One that computes
something else than the others ends the contest.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import measure  # first: it sets the number of threads
import numpy as np
import workloads
from measure import Contestant
from products import Products
from workloads import WORKLOADS, Trial, Workload

FLOOR = "matrix products alone"
GPU_BLOCK = 100  # steps between two waits, which would count for much among few
GRADIENTS, MOVED = 1e-10, 1e-6  # relative; Adam divides rounding errors by small gradients


class Entry(NamedTuple):
    """Who takes part: a name, what builds it, and what tries it on one minibatch."""

    name: str
    build: Callable[[], Contestant]
    trial: Callable[[], Trial] | None


def entries(workload: Workload, device: str) -> Iterator[Entry | tuple[str, str]]:
    """All contestants, the reference first; or a name and why it cannot take part."""
    yield from torch_entries(workload, device)
    for name, fast in (("minigan, plain", False), ("minigan", True)):
        yield Entry(
            name,
            partial(minigan, workload, device, fast),
            partial(workloads.trial, workload, device, fast=fast),
        )
    yield from jax_entries(workload, device)
    yield Entry(FLOOR, partial(floor, workload, device), None)


def torch_entries(workload: Workload, device: str):
    try:
        import torch
        import torch_games
    except ImportError as error:
        yield "PyTorch", f"cannot be imported ({error})"
        return
    if device == "cuda" and not torch.cuda.is_available():
        yield "PyTorch", "is built without CUDA, or finds no GPU"
        return
    for name, kind in (torch_games.ON_CPU if device == "cpu" else torch_games.ON_GPU).items():
        arguments = workload, kind, device
        yield Entry(
            name,
            partial(torch_games.contestant, *arguments),
            partial(torch_games.trial, *arguments),
        )


def jax_entries(workload: Workload, device: str):
    try:
        import jax
        import jax_games
    except ImportError as error:
        yield "JAX", f"cannot be imported ({error})"
        return
    if device == "cuda" and jax.default_backend() != "gpu":
        yield "JAX", "is built without CUDA, or finds no GPU"
        return
    for name, steps in jax_games.kinds(workload).items():
        yield Entry(
            name,
            partial(jax_games.contestant, workload, steps),
            partial(jax_games.trial, workload),
        )


def minigan(workload: Workload, device: str, fast: bool) -> Contestant:
    G, D = workloads.players(workload, device=device, fast=fast)
    return Contestant(workloads.game(workload, G, D).step, wait=wait_for(device))


def floor(workload: Workload, device: str) -> Contestant:
    G, D = workloads.players(workload, device=device)
    return Contestant(Products(G, D, workload.batch), wait=wait_for(device))


def wait_for(device: str) -> Callable[[], object]:
    if device == "cpu":
        return measure.at_once
    import cupy

    return cupy.cuda.Device().synchronize


def built(
    workload: Workload, device: str
) -> tuple[dict[str, Contestant], dict[str, str], dict[str, list[float]]]:
    """Contestants by name, the skipped ones' reasons, and how far each is from the first."""
    contestants, skipped, errors = {}, {}, {}
    reference = None
    of_D = len(workloads.players(workload, dropout=False)[1].params)
    for entry in entries(workload, device):
        if not isinstance(entry, Entry):
            name, skipped[name] = entry[0], entry[1]
            continue
        try:
            trial = entry.trial() if entry.trial else None
            contestants[entry.name] = entry.build()
        except Exception as error:  # of a framework, which may lack a compiler or a driver
            if "minigan" in entry.name:
                raise
            skipped[entry.name] = f"{type(error).__name__}: {first_line(error)}"
            continue
        if trial:
            reference = reference or trial
            errors[entry.name] = [
                largest_error(mine, its, of_D) for mine, its in zip(trial, reference, strict=True)
            ]
    return contestants, skipped, errors


def first_line(error: Exception) -> str:
    return next((line for line in str(error).splitlines() if line.strip()), "no message")


def largest_error(vector: np.ndarray, reference: np.ndarray, of_D: int) -> float:
    """Largest difference of two vectors; each player's part has a scale of its own."""
    return max(
        float(np.abs(vector[player] - reference[player]).max() / np.abs(reference[player]).max())
        for player in (slice(of_D), slice(of_D, None))
    )


def wrong(errors: dict[str, list[float]]) -> str | None:
    """A line about whoever computes something else; NaN is something else too."""
    for name, (gradients, moved) in errors.items():
        if not (gradients < GRADIENTS and moved < MOVED):
            return (
                f"not the same mathematics: {name}'s gradients differ by {gradients:.1e}, "
                f"its parameters after two steps by {moved:.1e}"
            )
    return None


def versions() -> dict[str, str]:
    """Of the frameworks that were imported."""
    return {name: sys.modules[name].__version__ for name in ("torch", "jax") if name in sys.modules}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("workload", choices=WORKLOADS)
    parser.add_argument("--rounds", type=int, required=True, help="blocks a contestant")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    chosen = parser.parse_args()

    workload = WORKLOADS[chosen.workload]
    contestants, skipped, errors = built(workload, chosen.device)
    if line := wrong(errors):
        print(line, file=sys.stderr)
        return 1
    block = workload.block if chosen.device == "cpu" else GPU_BLOCK
    times, undisturbed = measure.medians(contestants, chosen.rounds, block)
    report = {
        "workload": chosen.workload,
        "title": workload.title,
        "machine": measure.machine() | versions(),
        "threads": measure.THREADS,
        "seconds": times,
        "skipped": skipped,
        "errors": errors,
        "reference": next(iter(errors)),
        "flops": contestants[FLOOR].call.flops,
        "undisturbed": undisturbed,
    }
    print(json.dumps(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
