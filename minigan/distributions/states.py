"""Bars and stripes, binary images that can all be listed, and the list of all states."""

import numpy as np

from minigan.base.backend import array_module
from minigan.base.errors import InputError
from minigan.base.randomness import require_rng
from minigan.base.validation import whole_number


def all_states(d: int) -> np.ndarray:
    """All 2^d binary rows in the order of the numbers that they spell, shape (2^d, d), float64.

    Parameters
    ----------
    d : int
        Binary variables, from 1 to 16; the first is the most significant bit.

    Returns
    -------
    array

    Raises
    ------
    InputError
        If there are more than 2^16 states.

    Examples
    --------
    >>> all_states(2).tolist()
    [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    """
    if whole_number("all_states: d", d) > 16:
        raise InputError(f"all_states: expected d <= 16, got {d} (2^{d} states)")
    return ((np.arange(2**d)[:, None] >> np.arange(d)[::-1]) & 1).astype(np.float64)


def state_index(x: np.ndarray) -> np.ndarray:
    """Places of binary rows x (m, d) in `all_states`, (m,)."""
    return x.astype(np.int64) @ (1 << np.arange(x.shape[1])[::-1])


class BarsAndStripes:
    """Images of n x n pixels, 0 or 1, whose rows or whose columns are constant.

    Rows or columns are chosen with probability 1/2, then each of the n lines is 1 with
    probability 1/2. All probabilities are multiples of 2^-(n + 1). (MacKay 2003, exercise 43.3.)

    Parameters
    ----------
    n : int
        Side, from 1 to 4; at 3 there are 512 states, of which 14 are patterns.

    Attributes
    ----------
    dim : int
        Pixels, n^2.
    images : array, shape (2^(n + 1), dim)
        The images in equal parts: as often as each is there, so often has it 2^-(n + 1).
    states : array, shape (2^dim, dim)
        All states, as `all_states` lists them.
    pmf : array, shape (2^dim,)
        Their probabilities; of what is no pattern, 0.
    entropy : float
        In nats.

    Raises
    ------
    InputError
        If n is larger than 4, where the states are too many.

    Examples
    --------
    >>> data = BarsAndStripes()
    >>> int((data.pmf > 0).sum()), round(data.entropy, 6)
    (14, 2.599302)
    """

    def __init__(self, n: int = 3):
        self.n = whole_number("BarsAndStripes: n", n)
        self.dim = self.n**2
        if self.n > 4:
            raise InputError(f"BarsAndStripes: expected n <= 4, got {n} (2^{self.dim} states)")
        self.states = all_states(self.dim)
        lines = np.repeat(all_states(self.n), self.n, axis=1)  # an image in each row
        columns = lines.reshape(-1, self.n, self.n).swapaxes(1, 2).reshape(lines.shape)
        self.images = np.concatenate([lines, columns])
        found = state_index(self.images)
        self.pmf = np.bincount(found, minlength=2**self.dim) / len(found)
        p = self.pmf[self.pmf > 0]
        self.entropy = float(-p @ np.log(p))

    def __repr__(self) -> str:
        return f"BarsAndStripes({self.n})"

    def sample(self, m: int, rng: np.random.Generator) -> np.ndarray:
        """m independent images, float32, shape (m, dim)."""
        require_rng("BarsAndStripes", rng)
        lines = rng.integers(0, 2, (m, self.n, 1))
        is_row = rng.integers(0, 2, (m, 1, 1)) == 1
        images = array_module(lines).where(is_row, lines, lines.swapaxes(1, 2))
        return images.reshape(m, -1).astype(np.float32)
