"""The picture of a game at one moment, as numbers: curves, arrows, distances, lines."""

import math
from dataclasses import asdict
from typing import Any

import numpy as np

from minigan.base.errors import InputError
from minigan.base.numerics import sigmoid
from minigan.costs import generator_cost
from minigan.networks import Sequential
from minigan.play.knobs import Knobs, grid
from minigan.play.lines import lines
from minigan.play.session import Session
from minigan.theory import GeneratorState, PushForward, optimal_discriminator

ARROWS, FAKES = 21, 33
TOP = 3.0  # p_g is cut off here: at a fold it is infinite
_COARSE = 256  # cells of z for the curve of p_g while it moves


def setup(session: Session) -> dict[str, Any]:
    """Constants of a game: x, p_data, the lines of each turn, the knobs."""
    x = grid(session.data)
    turns = [
        {"moves": turn.moves, "k": turn.k, "lines": [line._asdict() for line in lines(turn)]}
        for turn in session.game.turns
    ]
    return {
        "x": x.tolist(),
        "p_data": _short(session.data.pdf(x)),
        "z": list(session.noise.interval()),
        "turns": turns,
        "knobs": asdict(session.knobs),
        "defaults": asdict(Knobs()),
    }


def numbers(session: Session) -> dict[str, Any]:
    """``jsd, c_of_g, value, inner_gap, residual`` in nats, and more, of the pair that is seen.

    They are those of `GeneratorState` and of its ``judge``, with ``seen_at``, the step. With G or D
    out of bounds they are None, and ``why`` says so.
    """
    G, D = session.pair()
    try:
        state = GeneratorState(G, session.noise, session.data)
        verdict = state.judge(D)._asdict()
    except InputError as error:
        empty = dict.fromkeys(("jsd", "c_of_g", "value", "inner_gap", "residual"))
        return {"seen_at": session.game.steps_done, **empty, "why": str(error)}
    own = {"jsd": state.jsd, "c_of_g": state.c_of_g, "residual": state.residual}
    return {"seen_at": session.game.steps_done, **own, **verdict, "why": None}


def frame(session: Session, exact: dict[str, Any]) -> dict[str, Any]:
    """One picture: the curves now, and the exact numbers, which may be of some steps before."""
    G, D = (network.copy(dtype="float64") for network in session.pair())
    x = grid(session.data)
    law = PushForward(G, session.noise, cells=2048 if session.mode == "pause" else _COARSE)
    p_data, p_g = session.data.pdf(x), np.minimum(law.pdf(x), TOP)
    both = p_data + p_g
    D_x = sigmoid(D(x[:, None])[:, 0])
    z = np.linspace(*session.noise.interval(), ARROWS)
    return {
        "step": session.game.steps_done,
        "deeds": session.deeds,
        "mode": session.mode,
        "pace": session.pace,
        "error": session.error,
        **exact,
        **{name: session.figures.get(name) for name in ("J_D", "J_G")},
        "p_g": _short(p_g),
        "D": _short(D_x),
        "D_star": _short(_D_star(p_data, p_g)),
        "jumps": _short(_jumps(session, law, x)),
        "jsd_area": _short((_relative(p_data, both / 2) + _relative(p_g, both / 2)) / 2),
        "gap_area": _short(_relative(p_data, both * D_x) + _relative(p_g, both * (1 - D_x))),
        "arrows": _short(np.stack([z, G(z[:, None])[:, 0]])),
        "pulls": _short(_pulls(G, D, session)),
        "hands": sorted(session.hands),
        "turn": session.game.turns.index(session.shown),
        "due": session.game.turns.index(session.turn),
        "taken": session.taken,
        "said": [done._asdict() for done in session.said],
    }


def _D_star(p_data: np.ndarray, p_g: np.ndarray) -> np.ndarray:
    """D*, NaN where there is neither data nor a sample and D may be anything."""
    return np.where(p_data + p_g > 0, optimal_discriminator(p_data, p_g), np.nan)


def _jumps(session: Session, law: PushForward, x: np.ndarray) -> np.ndarray:
    """Points at which p_g jumps, with p_g and D* just below each and just above; (n, 5)."""
    at = law.breakpoints()
    at = at[(at > x[0]) & (at < x[-1]) & (np.diff(at, prepend=-np.inf) > 1e-3)]
    below, above = (np.minimum(law.pdf(at + side), TOP) for side in (-1e-6, 1e-6))
    jumps = np.abs(above - below) > 0.01
    at, sides = at[jumps], [below[jumps], above[jumps]]
    stars = [_D_star(session.data.pdf(at), p_g) for p_g in sides]
    return np.stack([at, *sides, *stars], axis=1)


def _relative(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """p log(p / q), elementwise; 0 where p is 0."""
    seen = p > 0
    return np.where(seen, p * np.log(np.where(seen, p, 1) / np.where(seen, q, 1)), 0.0)


def _pulls(G: Sequential, D: Sequential, session: Session) -> np.ndarray:
    """Samples G(z) at even quantiles of z, and -dJ_G/dx at each, times their number: (2, n)."""
    low, high = session.noise.interval()
    z = low + (high - low) * (np.arange(FAKES)[:, None] + 0.5) / FAKES
    x = G(z)
    a, cache = D.forward(x, train=False)
    _, da = generator_cost(session.knobs.cost)(a)
    dx = D.backward(da, cache, param_grads=False)
    return np.stack([x[:, 0], -FAKES * dx[:, 0]])


def _short(numbers: np.ndarray) -> list:
    """Numbers with three digits, for a picture; None for one that is not finite."""
    if numbers.ndim > 1:
        return [_short(row) for row in numbers]
    return [float(f"{v:.3g}") if math.isfinite(v) else None for v in numbers.tolist()]
