"""Imitation as a GAN (tutorial, section 5.6): states and actions for x, an actor for G.

An actor pi on a grid visits (s, a) with the discounted occupancy

    rho(s, a) = d(s) pi(a|s),    d = (1 - gamma) (I - gamma P_pi^T)^-1 mu,

which is its p_g; the expert's visits are the data, rho_hat. D* = rho_hat / (rho_hat + rho), and the
actor climbs a reward made of it (Ho & Ermon 2016; Fu et al. 2018). The policy gradient with

    reward -log(1 - D*)               is -2 d JSD(rho_hat, rho) / dtheta,
    reward log D* - log(1 - D*)       is -d KL(rho || rho_hat) / dtheta:

to choose the reward is to choose the divergence. All is exact, by linear solves. Episodes have no
end here, so that the sign of the reward, which pays for long or for short ones, plays no part.
"""

import numpy as np

from minigan.base.randomness import require_rng
from minigan.base.validation import known_name
from minigan.theory.binned import js_masses
from minigan.variants.discrete import softmax

SIDE, SLIP, GAMMA, LENGTH = 5, 0.1, 0.9, 25  # of the grid; of a move; discount; steps shown
STATES = SIDE**2
MOVES = np.array([(0, 1), (1, 0), (0, -1), (-1, 0)])  # rows, columns: right, down, left, up
START = np.full(STATES, 1 / STATES)
_LEAST = 1e-6  # is added to both occupancies in D*: what neither visits has D* = 1/2


def _transitions() -> np.ndarray:
    """P(next | s, a), (states, actions, states): the move asked for, or with SLIP any."""
    P = np.zeros((STATES, len(MOVES), STATES))
    for s in range(STATES):
        there = np.clip(np.array(divmod(s, SIDE)) + MOVES, 0, SIDE - 1) @ [SIDE, 1]
        for a, to in enumerate(there):
            P[s, a, to] += 1 - SLIP
            np.add.at(P[s, a], there, SLIP / len(MOVES))
    return P


P = _transitions()
TRUE = np.zeros((STATES, len(MOVES)))  # the reward of which the expert knows
TRUE[-1], TRUE[SIDE + 1] = 1.0, -1.0


def occupancy(pi: np.ndarray) -> np.ndarray:
    """rho(s, a) of an actor pi(a|s), both (states, actions); its sum is 1."""
    move = np.einsum("sa,sat->ts", pi, P)
    return (1 - GAMMA) * np.linalg.solve(np.eye(STATES) - GAMMA * move, START)[:, None] * pi


def gain(pi: np.ndarray) -> float:
    """Discounted sum of the true rewards that an actor expects."""
    return float((occupancy(pi) * TRUE).sum() / (1 - GAMMA))


def advantage(pi: np.ndarray, reward: np.ndarray) -> np.ndarray:
    """A(s, a) = Q(s, a) - V(s), exactly: of a critic that has learned all there is."""
    move = np.einsum("sa,sat->st", pi, P)
    V = np.linalg.solve(np.eye(STATES) - GAMMA * move, (pi * reward).sum(axis=1))
    return reward + GAMMA * P @ V - V[:, None]


def expert(temperature: float = 0.05, sweeps: int = 500) -> np.ndarray:
    """The soft-optimal actor, by value iteration: pi = softmax(Q / temperature)."""
    V = np.zeros(STATES)
    for _ in range(sweeps):
        Q = TRUE + GAMMA * P @ V
        best = Q.max(axis=1)
        V = best + temperature * np.log(np.exp((Q - best[:, None]) / temperature).sum(axis=1))
    return softmax(Q / temperature)


def visits(pi: np.ndarray, trajectories: int, rng: np.random.Generator) -> np.ndarray:
    """Discounted counts of (s, a) in that many trajectories of `LENGTH` steps."""
    require_rng("visits", rng)
    counts = np.zeros_like(pi)
    for _ in range(trajectories):
        s = rng.choice(STATES, p=START)
        for t in range(LENGTH):
            a = rng.choice(len(MOVES), p=pi[s])
            counts[s, a] += GAMMA**t
            s = rng.choice(STATES, p=P[s, a])
    return counts


def clone(counts: np.ndarray) -> np.ndarray:
    """The actor that does as the expert did state by state, and anything where it never was."""
    counts = counts + 1e-9
    return counts / counts.sum(axis=1, keepdims=True)


def reward_of(rho_hat: np.ndarray, rho: np.ndarray, kind: str) -> np.ndarray:
    """-log(1 - D*) for "GAIL", D*'s logit for "AIRL"; D* = 1 stands for the expert."""
    known_name("kind", kind, ("GAIL", "AIRL"))
    real, fake = rho_hat + _LEAST, rho + _LEAST
    return np.log((real + fake) / fake) if kind == "GAIL" else np.log(real / fake)


def imitate(rho_hat: np.ndarray, kind: str = "GAIL", steps: int = 400) -> np.ndarray:
    """The actor after natural policy gradient steps, theta += 0.3 A, each against its D*."""
    theta = np.zeros_like(rho_hat)
    for _ in range(steps):
        pi = softmax(theta)
        theta = theta + 0.3 * advantage(pi, reward_of(rho_hat, occupancy(pi), kind))
    return softmax(theta)


def away(pi: np.ndarray, rho: np.ndarray) -> float:
    """JSD of an actor's occupancy from another, in nats."""
    return js_masses(rho.ravel(), occupancy(pi).ravel())
