"""Algorithm 1 of the 2014 paper: minibatch gradient training of adversarial nets.

    for number of training iterations do
        for k steps do
            sample m noise samples from p_z and m examples from p_data
            update the discriminator by its stochastic gradient
        sample m noise samples from p_z
        update the generator by its stochastic gradient

``Algorithm1.step`` is one pass of the outer loop, line by line. The gradients
come from `minigan.training.steps`, or from their faster twin in `minigan.fast`.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from minigan.backend import array_module, described
from minigan.costs import generator_cost
from minigan.errors import InputError, NonFiniteError
from minigan.layers.sequential import Sequential
from minigan.optimizers import Optimizer
from minigan.randomness import streams
from minigan.training.interrupts import interrupts_wait
from minigan.training.players import check_optimizers, check_players, on_device
from minigan.training.steps import (
    discriminator_gradients,
    generator_gradients,
    simultaneous_gradients,
)
from minigan.validation import whole_number

if TYPE_CHECKING:
    from minigan.types import Sampler


class Record(NamedTuple):
    """What happened in one step.

    ``J_D`` and ``J_G`` are the costs of `minigan.costs`, with the tutorial's factor 1/2.
    ``real_accuracy`` and ``fake_accuracy`` are the fractions of the minibatch that D
    put on the right side of 1/2; ``D_grad_norm`` and ``G_grad_norm`` the Euclidean
    lengths of the gradients. D's figures are those of the last of its k updates.
    """

    step: int
    J_D: float
    J_G: float
    real_accuracy: float
    fake_accuracy: float
    D_grad_norm: float
    G_grad_norm: float


class Algorithm1:
    """The game of two networks, played by stochastic gradient descent.

    Parameters
    ----------
    G : Sequential
        Generator, from noise to examples.
    D : Sequential
        Discriminator, from examples to one logit.
    data, noise : Sampler
        Anything with ``sample(m, rng)``: p_data and the noise prior p_z.
    G_optimizer, D_optimizer : Optimizer
        Built on G and on D.
    batch : int
        m, examples a minibatch, >= 1.
    k : int
        Discriminator updates a generator update, >= 1. The paper uses 1.
    cost : {"non-saturating", "minimax", "max-likelihood"}
        What the generator minimises.
    simultaneous : bool
        True moves both players at once, from gradients at the same point on the same
        minibatch, as the paper's code does; k must then be 1. False alternates, as
        Algorithm 1 does.
    seed : int or numpy.random.SeedSequence
        Of the data, noise and dropout streams.
    fast : bool
        False computes the gradients by the plain functions in `minigan.training.steps`;
        the numbers agree to rounding, for layers that do not mix the examples of a batch.
        Simultaneous updates are always plain.

    Raises
    ------
    InputError
        If something does not fit: widths, dtypes, ranges, options.

    Examples
    --------
    >>> import minigan as mg
    >>> G = mg.Sequential([mg.Linear(1, 8), mg.ReLU(), mg.Linear(8, 1)], seed=1)
    >>> D = mg.Sequential([mg.Maxout(1, 8), mg.Linear(8, 1)], seed=2)
    >>> game = mg.Algorithm1(G, D, data=mg.Normal(2.0), noise=mg.Uniform(),
    ...                      G_optimizer=mg.SGD(G, 0.1), D_optimizer=mg.SGD(D, 0.1))
    >>> for record in game.play(10):
    ...     pass
    >>> record.step
    10
    """

    def __init__(
        self,
        G: Sequential,
        D: Sequential,
        *,
        data: Sampler,
        noise: Sampler,
        G_optimizer: Optimizer,
        D_optimizer: Optimizer,
        batch: int = 128,
        k: int = 1,
        cost: str = "non-saturating",
        simultaneous: bool = False,
        seed: int | np.random.SeedSequence = 0,
        fast: bool = True,
    ):
        self.G, self.D = G, D
        self.G_optimizer, self.D_optimizer = G_optimizer, D_optimizer
        self.batch = whole_number("batch", batch)
        self.k = whole_number("k", k)
        self.simultaneous = simultaneous
        self._cost = generator_cost(cost)
        check_players(G, D, data, noise)
        self.data, self.noise = on_device(data, G.device), on_device(noise, G.device)
        check_optimizers(G, D, G_optimizer, D_optimizer)
        if simultaneous and self.k != 1:
            raise InputError(f"k: expected 1 with simultaneous updates, got {self.k}")
        self._streams = streams(seed, G.device)
        self._choose_gradients(fast)
        self.steps_done = 0

    def play(self, steps: int) -> Iterator[Record]:
        """Play ``steps`` steps, one each time a record is asked for.

        Parameters
        ----------
        steps : int
            >= 1. The iterator may be left at any point, and ``play`` called again.

        Returns
        -------
        iterator of Record

        Raises
        ------
        InputError
            If ``steps`` is not a whole number >= 1.
        NonFiniteError
            If a cost or a gradient becomes NaN or infinite; that update is not made.
        KeyboardInterrupt
            On Ctrl-C, always after a whole step.
        """
        return self._play(whole_number("steps", steps))

    def _play(self, steps: int) -> Iterator[Record]:
        for _ in range(steps):
            with interrupts_wait():
                record = self.step()
            yield record

    def step(self) -> Record:
        """One pass of Algorithm 1's outer loop: k updates of D, then one of G.

        Returns
        -------
        Record

        Raises
        ------
        NonFiniteError
            If a cost or a gradient becomes NaN or infinite; that update is not made.
        """
        if self.simultaneous:
            of_D, of_G = self._update_both()
        else:
            for _ in range(self.k):
                of_D = self.update_discriminator()
            of_G = self.update_generator()
        self.steps_done += 1
        J_D, real_accuracy, fake_accuracy, D_norm = of_D
        J_G, G_norm = of_G
        return Record(self.steps_done, J_D, J_G, real_accuracy, fake_accuracy, D_norm, G_norm)

    def update_discriminator(self) -> tuple[float, float, float, float]:
        """One pass of Algorithm 1's inner loop: fresh noise, fresh data, one update of D.

        Returns
        -------
        J_D, real_accuracy, fake_accuracy, D_grad_norm : float
            As in `Record`.

        Raises
        ------
        NonFiniteError
            If the cost or its gradient becomes NaN or infinite; D is not updated.
        """
        z = self._sample_noise()
        x = self._sample_data()
        with _overflow_is_named():
            J_D, a_real, a_fake = self._discriminator_gradients(x, z, self._streams.dropout)
            norm = self._checked_norm("J_D", J_D, self.D)
        self.D_optimizer.step()
        return float(J_D), _fraction(a_real > 0), _fraction(a_fake < 0), norm

    def update_generator(self) -> tuple[float, float]:
        """The rest of a step: fresh noise, one update of G through the present D.

        Returns
        -------
        J_G, G_grad_norm : float
            As in `Record`.

        Raises
        ------
        NonFiniteError
            If the cost or its gradient becomes NaN or infinite; G is not updated.
        """
        z = self._sample_noise()
        with _overflow_is_named():
            J_G, _ = self._generator_gradients(z, self._cost, self._streams.dropout)
            norm = self._checked_norm("J_G", J_G, self.G)
        self.G_optimizer.step()
        return float(J_G), norm

    def _update_both(self):
        z = self._sample_noise()
        x = self._sample_data()
        with _overflow_is_named():
            J_D, J_G, a_real, a_fake = simultaneous_gradients(
                self.G, self.D, x, z, self._cost, self._streams.dropout
            )
            D_norm = self._checked_norm("J_D", J_D, self.D)
            G_norm = self._checked_norm("J_G", J_G, self.G)
        self.D_optimizer.step()
        self.G_optimizer.step()
        of_D = float(J_D), _fraction(a_real > 0), _fraction(a_fake < 0), D_norm
        return of_D, (float(J_G), G_norm)

    def _sample_noise(self):
        return self._draw("noise", self.noise, self.G.n_in, self._streams.noise)

    def _sample_data(self):
        return self._draw("data", self.data, self.D.n_in, self._streams.data)

    def _draw(self, what: str, sampler: Sampler, width: int | None, rng) -> np.ndarray:
        rows, xp = sampler.sample(self.batch, rng), self.G.xp
        if array_module(rows) is not xp:
            raise InputError(
                f"{what}.sample: expected a {xp.__name__} array, got {described(rows)}"
            )
        rows = xp.asarray(rows)
        if rows.shape != (self.batch, width):
            raise InputError(f"{what}.sample: expected ({self.batch}, {width}), got {rows.shape}")
        return rows.astype(self.G.dtype, copy=False)

    def _checked_norm(self, name: str, J, player: Sequential) -> float:
        """Length of the player's gradient, if it and the cost are finite."""
        norm = math.sqrt(player.grads.dot(player.grads))
        for what, number in ((name, float(J)), (f"the gradient of {name}", norm)):
            if not math.isfinite(number):
                step = self.steps_done + 1
                raise NonFiniteError(f"step {step}: {what} became {number}", step)
        return norm

    def __deepcopy__(self, memo) -> Algorithm1:
        twin = copy.copy(self)
        memo[id(self)] = twin
        for name, value in vars(self).items():
            if not name.endswith("_gradients"):  # these are bound to the old networks
                setattr(twin, name, copy.deepcopy(value, memo))
        twin._choose_gradients(self._is_fast)
        return twin

    def _choose_gradients(self, fast: bool) -> None:
        """Plain or fast functions (x, z, rng) -> J_D, ... and (z, cost, rng) -> J_G, ..."""
        self._is_fast = fast
        if fast:
            from minigan.fast.gradients import FastGradients  # imported by those who train

            gradients = FastGradients(self.G, self.D, self.batch)
            self._discriminator_gradients = gradients.discriminator
            self._generator_gradients = gradients.generator
        else:
            self._discriminator_gradients = partial(discriminator_gradients, self.G, self.D)
            self._generator_gradients = partial(generator_gradients, self.G, self.D)


def _overflow_is_named() -> np.errstate:
    """Context without NumPy's warnings: what is not finite ends in a NonFiniteError."""
    return np.errstate(over="ignore", invalid="ignore")


def _fraction(holds: np.ndarray) -> float:
    return float(holds.sum() / holds.size)
