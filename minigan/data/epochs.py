"""A data set epoch by epoch: every example once, then every example once again in a new order.

The 2014 paper's code goes through its data in this way ("shuffled_sequential"); Algorithm 1 as
printed draws minibatches at random, which is `minigan.Examples`.
"""

import copy
from collections.abc import Iterator
from typing import Any, Self

import numpy as np

from minigan.base.backend import Device, array_module, described, to_host
from minigan.base.errors import InputError
from minigan.base.randomness import require_rng
from minigan.base.validation import whole_number


class Epochs:
    """Rows of a data set, without replacement, epoch after epoch.

    If a minibatch does not divide the number of examples, the one at the end of an epoch is
    filled up from the beginning of the next: all minibatches have the size asked for, and no
    example is left out. (50,000 MNIST images and minibatches of 100 come out even.)

    Parameters
    ----------
    X : array, shape (examples, dim)
        Finite floating-point numbers, on the CPU or on a GPU. Kept as it is and not copied.

    Raises
    ------
    InputError
        If ``X`` is empty, not two-dimensional, not floating-point or not finite.

    Examples
    --------
    >>> import numpy as np
    >>> data, rng = Epochs(np.arange(6.0).reshape(6, 1)), np.random.default_rng(0)
    >>> x = np.concatenate([data.sample(4, rng), data.sample(2, rng)])
    >>> sorted(x[:, 0].tolist()), data.epoch
    ([0.0, 1.0, 2.0, 3.0, 4.0, 5.0], 1)
    """

    def __init__(self, X: np.ndarray):
        xp = array_module(X)
        X = np.asarray(X) if xp is np else X
        if X.ndim != 2 or X.size == 0 or X.dtype.kind != "f" or not xp.isfinite(X).all():
            raise InputError(
                f"Epochs: expected finite floating-point rows (examples, dim), got {described(X)}"
            )
        self.X, self.dim = X, X.shape[1]
        self._drawn = 0
        self._order: Any = None  # of the examples in this epoch; lives where rng's numbers do

    @property
    def epoch(self) -> int:
        """Epochs completed: examples drawn so far / examples there are, rounded down."""
        return self._drawn // len(self.X)

    def sample(self, m: int, rng: np.random.Generator) -> np.ndarray:
        """The next m rows, shape (m, dim); ``rng`` is used when an epoch begins."""
        pieces = [self.X[self._order[places]] for places in self._next(m, rng)]
        return pieces[0] if len(pieces) == 1 else array_module(self.X).concatenate(pieces)

    def _next(self, m: int, rng: np.random.Generator) -> Iterator[slice]:
        """Places of the next m rows in ``_order``, piece by piece: of one epoch, then the next."""
        m = whole_number("Epochs: m", m)
        while m > 0:
            first = self._drawn % len(self.X)
            if first == 0:
                require_rng("Epochs", rng)
                # The order of random numbers is a random order. (CuPy has no permutation.)
                self._order = rng.random(len(self.X)).argsort()
            places = slice(first, min(first + m, len(self.X)))
            yield places
            self._drawn += places.stop - first
            m -= places.stop - first

    def to(self, device: Device) -> Self:
        """The same data at the same place of the same epoch, on a device."""
        if array_module(self.X) is device.xp:
            return self
        twin = copy.copy(self)
        twin.X = device.to_device(to_host(self.X))
        if self._order is not None:
            twin._order = device.to_device(to_host(self._order))
        return twin

    def state(self) -> dict[str, Any]:
        """Number ``drawn`` so far, and the ``order`` of this epoch: int64, at first of length 0."""
        order = np.empty(0) if self._order is None else to_host(self._order)
        return {"drawn": self._drawn, "order": order.astype(np.int64)}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from where `state` was taken; InputError if it is of a data set of another size."""
        try:
            drawn, order = np.asarray(state["drawn"]), np.asarray(state["order"])
        except (KeyError, TypeError) as error:
            raise InputError("Epochs: expected a state with drawn and order") from error
        if drawn.shape != () or drawn.dtype.kind not in "iu" or order.dtype.kind not in "iu":
            raise InputError("Epochs: expected a number drawn and an order, both whole numbers")
        n = len(self.X)
        is_permutation = order.shape == (n,) and (np.sort(order) == np.arange(n)).all()
        if drawn < 0 or not (is_permutation or (drawn == 0 and order.size == 0)):
            raise InputError(f"Epochs: expected a permutation of {n} examples, got another state")
        self._drawn = int(drawn)
        self._order = array_module(self.X).asarray(order.astype(np.int64)) if drawn else None
