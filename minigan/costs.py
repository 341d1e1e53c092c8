r"""Costs of the players, as functions of D's logits: values and gradients.

D ends in a logit a, and D(x) = sigmoid(a). With softplus(a) = log(1 + e^a),

    log D       = -softplus(-a)        d/da log D       =  sigmoid(-a)
    log (1 - D) = -softplus(a)         d/da log (1 - D) = -sigmoid(a)

so no cost ever takes the logarithm of a number that rounded to 0, and no
epsilon is needed. The gradients are taken by hand from these two lines.

About the factor 1/2. The 2014 paper's value function (Eq. 1) is

    V(G, D) = E_x[log D(x)] + E_z[log(1 - D(G(z)))].

The 2016 tutorial defines J_D = -V/2 (Eq. 8) and puts the same 1/2 into every
generator cost. ``value`` is the paper's V, without the 1/2; every cost below is
the tutorial's, with it. A gradient step of size eta on the tutorial's J_D is
therefore a step of size eta/2 on the paper's V.

Expectations are means over the minibatch of m examples. Logits are arrays of
any shape, normally (m, 1); gradients have the same shape and include the 1/m.
Values are Python's floats on the CPU; on a GPU they stay there, as arrays of one number.
Costs of models with a likelihood are in `minigan.model_costs`, and can be imported from here.
"""

from collections.abc import Callable

import numpy as np

from minigan.base.backend import array_module, described
from minigan.base.errors import InputError
from minigan.base.numerics import logistic, number, sigmoid
from minigan.model_costs import bernoulli_cost as bernoulli_cost
from minigan.model_costs import gaussian_cost as gaussian_cost
from minigan.model_costs import gaussian_kl as gaussian_kl
from minigan.model_costs import mmd2 as mmd2


def value(a_real: np.ndarray, a_fake: np.ndarray):
    """V(G, D) = mean log D(x) + mean log(1 - D(G(z))); 2014 paper, Eq. 1.

    D maximises it, G minimises it. At D = 1/2 everywhere it is -log 4.

    Parameters
    ----------
    a_real, a_fake : array
        D's logits on real and on generated examples.

    Returns
    -------
    V : float
        In nats, at most 0.
    da_real, da_fake : array
        Gradient of V at the logits.

    Raises
    ------
    InputError
        If an array is empty or not floating-point.
    """
    _check_logits("value", a_real, a_fake)
    minus_log_D, da_real = logistic(-a_real)
    minus_log_1_D, da_fake = logistic(a_fake)
    V = -minus_log_D.mean() - minus_log_1_D.mean()
    return number(V), da_real / a_real.size, da_fake / -a_fake.size


def discriminator_cost(a_real: np.ndarray, a_fake: np.ndarray):
    """J_D = -1/2 mean log D(x) - 1/2 mean log(1 - D(G(z))); tutorial, Eq. 8.

    Parameters
    ----------
    a_real, a_fake : array
        D's logits on real and on generated examples.

    Returns
    -------
    J : float
        In nats, at least 0; log 2 where D = 1/2 everywhere.
    da_real, da_fake : array
        Gradient of J at the logits.

    Raises
    ------
    InputError
        If an array is empty or not floating-point.
    """
    _check_logits("discriminator_cost", a_real, a_fake)
    minus_log_D, da_real = logistic(-a_real)
    minus_log_1_D, da_fake = logistic(a_fake)
    J = minus_log_D.sum() / (2 * a_real.size) + minus_log_1_D.sum() / (2 * a_fake.size)
    return number(J), da_real / (-2 * a_real.size), da_fake / (2 * a_fake.size)


def discriminator_curvature(a_real: np.ndarray, a_fake: np.ndarray):
    """Second derivatives of J_D at the logits, sigmoid(a) sigmoid(-a) / 2m each, in their shapes.

    For second order: as the logits move along Ra, the gradient of `discriminator_cost` moves
    along the curvature times Ra.
    """
    return tuple(sigmoid(a) * sigmoid(-a) / (2 * a.size) for a in (a_real, a_fake))


def minimax_cost(a_fake: np.ndarray):
    """J_G = 1/2 mean log(1 - D(G(z))); tutorial, Eq. 10.

    Eq. 10 is J_G = -J_D; the half of it that does not depend on G,
    1/2 mean log D(x), is left out. The gradient, -sigmoid(a)/2m, vanishes where
    D rejects a sample with confidence: the cost saturates.

    Parameters
    ----------
    a_fake : array
        D's logits on generated examples.

    Returns
    -------
    J : float
        In nats, at most 0.
    da_fake : array
        Gradient of J at the logits.

    Raises
    ------
    InputError
        If the array is empty or not floating-point.
    """
    _check_logits("minimax_cost", a_fake)
    minus_log_1_D, da_fake = logistic(a_fake)
    return number(minus_log_1_D.sum() / (-2 * a_fake.size)), da_fake / (-2 * a_fake.size)


def non_saturating_cost(a_fake: np.ndarray):
    """J_G = -1/2 mean log D(G(z)); tutorial, Eq. 13.

    The gradient, -sigmoid(-a)/2m, is largest where D rejects a sample.

    Parameters
    ----------
    a_fake : array
        D's logits on generated examples.

    Returns
    -------
    J : float
        In nats, at least 0.
    da_fake : array
        Gradient of J at the logits.

    Raises
    ------
    InputError
        If the array is empty or not floating-point.
    """
    _check_logits("non_saturating_cost", a_fake)
    minus_log_D, da_fake = logistic(-a_fake)
    return number(minus_log_D.sum() / (2 * a_fake.size)), da_fake / (-2 * a_fake.size)


def maximum_likelihood_cost(a_fake: np.ndarray):
    """J_G = -1/2 mean exp(a) with a = sigmoid^-1(D(G(z))); tutorial, Eq. 14.

    With D optimal, exp(a) = p_data / p_g, and descending J_G descends
    KL(p_data || p_g) in expectation. The formula itself has no bound: from logits
    of about 88 in float32 (709 in float64) on the value is -inf, as rounding
    demands, and a game that gets there stops with its step number.

    Parameters
    ----------
    a_fake : array
        D's logits on generated examples.

    Returns
    -------
    J : float
        At most 0; no unit.
    da_fake : array
        Gradient of J at the logits.

    Raises
    ------
    InputError
        If the array is empty or not floating-point.
    """
    _check_logits("maximum_likelihood_cost", a_fake)
    with np.errstate(over="ignore"):
        ratio = array_module(a_fake).exp(a_fake)
        return number(-ratio.mean() / 2), -ratio / (2 * a_fake.size)


GENERATOR_COSTS: dict[str, Callable] = {
    "minimax": minimax_cost,
    "non-saturating": non_saturating_cost,
    "max-likelihood": maximum_likelihood_cost,
}


def generator_cost(cost: str | Callable) -> Callable:
    """Generator's cost by name; a function is passed through.

    Parameters
    ----------
    cost : {"non-saturating", "minimax", "max-likelihood"} or callable

    Returns
    -------
    callable
        ``a_fake -> (J_G, da_fake)``.

    Raises
    ------
    InputError
        If there is no such cost.
    """
    if callable(cost):
        return cost
    if not isinstance(cost, str) or cost not in GENERATOR_COSTS:
        names = ", ".join(GENERATOR_COSTS)
        raise InputError(f"cost: expected one of {names}, or a function of logits, got {cost!r}")
    return GENERATOR_COSTS[cost]


def _check_logits(where: str, *logits: np.ndarray) -> None:
    if all(type(a) is np.ndarray and a.dtype.kind == "f" and a.size for a in logits):
        return
    for a in logits:
        if not isinstance(a, array_module(a).ndarray) or a.dtype.kind != "f" or a.size == 0:
            raise InputError(
                f"{where}: expected floating-point logits (batch, 1), got {described(a)}"
            )
    if len({array_module(a) for a in logits}) > 1:
        given = " and ".join(described(a) for a in logits)
        raise InputError(f"{where}: expected logits on one device, got {given}")
