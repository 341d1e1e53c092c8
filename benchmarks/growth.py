"""How a step grows with what it is made of, as powers: fitted exponents beside what the work says.

    python benchmarks/growth.py [--rounds 5] [--picture docs/growth.png] [--json]

One parameter grows at a time: the minibatch, the width of the hidden layers, k, the samples under
a Parzen window, the seeds of a sweep, the threads. A time is the least processor time of several
rounds that take turns; the exponent is the slope of its logarithm over the parameter's, by least
squares, and beside it stands that of the last doubling alone. Where the work is linear, fixed
costs make it less than 1; more than 1.1 is asked of none.
"""

from __future__ import annotations

import argparse
import functools
import json
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import measure  # first: it sets the number of threads
import numpy as np
from team import block
from threadpoolctl import threadpool_limits
from workloads import WORKLOADS, Workload, optimizer, players

import minigan as mg
from minigan.evaluation.window import log_density
from minigan.figures.style import GREY, PNG, applied, name_curves, new_picture
from minigan.figures.sweep import grid, sweep
from minigan.figures.toy import players as toy_players
from minigan.figures.toy import toy_game

MOST = 1.1  # asked where the work is linear
RING, PAPER = WORKLOADS["W2"], WORKLOADS["W3"]


class Growth(NamedTuple):
    """A curve: its points, what the work predicts, and the seconds of one call of each point."""

    values: tuple[int, ...]
    predicted: float
    timed: Callable[[int], Callable[[], float]]


def spent(call: Callable[[], object], calls: int = 1) -> Callable[[], float]:
    """Function that returns the processor time of one of so many calls."""

    def seconds() -> float:
        call()  # the caches of this point, not of the one before
        start = time.process_time()
        for _ in range(calls):
            call()
        return (time.process_time() - start) / calls

    return seconds


def game(workload: Workload, k: int = 1) -> mg.Algorithm1:
    G, D = players(workload)
    sides = {"data": workload.data(), "noise": workload.noise, "batch": workload.batch, "k": k}
    made = {"G_optimizer": optimizer(workload, G), "D_optimizer": optimizer(workload, D)}
    return mg.Algorithm1(G, D, **sides, **made)


def of_batch(workload: Workload, calls: int, m: int) -> Callable[[], float]:
    return spent(game(workload._replace(batch=m)).step, calls)


def of_k(k: int) -> Callable[[], float]:
    return spent(game(RING, k).step, 3)


def of_width(h: int) -> Callable[[], float]:
    def layers(n_in: int, n_out: int) -> list[mg.Layer]:
        hidden = [mg.Linear(n_in, h), mg.ReLU(), mg.Linear(h, h), mg.ReLU()]
        return [*hidden, mg.Linear(h, n_out)]

    wide = RING._replace(G=lambda: layers(16, 2), D=lambda: layers(2, 1))
    return spent(game(wide).step)


def of_windows(n: int) -> Callable[[], float]:
    rng = np.random.default_rng(0)
    points, centres = (rng.random((rows, 784), dtype=np.float32) for rows in (500, n))
    return spent(lambda: log_density(points, centres, 0.2))


def toy(seed: int) -> dict[str, float]:
    for record in toy_game(*toy_players(seed), steps=40, seed=seed).play(40):
        last = record
    return {"J_D": last.J_D}


def of_seeds(n: int) -> Callable[[], float]:
    def call() -> None:
        with TemporaryDirectory() as place:
            sweep(toy, grid(seed=range(n)), name="toy", directory=place, jobs=1)

    return spent(call)


def of_threads(threads: int) -> Callable[[], float]:
    one = game(PAPER)

    def busiest() -> float:
        with threadpool_limits(threads):
            return block(one, 2)[0] / 1e3

    return busiest


GROWTHS = {
    "minibatch m, W2": Growth((128, 256, 512, 1024, 2048), 1, functools.partial(of_batch, RING, 3)),
    "minibatch m, W3": Growth((50, 100, 200, 400), 1, functools.partial(of_batch, PAPER, 1)),
    "k, W2": Growth((1, 2, 4, 8, 16), 1, of_k),
    "N of Parzen windows": Growth((1000, 2000, 4000, 8000, 16000), 1, of_windows),
    "seeds of a sweep": Growth((2, 4, 8, 16), 1, of_seeds),
    "width of hidden layers, W2": Growth((64, 128, 256, 512, 1024), 2, of_width),
    "threads, W3, the busier one": Growth((1, 2), -1, of_threads),
}


def exponent(values: tuple[int, ...], seconds: list[float]) -> float:
    """Slope of log seconds over log values, by least squares."""
    return float(np.polyfit(np.log(values), np.log(seconds), 1)[0])


def measured(rounds: int) -> dict[str, list[float]]:
    """Least seconds at each point of each curve."""
    timed = {
        name: [growth.timed(value) for value in growth.values] for name, growth in GROWTHS.items()
    }
    least = {name: [np.inf] * len(calls) for name, calls in timed.items()}
    for _ in range(rounds):
        for name, calls in timed.items():
            least[name] = [min(old, call()) for old, call in zip(least[name], calls, strict=True)]
    return least


def draw(found: dict[str, list[float]], file: Path) -> None:
    """Times over the parameter, both over those of the first point, on logarithmic axes."""
    with applied():
        picture = new_picture(5.4)
        panels = picture.subplots(1, 2, width_ratios=(1.4, 1))
        for name, seconds in found.items():
            values, predicted, _ = GROWTHS[name]
            ax = panels[int(predicted != 1)]
            more, longer = (np.array(each) / each[0] for each in (values, seconds))
            label = f"{name}: {exponent(values, seconds):.2f}"
            ax.plot(more, longer, "o-", label=label)
            ax.plot(more, more**predicted, ":", color=GREY, zorder=0)
        steepest = max(exponent(GROWTHS[n].values, s) for n, s in found.items() if is_linear(n))
        panels[0].set_title(f"Where the work is linear, the steepest exponent is {steepest:.2f}")
        panels[1].set_title("Width squared; one over the threads")
        for ax in panels:
            ax.set_xscale("log", base=2)
            ax.set_yscale("log", base=2)
            ax.set(xlabel="parameter, over its least", ylabel="processor time, over its first")
            name_curves(ax, loc="upper left")
        PNG.write(file.with_suffix(""), picture)


def is_linear(name: str) -> bool:
    return GROWTHS[name].predicted == 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=measure.at_least_one, default=5)
    parser.add_argument("--picture", type=Path, metavar="FILE.png")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    given = parser.parse_args()
    start = time.perf_counter()
    found = measured(given.rounds)
    if given.picture:
        draw(found, given.picture)
    if given.json:
        curves = {name: [GROWTHS[name].values, seconds] for name, seconds in found.items()}
        print(json.dumps({"machine": measure.machine(), "curves": curves}, indent=2))
        return
    print(f"{measure.machine()['processor']}\nNumPy {measure.machine()['numpy']}")
    print(f"least processor time of {given.rounds} rounds, {time.perf_counter() - start:.0f} s\n")
    print(f"{'':28}{'from':>6}{'to':>7}{'ms':>9}{'ms':>9}{'work':>6}{'fit':>7}{'end':>7}  asked")
    for name, seconds in found.items():
        values, predicted, _ = GROWTHS[name]
        fit, end = exponent(values, seconds), exponent(values[-2:], seconds[-2:])
        asked = f"at most {MOST}" + ", missed" * (fit > MOST) if is_linear(name) else "-"
        line = f"{name:28}{values[0]:6}{values[-1]:7}{1e3 * seconds[0]:9.2f}"
        print(f"{line}{1e3 * seconds[-1]:9.1f}{predicted:6}{fit:7.2f}{end:7.2f}  {asked}")


if __name__ == "__main__":
    main()
