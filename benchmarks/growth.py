"""How a step grows with what it is made of, as powers: fitted exponents beside what the work says.

    python benchmarks/growth.py [--rounds 8] [--picture docs/growth.png]

One parameter grows at a time: the minibatch, the width of the hidden layers, k, the samples under
a Parzen window, the seeds of a sweep, the threads. A time is the least processor time of several
rounds that take turns; the exponent is the slope of its logarithm over the parameter's, by least
squares, and beside it stands that of the steepest doubling alone. Where the work is linear, fixed
costs make it less than 1, and it is to be 1.1 at most.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import measure  # first: it sets the number of threads
import numpy as np
from sweep import swept
from team import block
from threadpoolctl import threadpool_limits
from workloads import WORKLOADS, Workload, game, players

import minigan as mg
from minigan.evaluation.window import log_density
from minigan.figures.style import GREY, PNG, applied, name_curves, new_picture
from minigan.figures.sweep import grid

MOST = 1.1  # asked where the work is linear
RING, PAPER = WORKLOADS["W2"], WORKLOADS["W3"]
THREADS = "threads, W3, the busier one"


def spent(call: Callable[[], object]) -> Callable[[], float]:
    """Function that returns the processor time of a call."""

    def seconds() -> float:
        call()  # the caches of this point, not of the one before
        start = time.process_time()
        call()
        return time.process_time() - start

    return seconds


def step(workload: Workload, k: int = 1) -> Callable[[], float]:
    return spent(game(workload, *players(workload), k=k).step)


def of_width(h: int) -> Callable[[], float]:
    def layers(n_in: int, n_out: int) -> list[mg.Layer]:
        hidden = [mg.Linear(n_in, h), mg.ReLU(), mg.Linear(h, h), mg.ReLU()]
        return [*hidden, mg.Linear(h, n_out)]

    return step(RING._replace(G=lambda: layers(16, 2), D=lambda: layers(2, 1)))


def of_windows(n: int) -> Callable[[], float]:
    rng = np.random.default_rng(0)
    points, centres = (rng.random((rows, 784), dtype=np.float32) for rows in (500, n))
    return spent(lambda: log_density(points, centres, 0.2))


def of_seeds(n: int) -> Callable[[], float]:
    return lambda: swept(grid(seed=range(n), steps=[40]), 1, {})[0]["all"]


def of_threads(threads: int) -> Callable[[], float]:
    one = game(PAPER, *players(PAPER))

    def busiest() -> float:
        with threadpool_limits(threads):
            return block(one, 2)[0] / 1e3  # it tells milliseconds

    return busiest


def doubled(first: int, last: int) -> list[int]:
    return [first << i for i in range((last // first).bit_length())]


# Of each curve the points, the power that the work is, and the seconds of a call by point.
CURVES: dict[str, tuple[list[int], int, Callable[[int], Callable[[], float]]]] = {
    "minibatch m, W2": (doubled(128, 2048), 1, lambda m: step(RING._replace(batch=m))),
    "minibatch m, W3": (doubled(50, 400), 1, lambda m: step(PAPER._replace(batch=m))),
    "k, W2": (doubled(1, 16), 1, lambda k: step(RING, k)),
    "N of Parzen windows": (doubled(1000, 16000), 1, of_windows),
    "seeds of a sweep": (doubled(2, 16), 1, of_seeds),
    "width of hidden layers, W2": (doubled(64, 1024), 2, of_width),
    THREADS: (doubled(1, 2), -1, of_threads),
}
Times = dict[str, list[float]]  # least seconds at each point of each curve


def exponent(name: str, seconds: list[float]) -> float:
    """Slope of log seconds over the logarithm of a curve's points, by least squares."""
    return float(np.polyfit(np.log(CURVES[name][0]), np.log(seconds), 1)[0])


def measured(rounds: int) -> Times:
    timed = {name: [of(value) for value in values] for name, (values, _, of) in CURVES.items()}
    found = [
        {name: [call() for call in calls] for name, calls in timed.items()} for _ in range(rounds)
    ]
    return {name: np.min([one[name] for one in found], axis=0).tolist() for name in timed}


def draw(found: Times, file: Path) -> None:
    """Times over the parameter, both over those of the first point, on logarithmic axes."""
    with applied():
        picture = new_picture(5.4)
        panels = picture.subplots(1, 2, width_ratios=(1.4, 1))
        for name, seconds in found.items():
            values, power, _ = CURVES[name]
            more, longer = (np.array(each) / each[0] for each in (values, seconds))
            ax = panels[int(power != 1)]
            ax.plot(more, longer, "o-", label=f"{name}: {exponent(name, seconds):.2f}")
            ax.plot(more, more**power, ":", color=GREY, zorder=0)
        largest = max(exponent(name, s) for name, s in found.items() if CURVES[name][1] == 1)
        panels[0].set_title(f"Where the work is linear, the largest exponent is {largest:.2f}")
        less = found[THREADS][-1] / found[THREADS][0]
        panels[1].set_title(f"Two threads: {less:.2f} of the time of one")
        for ax in panels:
            ax.plot([], ":", color=GREY, label="as the work")
            ax.set_xscale("log", base=2)
            ax.set_yscale("log", base=2)
            ax.set(xlabel="parameter, over its least", ylabel="processor time, over its first")
            name_curves(ax, loc="upper left")
        PNG.write(file.with_suffix(""), picture)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=measure.at_least_one, default=8)
    parser.add_argument("--picture", type=Path, metavar="FILE.png")
    given = parser.parse_args()
    start = time.perf_counter()
    found = measured(given.rounds)
    print(f"{measure.machine()['processor']}\nNumPy {measure.machine()['numpy']}")
    print(f"least processor time of {given.rounds} rounds, {time.perf_counter() - start:.0f} s\n")
    print(f"{'':28}{'from':>6}{'to':>7}{'ms':>9}{'ms':>9}{'work':>6}{'fit':>7}{'steepest':>10}")
    for name, seconds in found.items():
        values, power, _ = CURVES[name]
        fit, steepest = exponent(name, seconds), np.diff(np.log2(seconds)).max()
        asked = f"asked at most {MOST}" + ", missed" * (fit > MOST) if power == 1 else ""
        line = f"{name:28}{values[0]:6}{values[-1]:7}{1e3 * seconds[0]:9.2f}"
        print(f"{line}{1e3 * seconds[-1]:9.1f}{power:6}{fit:7.2f}{steepest:10.2f}  {asked}")
    if given.picture:
        draw(found, given.picture)


if __name__ == "__main__":
    main()
