"""min max against max min: the same value, and two very different generators.

A toy GAN in function space with n modes: p_data and p_g are masses on n points, D a logit
at each. The inner player answers fully, the outer player takes small steps:

- min over G of max over D (tutorial, Eq. 16): D answers with D*, and p_g steps downhill on
  C(G). It goes to p_data.
- max over D of min over G (Eq. 17): for a D that stands still V is linear in p_g, so that
  the best answer is a corner: *all* mass on the one point that D takes for most real. D
  learns to reject it, G jumps to the next. Mode collapse, without any network.
- both at once, each by small steps: something between the two, and nearer to the inside of min and
  max the player with the larger step size.

As long as p_g may be any density, min max and max min are the same number, -log 4: V is
convex in p_g and concave in D's logits. What differs is the G that stands there in the
end. Confine G to single points, and the numbers differ too.
"""

from typing import NamedTuple

import numpy as np

from minigan.base.numerics import sigmoid
from minigan.base.validation import real_number, whole_number
from minigan.theory.function_space import (
    criterion,
    masses,
    mirror_step,
    one_each,
    optimal_logit,
    slope,
)
from minigan.theory.function_space import value as V


class Path(NamedTuple):
    """Masses p_g of G and logits of D, before and after each step, of shape (steps + 1, modes)."""

    p_g: np.ndarray
    logit: np.ndarray


def best_response(logit: np.ndarray) -> np.ndarray:
    """argmin over p_g of V(G, D), (modes,): all mass where D is largest (tutorial, 5.1.1)."""
    logit = one_each("logit", logit, finite=True)
    corner = np.zeros(logit.size)
    corner[logit.argmax()] = 1.0  # the first of several maxima
    return corner


def inner_minimum(p_data: np.ndarray, logit: np.ndarray) -> float:
    """min over G of V = sum p_data log D + log(1 - max D): at most -log 4 nats, at D = 1/2."""
    p_data = masses("p_data", p_data)
    logit = one_each("logit", logit, p_data.size, finite=True)
    return V(p_data, best_response(logit), logit)


def one_point_minimax(p_data: np.ndarray) -> float:
    """min over single points x of max over D of V, where G maps every z to x; in nats.

    Above -log 4, unless the data are one point themselves. The max min of the same game is -log 4,
    as for any G, because the best answer to a D is a single point anyway. That the two differ is
    why order matters to a collapsed G.
    """
    p_data = masses("p_data", p_data)
    return min(criterion(p_data, corner) for corner in np.eye(p_data.size))


def effective_modes(p_g: np.ndarray) -> np.ndarray:
    """exp of the entropy of masses p_g (..., modes), shape (...): n for n modes of equal mass."""
    p_g = np.asarray(p_g, np.float64)
    logs = np.log(p_g, out=np.zeros_like(p_g), where=p_g > 0)
    return np.exp(-(p_g * logs).sum(axis=-1))


def minimax_path(p_data: np.ndarray, p_g: np.ndarray, eta: float, steps: int) -> Path:
    """Eq. 16, from masses p_g > 0: D goes to its optimum, then G takes one step, eta at most 1."""
    eta, steps = _settings(eta, steps)
    path = [masses("p_g", p_g)]
    answers = [optimal_logit(p_data, p_g)]
    for _ in range(steps):
        path.append(mirror_step(path[-1], slope(answers[-1]), eta))
        answers.append(optimal_logit(p_data, path[-1]))
    return Path(np.array(path), np.array(answers))


def maximin_path(p_data: np.ndarray, logit: np.ndarray, eta: float, steps: int) -> Path:
    """Eq. 17, from D's logits: G goes to its best answer, one point, then D takes one step."""
    eta, steps = _settings(eta, steps)
    p_data = masses("p_data", p_data)
    path = [one_each("logit", logit, p_data.size, finite=True)]
    answers = [best_response(logit)]
    for _ in range(steps):
        path.append(path[-1] + eta * discriminator_slope(p_data, answers[-1], path[-1]))
        answers.append(best_response(path[-1]))
    return Path(np.array(answers), np.array(path))  # the mean of the answers goes to p_data, nearly


def simultaneous_path(
    p_data: np.ndarray,
    p_g: np.ndarray,
    logit: np.ndarray,
    eta_G: float,
    eta_D: float,
    steps: int,
) -> Path:
    """Both at once, from p_g > 0 and D's logits: each takes one step, from where the other was."""
    eta_G, steps = _settings(eta_G, steps)
    eta_D, _ = _settings(eta_D, steps)
    p_data = masses("p_data", p_data)
    path = [Path(masses("p_g", p_g), one_each("logit", logit, p_data.size, finite=True))]
    for _ in range(steps):
        p, a = path[-1]
        climb = discriminator_slope(p_data, p, a)
        path.append(Path(mirror_step(p, slope(a), eta_G), a + eta_D * climb))
    return Path(*map(np.array, zip(*path, strict=True)))


def discriminator_slope(p_data: np.ndarray, p_g: np.ndarray, logit: np.ndarray) -> np.ndarray:
    """dV/dlogit = p_data (1 - D) - p_g D, shape (modes,), in which D climbs."""
    return p_data * sigmoid(-logit) - p_g * sigmoid(logit)


def _settings(eta: float, steps: int) -> tuple[float, int]:
    return real_number("eta", eta, 0, low_open=True), whole_number("steps", steps)
