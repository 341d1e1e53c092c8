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
from minigan.theory.quadrature import gauss_legendre

NUMBERS = ("jsd", "c_of_g", "value", "inner_gap", "residual", "mean")
ARROWS, FAKES, TICKS = 21, 33, 24
TOP = 3.0  # the curve of p_g is cut off here: at a fold it is infinite
_COARSE = 256  # cells of z for the curve of p_g while it moves


def setup(session: Session) -> dict[str, Any]:
    """Constants of a game: x, p_data, the lines of each turn, the knobs."""
    x = grid(session.data)
    return {
        "x": x.tolist(),
        "p_data": short(session.data.pdf(x)),
        "z": list(session.noise.interval()),
        "turns": turns(session),
        "knobs": asdict(session.knobs),
        "defaults": asdict(Knobs()),
    }


def turns(session: Session) -> list[dict[str, Any]]:
    """The turns of the game, with the lines of each."""
    return [
        {"moves": turn.moves, "k": turn.k, "lines": [line._asdict() for line in lines(turn)]}
        for turn in session.game.turns
    ]


@np.errstate(over="ignore", invalid="ignore")  # a game may go wild; the numbers say so
def numbers(session: Session) -> dict[str, Any]:
    """``jsd, c_of_g, value, inner_gap, residual`` in nats, and more, of the pair that is seen.

    ``mean`` is that of p_g.
    They are those of `GeneratorState` and of its ``judge``, with ``seen_at``, the step, and
    ``updates``, the turns taken by then;
    ``jsd_area`` and ``gap_area`` are where JSD and gap come from, in nats per unit of x, between
    points of the grid. With G or D out of bounds all are None, and ``why`` says so.
    """
    G, D = session.pair()
    edges = grid(session.data)
    try:
        state = GeneratorState(G, session.noise, session.data)
        verdict = state.judge(D)._asdict()
        areas = [short(share / np.diff(edges)) for share in state.spread(D, edges)]
        z, dz = gauss_legendre(state.p_g.panels(), 3)
        mean = float(dz * session.noise.pdf(z) @ G.copy(dtype="float64")(z[:, None])[:, 0])
    except InputError as error:
        own: dict[str, Any] = dict.fromkeys(NUMBERS)
        own |= {"jsd_area": [], "gap_area": [], "why": str(error)}
        return {**session.seen(), **own}
    own = {"jsd": state.jsd, "c_of_g": state.c_of_g, "residual": state.residual}
    own |= {"mean": mean, "jsd_area": areas[0], "gap_area": areas[1], "why": None}
    return {**session.seen(), **own, **verdict}


@np.errstate(over="ignore", invalid="ignore")
def frame(session: Session, exact: dict[str, Any]) -> dict[str, Any]:
    """One picture: the curves now, and the exact numbers, which may be of some steps before."""
    G, D = (network.copy(dtype="float64") for network in session.pair())
    x = grid(session.data)
    law = PushForward(G, session.noise, cells=2048 if session.mode == "pause" else _COARSE)
    p_data, p_g = session.data.pdf(x), law.pdf(x)
    z = np.linspace(*session.noise.interval(), ARROWS)
    return {
        **standing(session),
        **exact,
        "p_g": short(np.minimum(p_g, TOP)),
        "D": short(sigmoid(D(x[:, None])[:, 0])),
        "D_star": short(_D_star(p_data, p_g)),
        "jumps": _jumps(session, law, x),
        "atoms": [list(atom) for atom in law.atoms],
        "arrows": short(np.stack([z, G(z[:, None])[:, 0]])),
        "pulls": short(_pulls(G, D, session)),
        "batch": short(session.minibatch[:TICKS].ravel()),
        "hands": sorted(session.hands),
    }


def standing(session: Session) -> dict[str, Any]:
    """State of a game of turns for a picture: its step, what goes on, and what was done last."""
    return {
        "step": session.game.steps_done,
        "deeds": session.deeds,
        "mode": session.mode,
        "pace": session.pace,
        "error": session.error,
        **{name: session.figures.get(name) for name in ("J_D", "J_G")},
        "moved": session.log[-1][0] if session.log else None,
        "turn": session.game.turns.index(session.shown),
        "due": session.game.turns.index(session.turn),
        "taken": session.taken,
        "said": [done._asdict() for done in session.said],
    }


def _D_star(p_data: np.ndarray, p_g: np.ndarray) -> np.ndarray:
    """D*, NaN where there is neither data nor a sample and D may be anything."""
    return np.where(p_data + p_g > 0, optimal_discriminator(p_data, p_g), np.nan)


def _jumps(session: Session, law: PushForward, x: np.ndarray) -> list[list[float | None]]:
    """Points x, exact, at which p_g jumps, with p_g and D* just below each and just above."""
    at = law.breakpoints()
    at = at[(at > x[0]) & (at < x[-1]) & (np.diff(at, prepend=-np.inf) > 1e-3)]
    sides = [law.pdf(at + side) for side in (-1e-6, 1e-6)]
    jumps = np.abs(sides[1] - sides[0]) > 0.01
    p_data = session.data.pdf(at)
    stars = [_D_star(p_data, p_g) for p_g in sides]
    curves = np.stack([*np.minimum(sides, TOP), *stars], axis=1)[jumps]
    return [[x, *short(row)] for x, row in zip(at[jumps].tolist(), curves, strict=True)]


def _pulls(G: Any, D: Sequential, session: Session) -> np.ndarray:
    """Samples G(z) at even quantiles of z, and -dJ_G/dx at each, times their number: (2, n)."""
    low, high = session.noise.interval()
    z = low + (high - low) * (np.arange(FAKES)[:, None] + 0.5) / FAKES
    x = G(z)
    a, cache = D.forward(x, train=False)
    _, da = generator_cost(session.knobs.cost)(a)
    dx = D.backward(da, cache, param_grads=False)
    return np.stack([x[:, 0], -FAKES * dx[:, 0]])


def short(numbers: np.ndarray) -> list:
    """Numbers with three digits, for a picture; None for one that is not finite."""
    if numbers.ndim > 1:
        return [short(row) for row in numbers]
    found = [float(f"{v:.3g}") if math.isfinite(v) else None for v in numbers.tolist()]
    return [int(v) if v in (0.0, 1.0) else v for v in found]  # a film has thousands of them
