"""Check of the last exercise: one iteration of Algorithm 1, line by line.

The reader's function is given samplers that play back known minibatches, and networks with
leftovers in their gradients. What it leaves in G and D is compared with the iteration as
minigan's turns compute it, and with iterations that have one well-known flaw each.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

import minigan as mg
from exercises.answers import NotYetError, WrongError, same

M, RATE = 6, 0.5


class Tape:
    """A distribution that plays back minibatches, and remembers what was asked for.

    Parameters
    ----------
    batches : array, shape (n, M, dim)
    """

    def __init__(self, batches: np.ndarray):
        self.batches = batches
        self.sizes: list[int] = []

    def sample(self, m: int, rng: np.random.Generator) -> np.ndarray:
        """The next minibatch; the last one again when there are no more."""
        self.sizes.append(m)
        return self.batches[min(len(self.sizes), len(self.batches)) - 1].copy()


class Iteration(NamedTuple):
    """Parameters of G and of D after one iteration."""

    G: np.ndarray
    D: np.ndarray


# What is wrong with D's step, or with G's, if it is one of these.
FLAWS_OF_D = {
    "leftover": "D.grads still held something: set it to 0 before D.backward adds to it",
    "climb": "D goes up on its cost",
    "still": "D has not moved",
    "real only": "D has learned from the real examples only",
    "fake only": "D has learned from the generated examples only",
    "moved twice": "D moves again in G's turn: param_grads=False leaves its gradients alone, "
    "and D_optimizer.step() belongs to D's turn",
}
FLAWS_OF_G = {
    "leftover": "G.grads still held something: set it to 0 before G.backward adds to it",
    "climb": "G goes up on its cost: it helps D",
    "still": "G has not moved",
    "old noise": "G's step uses the noise of D's step: D has just learned from these very fakes",
    "old D": "G's gradient goes through the D of before its update; Algorithm 1 updates D first",
    "minimax": "this G descends on the minimax cost; asked for is the non-saturating one",
}


def one_iteration(answer: Callable) -> None:
    """Exercise 13: what the reader's iteration leaves in G and D, with k = 1.

    Parameters
    ----------
    answer : callable
        (G, D, noise, data, G_optimizer, D_optimizer, m, rng), all of minigan; it moves
        both networks and returns nothing.

    Raises
    ------
    NotYetError, WrongError
    """
    if not callable(answer):
        raise WrongError(f"expected a function, got {type(answer).__name__}")
    G, D, z, x = _game()
    before, grads = Iteration(G.params.copy(), D.params.copy()), Iteration(G.grads, D.grads)
    noise, data, optimizers = Tape(z), Tape(x), (mg.SGD(G, RATE), mg.SGD(D, RATE))
    left = [vector.copy() for vector in grads]
    try:
        answer(G, D, noise, data, *optimizers, M, np.random.default_rng(13))
    except NotImplementedError:
        raise NotYetError from None
    except Exception as error:
        raise WrongError(f"it raises {type(error).__name__}: {error}") from error
    untouched = all(same(now, then) for now, then in zip(grads, left, strict=True))
    if untouched and not noise.sizes + data.sizes:
        raise NotYetError
    _check_samples(noise.sizes, data.sizes)
    wanted = iteration()
    if not same(D.params, wanted.D):
        _name_flaw("D", D.params, before.D, FLAWS_OF_D)
    if not same(G.params, wanted.G):
        _name_flaw("G", G.params, before.G, FLAWS_OF_G)


def iteration(flaw: str = "", player: str = "") -> Iteration:
    """One iteration by the turns of minigan, with one flaw in one player's step.

    Parameters
    ----------
    flaw : str
        A key of ``FLAWS_OF_D`` or ``FLAWS_OF_G``; none by default.
    player : {"", "G", "D"}
        Whose step has it.

    Returns
    -------
    Iteration
    """
    G, D, z, x = _game()
    of_G, of_D = (flaw if player == name else "" for name in "GD")
    rng = np.random.default_rng(13)
    left, D_before = (G.grads.copy(), D.grads.copy()), D.copy()
    D.zero_grads()
    mg.DiscriminatorTurn(G, D).gradients(rng, x=x[0], z=z[0])
    if of_D.endswith("only"):
        D.grads[:] = _half(G, D, x[0] if of_D == "real only" else G(z[0]), of_D == "real only")
    D.params = D.params - RATE * _flawed(D.grads, of_D, left[1])
    seen = D_before if of_G == "old D" else D
    cost = mg.minimax_cost if of_G == "minimax" else mg.non_saturating_cost
    G.zero_grads()
    mg.GeneratorTurn(G, seen, cost).gradients(rng, z=z[0] if of_G == "old noise" else z[1])
    if of_D == "moved twice":
        a, cache = D.forward(G(z[1]))
        D.backward(cost(a)[1], cache)  # adds to what D's own turn left
        D.params = D.params - RATE * D.grads
    G.params = G.params - RATE * _flawed(G.grads, of_G, left[0])
    return Iteration(G.params.copy(), D.params.copy())


def _game():
    """Two small networks with leftovers in their gradients, two minibatches of z, one of x."""
    G = mg.Sequential([mg.Linear(2, 4), mg.Tanh(), mg.Linear(4, 3)], seed=1, dtype="float64")
    D = mg.Sequential([mg.Linear(3, 5), mg.Tanh(), mg.Linear(5, 1)], seed=2, dtype="float64")
    rng = np.random.default_rng(3)
    for network in (G, D):
        network.grads = rng.standard_normal(network.grads.size)
    return G, D, rng.standard_normal((2, M, 2)), rng.standard_normal((1, M, 3)) + 1


def _check_samples(of_noise: list[int], of_data: list[int]) -> None:
    """How often, and how many."""
    if not of_data:
        raise WrongError("no examples were drawn with data.sample(m, rng)")
    if not of_noise:
        raise WrongError("no noise was drawn with noise.sample(m, rng)")
    if len(of_noise) == 1:
        raise WrongError("noise was drawn once; G's step needs fresh noise, which D has not seen")
    if len(of_noise) > 2 or len(of_data) > 1:
        raise WrongError(
            f"expected 2 minibatches of noise and 1 of data, got {len(of_noise)} and {len(of_data)}"
        )
    if {*of_noise, *of_data} != {M}:
        raise WrongError(f"expected minibatches of m = {M}, got {sorted({*of_noise, *of_data})}")


def _flawed(grads: np.ndarray, flaw: str, left: np.ndarray) -> np.ndarray:
    """The gradient with which an optimizer would have moved."""
    return {"leftover": grads + left, "climb": -grads, "still": 0 * grads}.get(flaw, grads)


def _half(G: mg.Sequential, D: mg.Sequential, rows: np.ndarray, real: bool) -> np.ndarray:
    """Gradient of the half of J_D that looks at real, or at generated, examples."""
    twin = D.copy()
    a, cache = twin.forward(rows)
    da = mg.discriminator_cost(a, a)[1 if real else 2]
    twin.grads[:] = 0
    twin.backward(da, cache)
    return twin.grads


def _name_flaw(player: str, now: np.ndarray, before: np.ndarray, flaws: dict[str, str]) -> None:
    for flaw, message in flaws.items():
        if same(now, getattr(iteration(flaw, player), player)):
            raise WrongError(message)
    size, right = (np.abs(to - before).max() for to in (now, getattr(iteration(), player)))
    raise WrongError(
        f"{player} is not where Algorithm 1 leads: its largest step is {size:.4g}, "
        f"expected {right:.4g}; is its gradient that of its own cost?"
    )
