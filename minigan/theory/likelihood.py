r"""Maximum likelihood in the game: the exercise of the tutorial's section 7.3, on a Gaussian.

The cost J = E[f(x)], x ~ p_g, is to descend KL(p_data || p_g). With theta the parameters of p_g,

    d KL / d theta = -E_data[d log p_g(x) / d theta]                   (Eq. 33)
    d J / d theta  =  E_g[f(x) d log p_g(x) / d theta], f held fixed   (Eq. 34)

and the two agree for f = -p_data / p_g = -exp(a), where a is the logit of the optimal
D. (The text of section 8.3 loses the minus sign on the way; its last line has it.) Three
things to know about it:

- Eq. 14 puts 1/2 before f, so its gradient is half of that of the KL divergence.
- f must be held fixed, as D is while G moves. If D* followed p_g, J would be
  -1/2 E_g[p_data / p_g] = -1/2 whatever theta is, and there would be nothing to descend.
- Backpropagation does not use Eq. 34. It goes through x: with x = G(z),
  d J / d theta = E_z[f'(x) dG(z) / d theta]. That is the derivative of the same E_g[f],
  so the expectation is the same; the variance is another.

Here p_data and p_g are Gaussians, G(z) = mu + s z with z standard normal, and
theta = (mu, s): then D*, the divergence and its gradient have closed forms. The same
path through x, with the other two costs, descends other divergences: see
`pathwise_gradient`.
"""

import math
from typing import NamedTuple

import numpy as np

from minigan.distributions import Normal
from minigan.theory.divergences import kl_normals
from minigan.theory.quadrature import gauss_legendre
from minigan.theory.saturation import logit_slope


def kl(p: Normal, q: Normal) -> float:
    """KL(p || q) of Gaussians, log(s_q/s_p) + (s_p^2 + (m_p - m_q)^2)/(2 s_q^2) - 1/2, in nats."""
    return kl_normals(p.mean, p.std, q.mean, q.std)


def kl_gradient(data: Normal, model: Normal) -> np.ndarray:
    """Gradient of KL(p_data || p_g) with respect to the model's (mu, s), (2,), in closed form.

    (mu - m) / s^2 and 1 / s - (sigma^2 + (mu - m)^2) / s^3, for p_data = N(m, sigma^2).
    """
    off, s = model.mean - data.mean, model.std
    return np.array([off / s**2, 1 / s - (data.std**2 + off**2) / s**3])


def optimal_logit(data: Normal, model: Normal, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Logit of D*, log p_data(x) - log p_g(x), and its slope in x, both of the shape of x."""
    t, u = (x - data.mean) / data.std, (x - model.mean) / model.std
    a = (u * u - t * t) / 2 + math.log(model.std / data.std)
    return a, u / model.std - t / data.std


def score(model: Normal, x: np.ndarray) -> np.ndarray:
    """d log p_g(x) / d (mu, s) of the model at points x (n,), shape (2, n)."""
    u = (x - model.mean) / model.std
    return np.stack([u, u * u - 1]) / model.std


def score_gradient(data: Normal, model: Normal) -> np.ndarray:
    """Expected gradient of J(G) of Eq. 14 as the exercise writes it: 1/2 E_g[f d log p_g], (2,).

    With f = -exp(a), D = D*; tutorial, Eq. 34, by quadrature. It equals half of `kl_gradient`.
    """
    x, w = _quadrature(data, model)
    return _score_form(data, model, x) @ w


def pathwise_gradient(
    data: Normal, model: Normal, cost: str = "max-likelihood"
) -> tuple[np.ndarray, np.ndarray]:
    """Expected gradient as backpropagation computes it, and its deviation a sample, both (2,).

    E_z[J'(a(x)) a'(x) dG(z)/d theta] with x = G(z) = mu + s z, D = D* held fixed,
    J'(a) from `minigan.costs`, by quadrature. The expectation is the gradient of

        minimax           JSD(p_data || p_g)
        non-saturating    1/2 KL(p_g || p_data) - JSD(p_data || p_g)
        max-likelihood    1/2 KL(p_data || p_g)

    (2014 paper, Theorem 1; Arjovsky & Bottou 2017, Theorem 2.5, times the tutorial's 1/2;
    tutorial, section 8.3.) All three are 0 where p_g = p_data: one fixed point, three ways.
    The deviation is the standard deviation of the gradient in (mu, s) that one z gives; for
    max-likelihood it is infinite if 2 s^2 <= sigma^2.
    """
    x, w = _quadrature(data, model)
    each = _pathwise_form(data, model, x, cost)
    mean = each @ w
    if cost == "max-likelihood" and math.isinf(chi_square(data, model)):
        return mean, np.full(2, math.inf)  # the integral diverges; a sum would not show it
    return mean, np.sqrt(np.maximum((each * each) @ w - mean * mean, 0))


def relative_noise(data: Normal, model: Normal, cost: str = "max-likelihood") -> float:
    """Deviation of the gradient that one z gives, over its mean, for mu and with D = D*.

    Its square is the size of a minibatch whose noise is as large as its gradient. Infinite where
    the mean is 0 or the deviation infinite.
    """
    mean, deviation = pathwise_gradient(data, model, cost)
    return float(deviation[0] / abs(mean[0])) if mean[0] else math.inf


class Estimate(NamedTuple):
    """The mean of n sampled gradients with respect to (mu, s), and its standard error."""

    mean: np.ndarray
    error: np.ndarray


def sampled_gradients(
    data: Normal, model: Normal, n: int, rng: np.random.Generator
) -> dict[str, Estimate]:
    """Half the gradient of KL(p_data || p_g), from n >= 2 samples, in three ways.

    ``"likelihood"``: -1/2 d log p_g at samples of p_data, Eq. 33, no game at all; ``"score"``:
    Eq. 34 at samples of p_g; ``"pathwise"``: backpropagation through the same samples of p_g.
    Error bars mean something only if 2 s^2 > sigma^2.
    """
    x = np.asarray(data.sample(n, rng)[:, 0], np.float64)
    fake = np.asarray(model.sample(n, rng)[:, 0], np.float64)
    return {
        "likelihood": _estimate(-score(model, x) / 2),
        "score": _estimate(_score_form(data, model, fake)),
        "pathwise": _estimate(_pathwise_form(data, model, fake, "max-likelihood")),
    }


def chi_square(data: Normal, model: Normal) -> float:
    """chi^2(p_data || p_g) = E_g[(p_data / p_g)^2] - 1 of Gaussians: variance of p_data / p_g.

    These weights max-likelihood gives to samples. Infinite for thin tails of p_g, 2 s^2 <= sigma^2.
    """
    wide = 2 * model.std**2 - data.std**2
    if wide <= 0:
        return math.inf
    off = data.mean - model.mean
    return model.std**2 / (data.std * math.sqrt(wide)) * math.exp(off * off / wide) - 1


def _score_form(data: Normal, model: Normal, x: np.ndarray) -> np.ndarray:
    a, _ = optimal_logit(data, model, x)
    return -np.exp(a) / 2 * score(model, x)


def _pathwise_form(data: Normal, model: Normal, x: np.ndarray, cost: str) -> np.ndarray:
    a, da_dx = optimal_logit(data, model, x)
    z = (x - model.mean) / model.std
    return logit_slope(cost, a) * da_dx * np.stack([np.ones_like(z), z])


def _quadrature(data: Normal, model: Normal) -> tuple[np.ndarray, np.ndarray]:
    """Points and weights for expectations under p_g; p_data / p_g is largest where p_data ends."""
    low = min(data.interval()[0], model.interval()[0])
    high = max(data.interval()[1], model.interval()[1])
    x, dx = gauss_legendre(np.linspace(low, high, 513), 6)
    return x, dx * model.pdf(x)


def _estimate(each: np.ndarray) -> Estimate:
    return Estimate(each.mean(axis=1), each.std(axis=1, ddof=1) / math.sqrt(each.shape[1]))
