#!/usr/bin/env python
"""Parzen window log-likelihoods, 10,000 points by 10,000 samples of 784 numbers, one thread.

    python benchmarks/parzen.py [--points N] [--rounds N] [--json]

The bandwidth is 0.2, or the ten of the paper's grid. The data are MNIST, in [0, 1], if its
files are in ../shared/data/mnist, and random images otherwise. Those who would take minutes
are timed on a few points, and their time is scaled to all; the table says so. Times are
processor seconds: a call takes so long that other work on the machine always comes between.
Ratios are of calls made next to each other, because the machine's speed drifts.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import measure  # first: it sets the number of threads
import numpy as np
from scipy.special import logsumexp

from minigan.evaluation import log_density
from minigan.evaluation.distances import slices
from minigan.evaluation.parzen import GRID

MNIST = Path(__file__).parents[2] / "shared" / "data" / "mnist"
SIGMA, SAMPLES, D = 0.2, 10_000, 784
BLOCK, TILE = 2048, 512  # points and samples of a product, as in minigan
FEW, CHECKED = 20, 100  # points of the slow, and points whose errors are looked at

Sums = Callable[[np.ndarray], np.ndarray]  # points -> log p


def data(n: int) -> tuple[str, np.ndarray, np.ndarray]:
    """What the data are, n points, and the samples: float32, in [0, 1]."""
    if MNIST.is_dir():
        test, train = (pixels(f"{name}-images-idx3-ubyte.gz") for name in ("t10k", "train"))
        return "MNIST: test images by training images", test[:n], train[:SAMPLES]
    rng = np.random.default_rng(0)
    images = rng.random((n + SAMPLES, D), np.float32) * (rng.random((n + SAMPLES, D)) < 0.19)
    return "random images, 19 % of the pixels not 0, as in MNIST", images[:n], images[n:]


def pixels(name: str) -> np.ndarray:
    raw = np.frombuffer(gzip.decompress((MNIST / name).read_bytes()), np.uint8, offset=16)
    return raw.reshape(-1, D) / np.float32(255)


class Products:
    """The matrix products of all blocks and nothing else, on arrays that are kept."""

    def __init__(self, points: np.ndarray, samples: np.ndarray, dtype: type):
        self.points, self.samples = points.astype(dtype), samples.astype(dtype)
        self.out = np.empty(BLOCK * TILE, dtype)

    def __call__(self):
        """Multiply everything once."""
        for rows in slices(len(self.points), BLOCK):
            for tile in slices(len(self.samples), TILE):
                shape = rows.stop - rows.start, tile.stop - tile.start
                out = self.out[: shape[0] * shape[1]].reshape(shape)
                np.dot(self.points[rows], self.samples[tile].T, out=out)


def constant(sigma: float) -> float:
    return np.log(SAMPLES) + D * np.log(sigma * np.sqrt(2 * np.pi))


def by_definition(samples: np.ndarray, sigma: float) -> Sums:
    """Differences in float64, a point at a time: what the others are held against."""
    samples = samples.astype(np.float64)

    def log_p(points):
        squares = np.array([((x.astype(np.float64) - samples) ** 2).sum(axis=1) for x in points])
        return logsumexp(-squares / (2 * sigma**2), axis=1) - constant(sigma)

    return log_p


def original(samples: np.ndarray) -> Sums:
    """The way of the original code: differences of ten points and all samples, float32."""

    def log_p(points):
        parts = []
        for ten in slices(len(points), 10):
            a = (points[ten, None] - samples) / np.float32(SIGMA)
            exponents = -0.5 * (a**2).sum(axis=2)
            largest = exponents.max(axis=1)
            sums = np.exp(exponents - largest[:, None]).sum(axis=1)
            parts.append(largest + np.log(sums) - constant(SIGMA))
        return np.concatenate(parts)

    return log_p


def torch_cdist(samples: np.ndarray) -> Sums | None:
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(measure.THREADS)
    mu = torch.from_numpy(samples)

    def log_p(points):
        parts = []
        for rows in slices(len(points), BLOCK):
            distances = torch.cdist(torch.from_numpy(points[rows]), mu)
            parts.append(torch.logsumexp(-(distances**2) / (2 * SIGMA**2), dim=1).numpy())
        return np.concatenate(parts) - constant(SIGMA)

    return log_p


def kernel_density(samples: np.ndarray, leaf_size: int) -> Sums | None:
    try:
        from sklearn.neighbors import KernelDensity
    except ImportError:
        return None
    return KernelDensity(bandwidth=SIGMA, leaf_size=leaf_size).fit(samples).score_samples


def seconds(call: Callable[[], object]) -> float:
    """Processor seconds of a call."""
    start = time.process_time()
    call()
    return time.process_time() - start


class Clock:
    """Times of calls, as often as each was made."""

    def __init__(self, calls: dict[str, Callable[[], object]]):
        self.calls = calls
        self.times: dict[str, list[float]] = {name: [] for name in calls}

    def time(self, name: str) -> float:
        """Make a call; its seconds."""
        self.times[name].append(seconds(self.calls[name]))
        return self.times[name][-1]

    def ratio(self, above: str, below: str, rounds: int) -> float:
        """Median of one call's time over another's, made just before it and just after it."""
        ratios = []
        for _ in range(rounds):
            before, between, after = self.time(below), self.time(above), self.time(below)
            ratios.append(2 * between / (before + after))
        return statistics.median(ratios)


def peak_megabytes(call: Callable[[], object]) -> float:
    """Memory that a call takes and gives back, at its largest."""
    tracemalloc.start()
    call()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6


def measured(points: np.ndarray, samples: np.ndarray, rounds: int) -> dict:
    """All rows: seconds for all points, worst error in nats where there is a result."""
    n = len(points)
    exact = by_definition(samples, SIGMA)(points[:CHECKED])

    whole = {
        "minigan": lambda x: log_density(x, samples, SIGMA),
        "minigan, ten bandwidths": lambda x: log_density(x, samples, GRID),
    }
    cdist = torch_cdist(samples)
    if cdist:
        whole["torch.cdist, logsumexp"] = cdist
    calls: dict[str, Callable[[], object]] = {
        name: (lambda log_p=log_p: log_p(points)) for name, log_p in whole.items()
    }
    calls["products alone, float32"] = Products(points, samples, np.float32)
    calls["products alone, float64"] = Products(points, samples, np.float64)
    clock = Clock(calls)
    ratios = {
        "one bandwidth / float32 products": clock.ratio(
            "minigan", "products alone, float32", rounds
        ),
        "ten bandwidths / one": clock.ratio("minigan, ten bandwidths", "minigan", rounds),
        "float64 products / float32 products": clock.ratio(
            "products alone, float64", "products alone, float32", rounds
        ),
    }
    if cdist:
        ratios["torch.cdist, logsumexp / one"] = clock.ratio(
            "torch.cdist, logsumexp", "minigan", rounds
        )
    rows = {
        name: {"seconds": statistics.median(tries), "timed_on": n, "error": None}
        for name, tries in clock.times.items()
    }
    for name in ("minigan", "torch.cdist, logsumexp"):
        if name in rows:
            rows[name]["error"] = worst(whole[name](points[:CHECKED]), exact)
    rows["minigan, ten bandwidths"]["error"] = max(
        worst(log_p, by_definition(samples, sigma)(points[:FEW]))
        for log_p, sigma in zip(log_density(points[:FEW], samples, GRID), GRID, strict=True)
    )
    slow = {
        "differences, ten points at a time": original(samples),
        "scikit-learn, default tree": kernel_density(samples, 40),
        "scikit-learn, one leaf": kernel_density(samples, SAMPLES),
    }
    for name, log_p in slow.items():
        if log_p:
            few = points[:FEW]
            tries = [seconds(lambda log_p=log_p, few=few: log_p(few)) for _ in range(3)]
            rows[name] = {
                "seconds": statistics.median(tries) * n / len(few),
                "timed_on": len(few),
                "error": worst(log_p(few), exact[: len(few)]),
            }
    megabytes = {name: peak_megabytes(calls[name]) for name in list(calls)[:2]}
    ratios["differences, ten points at a time / one"] = (
        rows["differences, ten points at a time"]["seconds"] / rows["minigan"]["seconds"]
    )
    return {"rows": rows, "ratios": ratios, "megabytes": megabytes}


def worst(log_p: np.ndarray, exact: np.ndarray) -> float:
    return float(abs(log_p - exact).max())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--points", type=int, default=10_000, help="to be scored (10000)")
    parser.add_argument("--rounds", type=int, default=5, help="pairs of calls for each ratio (5)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    chosen = parser.parse_args()
    what, points, samples = data(chosen.points)
    result = measured(points, samples, chosen.rounds)
    result |= {"machine": measure.machine(), "data": what, "points": len(points)}
    result["rounds"] = chosen.rounds
    print(json.dumps(result) if chosen.json else text(result))
    return 0


def text(result: dict) -> str:
    lines = [f"{name:10} {fact}" for name, fact in result["machine"].items()]
    lines += [f"data       {result['data']}"]
    lines += [f"times      processor seconds, medians of {result['rounds']} rounds", ""]
    lines += [f"{result['points']} points by {SAMPLES} samples of {D}, sigma {SIGMA}"]
    lines += [f"{'':36}{'seconds':>9}  {'timed on':>12}  {'worst error, nats':>17}"]
    for name, row in sorted(result["rows"].items(), key=lambda item: item[1]["seconds"]):
        error = "" if row["error"] is None else f"{row['error']:.1e}"
        timed = f"{row['timed_on']} points"
        lines.append(f"{name:36}{row['seconds']:9.2f}  {timed:>12}  {error:>17}")
    lines.append("")
    lines += [f"{name:45}{value:8.2f}" for name, value in result["ratios"].items()]
    for name, megabytes in result["megabytes"].items():
        lines.append(f"{'temporaries of ' + name + ', MB':45}{megabytes:8.1f}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
