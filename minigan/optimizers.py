"""Optimizers: gradient descent with momentum, and Adam.

A network is one flat vector, so an optimizer is a few lines on two vectors,
written in place because on small networks every temporary array costs time.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from minigan.base.errors import InputError
from minigan.base.states import expect_like, fill, snapshot
from minigan.base.validation import real_number, shown, whole_number
from minigan.networks.sequential import Sequential
from minigan.passes.extra import compiled
from minigan.passes.team import cuts, team
from minigan.schedules import is_constant, schedule

if TYPE_CHECKING:
    from minigan.base.types import Schedule


BLOCK = 2**16  # numbers; a few vectors of so many fit into a processor's cache
LONG = 2**18  # numbers from which on a team shares an update


def blocks(*vectors: np.ndarray) -> Iterator[tuple[np.ndarray, ...]]:
    """Views of vectors (n,), piece by piece, each piece's views together.

    An update then finds near what it reads twice: on the nets of the 2014 paper's MNIST
    experiment it takes a quarter less time.
    """
    if vectors[0].size <= BLOCK:
        yield vectors
        return
    for start in range(0, vectors[0].size, BLOCK):
        yield tuple(vector[start : start + BLOCK] for vector in vectors)


class Optimizer(ABC):
    """Base of optimizers: counts updates, asks schedules for rates, keeps the constraints.

    Parameters
    ----------
    network : Sequential
        Whose ``params`` are moved, given its ``grads``.
    lr : float or Schedule
        Learning rate, >= 0, or a function of the number of updates made.

    Attributes
    ----------
    t : int
        Updates made so far.
    memory : tuple of str
        Names of the vectors that a subclass keeps between updates; each names its own.

    Raises
    ------
    InputError
        If a rate is negative or not a number.
    """

    memory: ClassVar[tuple[str, ...]]
    _move: Callable[..., None]  # changes vectors, each number by itself, with memory for `BLOCK`
    highest: ClassVar[dict[str, float]] = {"momentum": 1.0}  # of rates, the first not allowed

    def __init__(self, network: Sequential, lr: float | Schedule):
        if not isinstance(network, Sequential):
            raise InputError(f"{type(self).__name__}: expected a Sequential, got {network!r}")
        self.network = network
        self.lr: Any = lr
        self.t = 0
        self._scratch = network.xp.empty_like(network.params[:BLOCK])

    def step(self) -> None:
        """Move the parameters once by the network's present ``grads``, then constrain them.

        Raises
        ------
        InputError
            If a schedule returns NaN or a number out of range; nothing has moved then.
        """
        self._update(self.network.params, self.network.grads, self.rate("lr"))
        self.t += 1
        self.network.constrain()

    def __setattr__(self, name: str, value: Any) -> None:
        if name in ("lr", "momentum"):  # a number is a schedule too, now and later
            high = self.highest.get(name, math.inf)
            value = schedule(f"{type(self).__name__}: {name}", value, high=high)
        object.__setattr__(self, name, value)

    def rate(self, name: str, t: int | None = None) -> float:
        """The number that a schedule has for the next update, or for the one after ``t`` updates.

        Parameters
        ----------
        name : str
            Of the schedule: "lr", or "momentum" of `SGD`.
        t : int, optional

        Returns
        -------
        float

        Raises
        ------
        InputError
            If it is not a finite number >= 0, or a momentum is not below 1.
        """
        t = self.t if t is None else t
        given, high = getattr(self, name)(t), self.highest.get(name, math.inf)
        value = np.asarray(given)
        if value.shape or value.dtype.kind not in "iuf" or not 0 <= value < high:
            below = "finite" if high == math.inf else f"below {high:g}"
            raise InputError(
                f"{type(self).__name__}: {name}: expected a schedule of numbers >= 0 and {below}, "
                f"got {shown(given)} after {t} updates"
            )
        return float(value)

    def __repr__(self) -> str:
        rates = ", ".join(f"{name}={value!r}" for name, value in self._settings().items())
        return f"{type(self).__name__}({self.network.name}, {rates}, t={self.t})"

    def _settings(self) -> dict[str, Any]:
        """Rates and the like by name, numbers where they are constant, for the repr."""
        names = [name for name in ("lr", "momentum", "beta1", "beta2", "eps") if name in vars(self)]
        settings = {name: getattr(self, name) for name in names}
        return {n: s(0) if is_constant(s) else s for n, s in settings.items()}

    def state(self) -> dict[str, Any]:
        """Number of updates and vectors, for a checkpoint; rates belong to the configuration.

        Returns
        -------
        dict
            ``class``, ``t``, and the vectors named in ``memory``.

        Raises
        ------
        InputError
            If a subclass does not say what its ``memory`` is.
        """
        kind = type(self).__name__
        if not hasattr(self, "memory"):
            raise InputError(f"{kind}: expected memory = names of its vectors to save, got none")
        vectors = {name: snapshot(getattr(self, name)) for name in self.memory}
        return {"class": kind, "t": self.t, **vectors}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from where `state` was taken.

        Parameters
        ----------
        state : dict
            From an optimizer of the same class, on a network of the same size and dtype.

        Raises
        ------
        InputError
            If it is of another; nothing has changed then.
        """
        expect_like(type(self).__name__, state, self.state())
        self.t = whole_number(f"{type(self).__name__}: t", state["t"], 0)
        for name in self.memory:
            fill(getattr(self, name), state[name])

    @abstractmethod
    def _update(self, params: np.ndarray, grads: np.ndarray, lr: float) -> None:
        """Change ``params`` in place."""

    def _make(self, kernel: str, vectors: Sequence[np.ndarray], *numbers: float) -> None:
        """Make the update, by ``_move`` or its compiled kernel: long vectors by a team's shares."""
        faster: Any = compiled() if self.network.fast and self.network.xp is np else None
        move = partial(faster.update, getattr(faster, kernel)) if faster else self._move
        at_hand = team() if vectors[0].size >= LONG else None
        if at_hand is None:
            move(vectors, self._scratch, *numbers)
            return
        here = cuts(vectors[0].size, at_hand.size)

        def job(i: int) -> None:
            scratch = np.empty_like(self._scratch) if i else self._scratch
            move([vector[here[i]] for vector in vectors], scratch, *numbers)

        at_hand.run(job, len(here))


class SGD(Optimizer):
    """Gradient descent with momentum: v <- mu v - lr g, theta <- theta + v.

    Parameters
    ----------
    network : Sequential
        Whose ``params`` are moved, given its ``grads``.
    lr : float or Schedule
        Learning rate, >= 0.
    momentum : float or Schedule
        mu, in [0, 1); 0 is plain gradient descent. The 2014 paper's experiments
        go from .5 to .7 (``linear_ramp``).

    Raises
    ------
    InputError
        If a rate is out of range.

    Notes
    -----
    This is classical momentum (Polyak 1964), not Nesterov's. The rate is inside v,
    as in the original code; PyTorch keeps it outside (v <- mu v + g,
    theta <- theta - lr v), which differs as soon as the rate changes.
    """

    memory = ("velocity",)

    def __init__(self, network: Sequential, lr: float | Schedule, momentum: float | Schedule = 0.0):
        super().__init__(network, lr)
        self.momentum: Any = momentum
        self.velocity = network.xp.zeros_like(network.params)

    def _update(self, params, grads, lr):
        self._make("sgd", (params, grads, self.velocity), self.rate("momentum"), lr)

    def _move(self, vectors, scratch, mu, lr):
        for p, g, v in blocks(*vectors):
            here = scratch[: p.size]
            v *= mu
            self.network.xp.multiply(g, lr, out=here)
            v -= here
            p += v


class Adam(Optimizer):
    """Adam: momentum on the gradient, divided by the root of its second moment.

    Parameters
    ----------
    network : Sequential
        Whose ``params`` are moved, given its ``grads``.
    lr : float or Schedule
        Learning rate, >= 0.
    beta1, beta2 : float
        Decay of the two moments, each in [0, 1). GANs often use beta1 = 0.5.
    eps : float
        Keeps the division finite, > 0.

    Raises
    ------
    InputError
        If a number is out of range.

    Notes
    -----
    Kingma & Ba (2015), Algorithm 1, with t = 1 for the first update:

        m <- beta1 m + (1 - beta1) g         v <- beta2 v + (1 - beta2) g^2
        theta <- theta - lr m^ / (sqrt(v^) + eps),
        m^ = m / (1 - beta1^t),  v^ = v / (1 - beta2^t)

    Multiplied through by s = sqrt(1 - beta2^t), the last line needs no m^ or v^:
    theta <- theta - lr s / (1 - beta1^t) * m / (sqrt(v) + s eps).
    """

    memory = ("m", "v")

    def __init__(
        self,
        network: Sequential,
        lr: float | Schedule = 1e-3,
        *,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
    ):
        super().__init__(network, lr)
        self.beta1 = real_number("Adam: beta1", beta1, 0, 1, high_open=True)
        self.beta2 = real_number("Adam: beta2", beta2, 0, 1, high_open=True)
        self.eps = real_number("Adam: eps", eps, 0, low_open=True)
        self.m = network.xp.zeros_like(network.params)
        self.v = network.xp.zeros_like(network.params)

    def _update(self, params, grads, lr):
        t = self.t + 1
        s = math.sqrt(1 - self.beta2**t)
        rate = lr * s / (1 - self.beta1**t)
        rests = self.beta1, 1 - self.beta1, self.beta2, 1 - self.beta2
        self._make("adam", (params, grads, self.m, self.v), *rests, s * self.eps, rate)

    def _move(self, vectors, scratch, beta1, rest1, beta2, rest2, eps, rate):
        xp = self.network.xp
        for p, g, m, v in blocks(*vectors):
            here = scratch[: p.size]
            m *= beta1
            xp.multiply(g, rest1, out=here)
            m += here
            v *= beta2
            xp.multiply(g, g, out=here)
            here *= rest2
            v += here
            xp.sqrt(v, out=here)
            here += eps
            xp.divide(m, here, out=here)
            here *= rate
            p -= here
