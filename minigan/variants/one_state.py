"""A GAN as an actor-critic with one state (Pfau & Vinyals 2016; 2016 tutorial, section 5.6).

The environment shows the critic, each with probability 1/2, a real x (reward 1) or the actor's x
(reward 0). The actor cannot influence the reward of real ones, and wants the critic to be wrong.
A critic by squared error has Q*(x) = E[r | x] = p_data / (p_data + p_g) = D*: the fixed point of
the cross-entropy D. The actor's step along dQ/dx dG/dtheta with Q = log D is the generator's turn.
For outcomes that are discrete, p_g = softmax(l), the policy gradient p_g (r - p_g r) with

    reward log D* - log(1 - D*)   is  -d KL(p_g || p_data) / dl,
    reward -log(1 - D*)           is  -2 d JSD(p_data, p_g) / dl,
    reward log D*                 is  -d KL(p_g || p_data) / dl + 2 d JSD(p_data, p_g) / dl :

the non-saturating cost, the difference of the two, pulls away from JSD.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from minigan.base.errors import InputError
from minigan.base.numerics import sigmoid
from minigan.base.randomness import generator
from minigan.base.validation import known_name
from minigan.costs import discriminator_cost
from minigan.theory.binned import check_masses, js_masses, kl_masses
from minigan.variants.discrete import softmax


class Reward(NamedTuple):
    """A reward as a function of D's logit, and what an actor that is paid it descends."""

    of: Callable
    divergence: Callable  # of p_data and p_g


def _kl(p_data, p_g):
    return kl_masses(p_g, p_data)


REWARDS = {
    "log D - log(1 - D)": Reward(lambda a: a, _kl),
    "-log(1 - D)": Reward(lambda a: np.logaddexp(0, a), lambda *both: 2 * js_masses(*both)),
    "log D": Reward(
        lambda a: -np.logaddexp(0, -a), lambda *both: _kl(*both) - 2 * js_masses(*both)
    ),
}


def critic_cost(a_real, a_fake):
    """J = 1/2 mean (1 - Q)^2 on real x + 1/2 mean Q^2 on the actor's, Q = sigmoid(a); gradients."""
    real, fake = sigmoid(a_real), sigmoid(a_fake)
    J = ((1 - real) ** 2).mean() / 2 + (fake**2).mean() / 2
    da_real, da_fake = (real - 1) * real * (1 - real), fake * fake * (1 - fake)
    return J, da_real / real.size, da_fake / fake.size


def trained_critic(cost: Callable, p_data, p_g, steps: int = 1000) -> np.ndarray:
    """D of each outcome, by descent of a cost of logits whose expectations are taken exactly.

    Each logit's step is divided by the probability of its outcome.
    """
    p_data, p_g = _positive(p_data, p_g)
    a = np.zeros(len(p_data))
    for _ in range(steps):
        _, da_real, da_fake = cost(a, a)
        a = a - 8 * len(a) * (p_data * da_real + p_g * da_fake) / (p_data + p_g)
    return sigmoid(a)


def policy_gradient(p_data: np.ndarray, p_g: np.ndarray, reward: str) -> np.ndarray:
    """Exact policy gradient at l, p_g = softmax(l), of one of `REWARDS` at D*."""
    p_data, p_g = _positive(p_data, p_g)
    r = REWARDS[known_name("reward", reward, REWARDS)].of(np.log(p_data / p_g))
    return p_g * (r - p_g @ r)


def gaps(seed: int, outcomes: int = 6, step: float = 1e-3) -> dict[str, float]:
    """Largest differences between the two sides of the statements above, for random laws.

    Critics against D*, and policy gradients against differences of divergences.
    """
    p_data, l = softmax(generator(seed).standard_normal((2, outcomes)) / 2)  # noqa: E741
    l = np.log(l)  # noqa: E741
    p_g = softmax(l)
    best = p_data / (p_data + p_g)
    costs = {"critic by squared error": critic_cost, "D by cross-entropy": discriminator_cost}
    found = {
        who: abs(trained_critic(cost, p_data, p_g) - best).max() for who, cost in costs.items()
    }
    for name, reward in REWARDS.items():
        ends = [
            [reward.divergence(p_data, softmax(l + n * step * e)) for n in (-2, -1, 1, 2)]
            for e in np.eye(outcomes)
        ]
        slope = ends @ np.array([1, -8, 8, -1]) / (12 * step)
        found[f"reward {name}"] = abs(policy_gradient(p_data, p_g, name) + slope).max()
    return {name: float(gap) for name, gap in found.items()}


def _positive(p_data, p_g) -> list[np.ndarray]:
    masses = check_masses(p_data, p_g)
    for name, mass in zip(("p_data", "p_g"), masses, strict=True):
        if not mass.all():
            raise InputError(f"{name}: expected every outcome to have a probability > 0, got 0")
    return masses
