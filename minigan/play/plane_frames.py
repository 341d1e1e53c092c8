"""The picture of a game in the plane: samples, D as a heat map, G as a mesh, D's pulls, numbers.

There is no exact p_g here. What is measured, is measured on samples: where they lie, and what D
says of them. Both bound JSD(p_data, p_g) from below: cells of the plane, since to put x into
cells can only lose, and D itself, since V(G, D) <= C(G) = -log 4 + 2 JSD gives

    JSD >= log 2 + V(G, D) / 2.
"""

import math
import string
from dataclasses import asdict
from typing import Any

import numpy as np
from scipy.special import ndtri

from minigan.base.numerics import sigmoid
from minigan.costs import generator_cost, value
from minigan.play.frames import short, standing, turns
from minigan.play.plane import Plane, PlaneKnobs
from minigan.variants import ring_game

VIEW, SIDE = 3.0, 32  # the picture goes from -3 to 3; cells of D's heat map along either axis
LEVELS = string.ascii_letters + string.digits + "+/"  # a character for D from 0 to 1
SHOWN, PULLS = 200, 40  # samples to be drawn, and to be pulled
LINES = 13  # of the mesh, each way: between two of them lie 8 % of a number of the noise


def setup(session: Plane) -> dict[str, Any]:
    """Constants of a game: the picture's size, data, modes, the lines of each turn, the knobs."""
    return {
        "view": VIEW,
        "side": SIDE,
        "levels": LEVELS,
        "data": short(session.looked()[0][:SHOWN].T),
        "modes": session.mixture.means.tolist(),
        "radius": 3 * session.mixture.std,
        "turns": turns(session),
        "defaults": asdict(PlaneKnobs()),
    }


@np.errstate(over="ignore", invalid="ignore")  # a game may go wild; the numbers say so
def numbers(session: Plane) -> dict[str, Any]:
    """``modes, quality, jsd`` of `minigan.variants.ring_game.score`, and what D proves, by samples.

    ``value`` is V(G, D) of 4000 samples each, ``jsd_by_D`` = log 2 + V / 2, ``c_of_g`` =
    -log 4 + 2 ``jsd``: bounds from below. ``mean_on_fake`` is the mean of D at samples, and
    ``shares`` are the fractions of them by mode, last the rest.
    """
    G, D = session.pair()
    x, z = session.looked()
    x_fake = G(z)
    score = ring_game.score(x_fake, session.mixture)
    a_fake = D(x_fake)
    V = value(D(x), a_fake)[0]
    return {
        **session.seen(),
        **score._asdict(),
        "value": V,
        "c_of_g": 2 * score.jsd - math.log(4),
        "mean_on_fake": float(sigmoid(a_fake).mean()),
        "jsd_by_D": math.log(2) + V / 2,
        "shares": short(ring_game.cells(x_fake, session.mixture)),
        "why": None if np.isfinite(x_fake).all() else "G gives numbers that are not finite",
    }


@np.errstate(over="ignore", invalid="ignore")
def frame(session: Plane, exact: dict[str, Any]) -> dict[str, Any]:
    """One picture: samples, D as a heat map, G as a mesh, D's pull on samples, and the numbers.

    D's 32 x 32 values are characters of ``LEVELS``, rows from below. The mesh is G of a grid
    of z, (2, 13, 13), where z has two numbers; pulls are -dJ_G/dx times their number.
    """
    G, D = (network.copy(dtype="float64") for network in session.pair())
    z = session.looked()[1].astype(np.float64)
    x = G(z[:SHOWN])
    a, cache = D.forward(x[:PULLS], train=False)
    _, da = generator_cost(session.knobs.cost)(a)
    pulls = -PULLS * D.backward(da, cache, param_grads=False)
    return {
        **standing(session),
        **exact,
        "samples": short(x.T),
        "pulls": short(np.concatenate([x[:PULLS], pulls], axis=1).T),
        "D": _heat_map(D),
        "mesh": [short(rows) for rows in _mesh(G)] if session.knobs.noise == 2 else None,
        "hands": [],
    }


def _heat_map(D: Any) -> str:
    middles = VIEW * ((2 * np.arange(SIDE) + 1) / SIDE - 1)
    x = np.stack(np.meshgrid(middles, middles), axis=-1).reshape(-1, 2)
    levels = np.nan_to_num(sigmoid(D(x)[:, 0])) * (len(LEVELS) - 1)
    return "".join(LEVELS[level] for level in np.rint(levels).astype(int))


def _mesh(G: Any) -> np.ndarray:
    """Images (2, 13, 13) of the crossings of a grid in the plane of z."""
    z = ndtri(np.linspace(0.02, 0.98, LINES))
    grid = np.stack(np.meshgrid(z, z), axis=-1).reshape(-1, 2)
    return G(grid).T.reshape(2, LINES, LINES)
