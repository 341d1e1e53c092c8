"""Identities of costs, maximum likelihood and update rules, most of them from the tutorial.

The two sides of each come from different computations: a closed form or a finite difference
on the one, quadrature, samples or the engine's own gradients on the other.
"""

import math
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain

import numpy as np
from scipy.special import ndtr, rel_entr

from minigan.base.randomness import generator
from minigan.distributions import Mixture, Normal
from minigan.identities.identity import Identity, claims
from minigan.theory import likelihood, saturation, update_rules, which_kl

_STEP = 1e-4  # of central differences: with errors of about 1e-8 on functions of order 1
_BY_DIFFERENCES = 1e-6
_BY_QUADRATURE = 1e-9
_ERRORS = 4.5  # standard errors by which samples may be off: one in 100,000 is


def identities(seed: int = 0) -> Iterator[Identity]:
    """Identities of learning, tried on random distributions and samples."""
    rng = generator(seed)
    data = Normal(rng.uniform(-1, 1), rng.uniform(0.8, 1.2))
    model = Normal(data.mean + rng.uniform(0.3, 0.8), data.std * rng.uniform(1.1, 1.4))
    return chain(
        _slopes(rng),
        _maximum_likelihood_in_the_game(data, model),
        _fixed_point(data, model),
        _maximum_likelihood_as_kl(data, model, rng),
        _which_kl(rng),
        _rules(data, model),
    )


def _slopes(rng: np.random.Generator) -> Iterator[Identity]:
    """The engine's gradients at a logit against the tutorial's formulas in D."""
    a = rng.uniform(-3, -1)
    for name, formula, equation in (
        ("minimax", "1/2 log(1 - D)", "Eq. 10"),
        ("non-saturating", "-1/2 log D", "Eq. 13"),
        ("max-likelihood", "-1/2 exp(logit D)", "Eq. 14"),
    ):
        claim = claims(f"tutorial, {equation}", _BY_DIFFERENCES)
        slope = _difference(partial(_cost_at_logit, name), a)
        yield claim(f"dJ/da of J = {formula}, D = sigmoid(a)", _logit_slope(name, a), "=", slope)
    claim = claims("tutorial, 3.2.3", _BY_QUADRATURE * math.exp(-a))
    ratio = _logit_slope("non-saturating", a) / _logit_slope("minimax", a)
    yield claim("non-saturating slope / minimax slope = (1 - D) / D", ratio, "=", math.exp(-a))


def _maximum_likelihood_in_the_game(data: Normal, model: Normal) -> Iterator[Identity]:
    def kl(s):
        return which_kl.divergence("forward", data, Normal(model.mean, s))

    of_mu, of_s = likelihood.kl_gradient(data, model)
    slope = _difference(kl, model.std)
    claim = claims("tutorial, Eq. 33", _BY_DIFFERENCES)
    yield claim("dKL(p_data||p_g)/ds: by differences = closed form", slope, "=", of_s)
    x, w = _quadrature(data)
    by_score = -float(likelihood.score(model, x)[1] @ w)
    claim = claims("tutorial, Eq. 33", _BY_QUADRATURE)
    yield claim("-E_data[d log p_g/ds] = dKL(p_data||p_g)/ds", by_score, "=", of_s)
    claim = claims("tutorial, 8.3, Eq. 34", _BY_QUADRATURE)
    statement = "E_g[f d log p_g/ds] = dKL(p_data||p_g)/ds, f = -exp(a*)"
    yield claim(statement, 2 * likelihood.score_gradient(data, model)[1], "=", of_s)
    claim = claims("tutorial, Eq. 14, 7.3", _BY_QUADRATURE)
    statement = "dJ/d mu through x = 1/2 dKL(p_data||p_g)/d mu, D = D* fixed"
    yield claim(statement, _pathwise(data, model, "max-likelihood")[0], "=", of_mu / 2)
    claim = claims("tutorial, 3.2.6, Fig. 16", _BY_QUADRATURE)
    statement = "share of samples that count = 1 / (1 + chi^2(p_data||p_g))"
    x, w = _quadrature(model)
    slopes = saturation.logit_slope("max-likelihood", likelihood.optimal_logit(data, model, x)[0])
    expected = 1 / (1 + likelihood.chi_square(data, model))
    yield claim(statement, saturation.effective_share(slopes, w), "=", expected)


def _fixed_point(data: Normal, model: Normal) -> Iterator[Identity]:
    def jsd(mu):
        return which_kl.divergence("jsd", data, Normal(mu, model.std))

    def heuristic(mu):
        return which_kl.divergence("reverse", data, Normal(mu, model.std)) / 2 - jsd(mu)

    for name, divergence, what, source in (
        ("minimax", jsd, "JSD", "2014 paper, Theorem 1"),
        ("non-saturating", heuristic, "(1/2 KL(p_g||p_data) - JSD)", "Arjovsky & Bottou 2017, 2.5"),
    ):
        left, right = _pathwise(data, model, name)[0], _difference(divergence, model.mean)
        statement = f"{name} dJ/d mu = d{what}/d mu, D = D* fixed"
        yield claims(source, _BY_DIFFERENCES)(statement, left, "=", right)
    off = 1e-3 * data.std  # from the fixed point, where all three gradients are 0
    near = Normal(data.mean + off, data.std)
    claim = claims("2014 paper, section 3; tutorial, 3.2", _BY_DIFFERENCES)
    for name, share in (("minimax", 4), ("non-saturating", 4), ("max-likelihood", 2)):
        statement = f"p_g near p_data, {name}: dJ/d mu = (mu - mean) / {share} s^2"
        left = _pathwise(data, near, name)[0] * data.std**2 / off
        yield claim(f"{statement} (ratio to it)", left * share, "=", 1)


def _maximum_likelihood_as_kl(
    data: Normal, model: Normal, rng: np.random.Generator
) -> Iterator[Identity]:
    entropy = math.log(data.std) + math.log(2 * math.pi * math.e) / 2
    x, w = _quadrature(data)
    left = -float(w @ np.log(model.pdf(x))) - likelihood.kl(data, model)
    claim = claims("tutorial, Eq. 4", _BY_QUADRATURE)
    yield claim("-E_data[log q] - KL(p_data||q) = H(p_data)", left, "=", entropy)
    seen = which_kl.record(np.asarray(data.sample(500, rng)[:, 0], np.float64), 0.1)
    frequencies = which_kl.empirical(seen)
    cells = [np.diff(ndtr((seen.edges - law.mean) / law.std), prepend=0, append=1)
             for law in (data, model)]  # fmt: skip
    divergence = float(rel_entr(frequencies, cells[1]).sum())
    claim = claims("tutorial, Eq. 4", _BY_QUADRATURE)
    statement = "KL(p^_data||q) of recorded data, by SciPy"
    yield claim(statement, which_kl.empirical_kl(seen, model), "=", divergence)
    log_q = np.log(cells[1])
    mean = float(cells[0] @ log_q)
    error = math.sqrt(float(cells[0] @ (log_q - mean) ** 2) / seen.cell.size)
    off = abs(which_kl.average_log_likelihood(seen, model) - mean) / error
    claim = claims("tutorial, Eq. 1 to 3", _BY_QUADRATURE)
    statement = "mean log-likelihood of 500 data = E_data[log q] (z)"
    yield claim(statement, off, "<=", _ERRORS)


def _which_kl(rng: np.random.Generator) -> Iterator[Identity]:
    apart, weight = rng.uniform(1.8, 2.2), rng.uniform(0.4, 0.6)
    mixture = Mixture([-apart, apart], 0.7, [weight, 1 - weight])
    best = which_kl.fit("forward", mixture, [Normal(0.5, 1.0)])[0]
    mean = apart * (1 - 2 * weight)
    std = math.sqrt(0.49 + apart**2 - mean**2)
    claim = claims("tutorial, Fig. 14, left", _BY_DIFFERENCES)
    for what, found, moment in (("mean", best.mean, mean), ("deviation", best.std, std)):
        statement = f"argmin KL(p_data||q) over Gaussians: {what} = that of p_data"
        yield claim(statement, found, "=", moment)
    mean, std, _ = which_kl.fit("jsd", mixture, [Normal(0.5, 1.0)])[0]
    of_mean = _difference(lambda m: which_kl.divergence("jsd", mixture, Normal(m, std)), mean)
    of_std = _difference(lambda s: which_kl.divergence("jsd", mixture, Normal(mean, s)), std)
    claim = claims("tutorial, Fig. 14", _BY_DIFFERENCES)
    yield claim("argmin JSD over Gaussians: slopes there", max(abs(of_mean), abs(of_std)), "=", 0)
    one_mode = [which_kl.fit("reverse", mixture, [Normal(m, 0.7)])[0] for m in (-apart, apart)]
    worse, bound = max(found.divergence for found in one_mode), -math.log(min(weight, 1 - weight))
    claim = claims("tutorial, Fig. 14, right", _BY_QUADRATURE)
    yield claim("KL(q||p_data) at one mode of weight w <= -log w", worse, "<=", bound)


def _rules(data: Normal, model: Normal) -> Iterator[Identity]:
    x, z = update_rules.exactly(data)()
    true, other = (update_rules.Model(q.mean, math.log(q.std)) for q in (data, model))
    noise = update_rules.generate(other, z)
    V, at_optimum = update_rules.contrast(true, other, x, noise)
    claim = claims("tutorial, 3.4; Gutmann & Hyvarinen 2010", _BY_QUADRATURE)
    statement = "NCE: p_model = p_data is where dV = 0, whatever the noise"
    yield claim(statement, np.abs(at_optimum).max(), "=", 0)
    jsd = which_kl.divergence("jsd", data, model)
    claim = claims("2014 paper, Eq. 6", _BY_QUADRATURE)
    statement = "NCE ends at V = -log 4 + 2 JSD(p_data||noise): G never moves"
    yield claim(statement, V, "=", -math.log(4) + 2 * jsd)
    _, up = update_rules.contrast(other, other, x, noise)
    half = -likelihood.kl_gradient(data, model)[0] / 2
    claim = claims("tutorial, Fig. 20", _BY_QUADRATURE)
    statement = "MLE: dV = 1/2 dE_data[log p_model], when G is a copy of the model"
    yield claim(statement, up[0], "=", half)


def _pathwise(data: Normal, model: Normal, cost: str) -> np.ndarray:
    """Mean gradient in (mu, s) through x, shape (2,)."""
    return likelihood.pathwise_gradient(data, model, cost)[0]


def _difference(f: Callable[[float], float], t: float) -> float:
    """Derivative by central differences."""
    return (f(t + _STEP) - f(t - _STEP)) / (2 * _STEP)


def _cost_at_logit(name: str, a: float) -> float:
    return float(saturation.sample_cost(name, np.array(1 / (1 + math.exp(-a)))))


def _logit_slope(name: str, a: float) -> float:
    return float(saturation.logit_slope(name, np.array([a]))[0])


def _quadrature(q: Normal) -> tuple[np.ndarray, np.ndarray]:
    x = np.linspace(*q.interval(), 2001)  # equal steps: exact, nearly, for what dies out smoothly
    return x, q.pdf(x) * (x[1] - x[0])
