"""KL against mixing time of an RBM on its way: as the model improves, its only sampler dies.

Each point is exact: KL from all probabilities, the mixing time from powers of T. L-BFGS with the
exact gradient ends at KL 0 or in a local minimum, and in either the chain no longer mixes.
"""

from typing import Any

import numpy as np

from minigan.base.randomness import Streams
from minigan.game import Game
from minigan.models.model import Model
from minigan.models.rbm import RBM
from minigan.optimizers import SGD
from minigan.schedules import linear_ramp
from minigan.theory.binned import kl_masses

Point = tuple[float, float]


def point(model: Model, data: Any) -> Point:
    """(Mixing time to TV 0.05, KL) of a chain on the states of bars and stripes."""
    return model.sequential_steps(), kl_masses(data.pmf, model.pmf(data.states))


def l_bfgs(model: RBM, images: np.ndarray) -> list[np.ndarray]:
    """Parameters after each iteration of L-BFGS on the exact likelihood; the last are kept."""
    from scipy.optimize import minimize  # 0.3 s to import

    path, rng = [model.params.copy()], np.random.default_rng(0)

    def J(params):
        model.R.params = params
        return model.learn(images, rng)["J_R"], model.R.grads.copy()

    def keep(params):
        path.append(params.copy())

    options = {"maxiter": 500, "maxfun": 2000, "ftol": 1e-13, "gtol": 1e-9, "maxcor": 30}
    minimize(J, path[0], jac=True, method="L-BFGS-B", callback=keep, options=options)
    model.R.params = path[-1]
    return path


def wide(data: Any, seed: int, hidden: int = 8) -> RBM:
    """An RBM with W ~ N(0, 0.3^2): from 0.1 L-BFGS ends in local minima more often."""
    model = RBM(data.dim, hidden, seed=Streams(seed)["init_R"])
    model.W[...] *= 3
    return model


def by_l_bfgs(data: Any, seed: int) -> RBM:
    """An RBM whose likelihood is as high as it gets from its start."""
    model = wide(data, seed)
    l_bfgs(model, data.images)
    return model


def l_bfgs_path(data: Any, seed: int, points: int = 14) -> list[Point]:
    """Points on the way of L-BFGS, at levels of KL as far apart as possible."""
    model = wide(data, seed)
    path = l_bfgs(model, data.images)
    kls = []
    for params in path:
        model.R.params = params
        kls.append(-model.log_likelihood(data.images).mean() - data.entropy)
    levels = np.linspace(kls[0], min(kls), points)
    found = []
    for i in sorted({int(np.argmin(np.abs(kls - level))) for level in levels}):
        model.R.params = path[i]
        found.append(point(model, data))
    return found


def pcd_path(data: Any, seed: int, steps: int = 10_000, points: int = 10) -> list[Point]:
    """Points along the training of `minigan.models.rbm.on_bars`."""
    streams = Streams(seed)
    model = RBM(data.dim, 8, learning="pcd", seed=streams["init_R"])
    optimizers = [SGD(model.R, linear_ramp(0.05, 0.0, steps), momentum=0.5)]
    game = Game(model, optimizers=optimizers, batch=100, seed=streams, x=data)
    return [
        point(model, data) for record in game.play(steps) if record.step % (steps // points) == 0
    ]
