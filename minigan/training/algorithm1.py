"""Algorithm 1 of the 2014 paper: minibatch gradient training of adversarial nets.

    for number of training iterations do
        for k steps do
            sample m noise samples from p_z and m examples from p_data
            update the discriminator by its stochastic gradient
        sample m noise samples from p_z
        update the generator by its stochastic gradient

``Algorithm1.step`` is one pass of the outer loop, line by line. The gradients
come from `minigan.training.steps`, or from their faster twin in `minigan.fast`. Networks
on a GPU take the same turns in `minigan.cuda`, without waiting for one another's numbers.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from minigan.base.errors import InputError
from minigan.base.randomness import Streams, streams
from minigan.base.validation import whole_number
from minigan.costs import generator_cost
from minigan.layers.image import ImageLayer
from minigan.networks.sequential import Sequential
from minigan.optimizers import Optimizer
from minigan.training.interrupts import interrupts_wait
from minigan.training.players import check_optimizers, check_players, minibatch, on_device
from minigan.training.records import Record, checked_norm, fraction, overflow_is_named
from minigan.training.steps import (
    discriminator_gradients,
    generator_gradients,
    simultaneous_gradients,
)

if TYPE_CHECKING:
    from minigan.base.types import Sampler


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
    seed : int, numpy.random.SeedSequence or Streams
        Of the data, noise and dropout streams; or the streams themselves.
    fast : bool
        False computes the gradients by the plain functions in `minigan.training.steps`;
        the numbers agree to rounding, for layers that do not mix the examples of a batch.
        With convolutions the plain functions are the faster ones, and used.

    Raises
    ------
    InputError
        If something does not fit: widths, dtypes, devices, ranges, options.

    Notes
    -----
    On a GPU nobody waits for a step to be done. A record's numbers are fetched when they are
    asked for, and a `NonFiniteError` is raised when they are: at the next record that is
    read, every 200 turns, or at the end of a play. The networks are then as they were before
    the update that it names. Schedules are asked up to 100 updates ahead. See `minigan.cuda`.

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
        seed: int | np.random.SeedSequence | Streams = 0,
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
        self._streams = seed if isinstance(seed, Streams) else streams(seed, G.device)
        self.steps_done = 0
        self._choose_gradients(fast)

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
        if self._on_gpu is not None:
            self._on_gpu.look()

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
        if self._on_gpu is not None:
            return self._on_gpu.step()
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
        if self._on_gpu is not None:
            return self._on_gpu.discriminator()
        z = self._sample_noise()
        x = self._sample_data()
        with overflow_is_named():
            J_D, a_real, a_fake = self._discriminator_gradients(x, z, self._streams.dropout)
            norm = checked_norm("J_D", J_D, self.D, self.steps_done + 1)
        self.D_optimizer.step()
        return float(J_D), fraction(a_real > 0), fraction(a_fake < 0), norm

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
        if self._on_gpu is not None:
            return self._on_gpu.generator()
        z = self._sample_noise()
        with overflow_is_named():
            J_G, _ = self._generator_gradients(z, self._cost, self._streams.dropout)
            norm = checked_norm("J_G", J_G, self.G, self.steps_done + 1)
        self.G_optimizer.step()
        return float(J_G), norm

    def _update_both(self):
        z = self._sample_noise()
        x = self._sample_data()
        with overflow_is_named():
            J_D, J_G, a_real, a_fake = self._simultaneous_gradients(
                x, z, self._cost, self._streams.dropout
            )
            D_norm = checked_norm("J_D", J_D, self.D, self.steps_done + 1)
            G_norm = checked_norm("J_G", J_G, self.G, self.steps_done + 1)
        self.D_optimizer.step()
        self.G_optimizer.step()
        of_D = float(J_D), fraction(a_real > 0), fraction(a_fake < 0), D_norm
        return of_D, (float(J_G), G_norm)

    def _sample_noise(self):
        rng = self._streams.noise
        return minibatch("noise", self.noise, self.batch, self.G.n_in, self.G, rng)

    def _sample_data(self):
        rng = self._streams.data
        return minibatch("data", self.data, self.batch, self.D.n_in, self.D, rng)

    def __deepcopy__(self, memo) -> Algorithm1:
        if self._on_gpu is not None:
            self._on_gpu.look()
        twin = copy.copy(self)
        memo[id(self)] = twin
        for name, value in vars(self).items():
            # These are bound to the old networks.
            if name != "_on_gpu" and not name.endswith("_gradients"):
                setattr(twin, name, copy.deepcopy(value, memo))
        if self._on_gpu is not None:
            twin._on_gpu = self._on_gpu.twin(twin)
        else:
            twin._choose_gradients(self._is_fast)
        return twin

    def _choose_gradients(self, fast: bool) -> None:
        """Plain or fast functions (x, z, rng) -> J_D, ... and (z, cost, rng) -> J_G, ..."""
        self._is_fast = fast
        self._on_gpu: Any = None
        if self.G.xp is not np:
            from minigan.cuda.turns import DeviceTurns  # only where there is a GPU

            self._on_gpu = DeviceTurns(self, fast)
            return
        G, D = self.G, self.D
        if fast and not any(isinstance(layer, ImageLayer) for layer in (*G.layers, *D.layers)):
            from minigan.fast.gradients import FastGradients  # imported by those who train

            gradients = FastGradients(G, D, self.batch)
            self._discriminator_gradients: Any = gradients.discriminator
            self._generator_gradients: Any = gradients.generator
            self._simultaneous_gradients: Any = gradients.simultaneous
        else:
            self._discriminator_gradients = partial(discriminator_gradients, G, D)
            self._generator_gradients = partial(generator_gradients, G, D)
            self._simultaneous_gradients = partial(simultaneous_gradients, G, D)
