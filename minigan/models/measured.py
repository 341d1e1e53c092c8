"""Measurements of a trained model, as flat numbers and text: a row of the taxonomy's table."""

import base64
import math
from typing import Any

import numpy as np

from minigan.base.randomness import Streams
from minigan.distributions.states import state_index
from minigan.models.model import leaf
from minigan.models.registry import BARS, CURVES, ON_BARS, ON_RING, RING
from minigan.models.scores import log_density, ring_scores, scores

SHOWN = {"bars": 16, "ring": 400}  # samples in the picture
CELLS = np.linspace(-3.2, 3.2, 97)[1::2]  # of the density's picture: middles of the FVBN's bins
DRAWS = 100_000  # rows for which a bound is drawn


def measure(model: str, data: str, seed: int) -> dict[str, Any]:
    """Train a model of the registry on the data from a seed, and measure it.

    Beside the scores: ``leaf``, ``log_likelihood`` (exact, bound or none), ``posterior``,
    ``sequential_steps``, ``mixing_time`` of a chain, ``gap`` of a bound; ``q``, ``shown`` and
    ``density`` are for `unpacked`.
    """
    entry = (ON_BARS if data == "bars" else ON_RING)[model]
    source, rng = (BARS if data == "bars" else RING), Streams(seed)["shown"]
    trained = entry.fit(source, seed)
    found: dict[str, Any] = {"leaf": ", ".join(leaf(trained)), **_what_it_knows(trained)}
    found["sequential_steps"] = trained.sequential_steps()
    if hasattr(trained, "transition"):
        found["mixing_time"] = trained.mixing_time()
    if data == "bars":
        q = trained.pmf(BARS.states)
        found |= scores(BARS.pmf, q)._asdict() | {"q": packed(q)}
        x = np.tile(BARS.images, (64, 1))  # many rows a call: each call of a DBN needs Z
        log_p = np.log(q)[state_index(x)] if hasattr(trained, "bound") else None
    else:
        found |= ring_scores(trained, RING, seed)._asdict()
        x = RING.sample(1000, rng).astype(np.float64)
        log_p = log_density(trained, x) if hasattr(trained, "bound") else None
        found["density"] = _density(trained)
    if log_p is not None:
        bounds = [trained.bound(x, rng).mean() for _ in range(DRAWS // len(x))]
        found["gap"] = float(log_p.mean() - np.mean(bounds))
    found["shown"] = packed(_shown(trained, SHOWN[data], found["sequential_steps"], rng))
    return found


def curve(name: str, seed: int) -> dict[str, Any]:
    """Points of a curve of the registry on bars and stripes, packed."""
    return {"points": packed(np.array(CURVES[name](BARS, seed)))}


def _what_it_knows(model: Any) -> dict[str, str]:
    """Whether it has a likelihood and a posterior, exact or approximate, by asking the object."""
    has_bound = hasattr(model, "bound")
    known = "exact" if hasattr(model, "log_likelihood") else "bound" if has_bound else "none"
    posterior = "approximate" if has_bound else "exact"
    return {
        "log_likelihood": known,
        "posterior": posterior if hasattr(model, "posterior") else "none",
    }


def _shown(model: Any, m: int, steps: float, rng: np.random.Generator) -> np.ndarray:
    """m samples; of a chain that never mixes m states, one after another."""
    if math.isfinite(steps) or not hasattr(model, "step"):
        return model.sample(m, rng)
    path = [model.sample(1, rng)]
    for _ in range(m - 1):
        path.append(model.step(path[-1], rng))
    return np.concatenate(path)


def _density(model: Any) -> str | None:
    """p(x) at the corners of cells, exact; None of an implicit model."""
    x = np.stack(np.meshgrid(CELLS, CELLS), axis=-1).reshape(-1, 2)
    log_p = log_density(model, x)
    return None if log_p is None else packed(np.exp(log_p).reshape(len(CELLS), -1))


def packed(array: np.ndarray) -> str:
    """An array as text: its shape, and its numbers in float64."""
    text = base64.b64encode(np.ascontiguousarray(array, "<f8").tobytes()).decode()
    return f"{','.join(map(str, array.shape))};{text}"


def unpacked(text: str) -> np.ndarray:
    """The array of `packed`."""
    shape, _, numbers = text.partition(";")
    return np.frombuffer(base64.b64decode(numbers), "<f8").reshape(
        tuple(map(int, shape.split(",")))
    )
