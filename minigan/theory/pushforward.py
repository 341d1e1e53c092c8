"""The exact p_g: what a generator of one variable does to the noise density.

If x = G(z) and z has density p_z, then x has density

    p_g(x) = sum over all z with G(z) = x of p_z(z) / |G'(z)|,

the change of variables, one term for every fold of G. There is no kernel and no
histogram here: the z are found by solving G(z) = x, and G' comes from the
generator's own backward pass. On a stretch on which G is flat, p_g has an atom, a point
that carries probability by itself.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from minigan.base.errors import InputError
from minigan.base.types import Density
from minigan.base.validation import whole_number
from minigan.networks.sequential import Sequential
from minigan.theory.densities import require_density
from minigan.theory.quadrature import density_panels, gauss_legendre

_EPS = np.finfo(np.float64).eps


class _Branch(NamedTuple):
    """A stretch of z on which G is monotone: nodes, with x ascending."""

    z: np.ndarray
    x: np.ndarray


class PushForward:
    """Distribution of G(z) for scalar noise and a scalar generator.

    Parameters
    ----------
    G : Sequential or callable
        A network 1 -> 1, or a function z -> (G(z), G'(z)) on arrays of shape (n,).
        A network is copied, in float64: the result is that of its present parameters.
    noise : Density
        The prior p_z, with ``pdf``, ``cdf`` and ``interval``.
    cells : int
        Intervals into which the prior's range is cut to look for folds, >= 2. Two folds
        inside one cell that leave no trace at its ends are missed.

    Attributes
    ----------
    nodes, values : array
        Points z between which G is monotone, dense around every fold, and G there.
    critical : array
        Values of G at its folds and at the ends of the prior, where p_g jumps or grows
        without bound. (It also jumps, by less, at the corners of a piecewise linear G.)
    atoms : list of (float, float)
        Values that G takes on a whole interval, and their probabilities.

    Raises
    ------
    InputError
        If G is not a map from one variable to one, or not finite on the prior's range.

    Examples
    --------
    >>> import numpy as np, minigan as mg
    >>> from minigan.theory import PushForward
    >>> p_g = PushForward(lambda z: (2 * z + 1, np.full_like(z, 2.0)), mg.Uniform(0, 1))
    >>> p_g.pdf(np.array([0.0, 2.0, 4.0]))
    array([0. , 0.5, 0. ])
    """

    def __init__(self, G: Sequential | Callable, noise: Density, cells: int = 2048):
        cells = whole_number("PushForward: cells", cells, low=2)
        require_density("noise", noise)
        self._G = _value_and_slope(G)
        self._noise = noise
        self._text = f"PushForward({getattr(G, '__name__', G)}, {noise!r})"
        self._cut_into_monotone_cells(density_panels(noise, cells))
        self._join_cells_into_branches()

    def __repr__(self) -> str:
        return self._text

    def pdf(self, x: np.ndarray) -> np.ndarray:
        """Density p_g at points x of any shape: 0 outside the range of G, inf where G' = 0.

        In probability per unit of x. Atoms are not part of it.
        """
        x = np.asarray(x, np.float64)
        density = np.zeros(x.size)
        for branch in self._branches:
            which, z, slope = self._solve(branch, x.ravel())
            density[which] += self._share(z, slope)
        return density.reshape(x.shape)

    def cdf(self, x: np.ndarray) -> np.ndarray:
        """Probability of G(z) <= x, atoms included, at points x of any shape."""
        x = np.asarray(x, np.float64)
        points = x.ravel()
        total = np.zeros(points.size)
        for value, mass in self.atoms:
            total += mass * (value <= points)
        for branch in self._branches:
            start, stop = self._noise.cdf(branch.z[[0, -1]])
            below = np.where(points >= branch.x[-1], abs(stop - start), 0.0)
            which, z, _ = self._solve(branch, points)
            below[which] = np.abs(self._noise.cdf(z) - start)
            total += below
        return np.clip(total, 0.0, 1.0).reshape(x.shape)

    def quadrature(
        self, cuts: tuple[float, ...] = (), order: int = 3
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Points x_j and weights w_j with E[f(G(z))] = sum_j w_j f(x_j), nearly.

        Gauss-Legendre in z on every monotone cell, cut once more wherever p_g jumps;
        singularities of p_g in x are gone in z. Atoms are points with their own mass.

        Parameters
        ----------
        cuts : tuple of float
            Further values of x at which f may jump.
        order : int
            Points a cell, >= 1.

        Returns
        -------
        x, w, p_g : array, shape (n,)
            Points, weights (their sum is 1, nearly to rounding), and the density at the
            points, inf at atoms.
        """
        jumps = np.concatenate([self.critical, self._corners, cuts])
        preimages = [self._solve(branch, jumps)[1] for branch in self._branches]
        edges = np.unique(np.concatenate([self.nodes, *preimages]))
        z, dz = gauss_legendre(edges, order)
        x, slope = self._G(z)
        w = dz * self._noise.pdf(z)
        moving = (slope != 0) & (w > 0)  # where G is flat, the mass sits in an atom
        z, x, slope, w = z[moving], x[moving], slope[moving], w[moving]
        own = self._share(z, slope)  # a rounded x may miss the branch of its z
        p_g = np.maximum(self.pdf(x), own)
        values, masses = np.array(self.atoms).reshape(-1, 2).T
        atoms = values, masses, np.full_like(values, np.inf)
        x, w, p_g = (np.concatenate(pair) for pair in zip((x, w, p_g), atoms, strict=True))
        return x, w, p_g

    def _share(self, z: np.ndarray, slope: np.ndarray) -> np.ndarray:
        """p_z(z) / |G'(z)|, which a preimage z adds to p_g; 0 where p_z is 0."""
        p_z = self._noise.pdf(z)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(p_z > 0, p_z / np.abs(slope), 0.0)

    def _cut_into_monotone_cells(self, z: np.ndarray) -> None:
        """Halve every cell in which G is not monotone and smooth, until none is left.

        This closes in on every fold, on every corner, and on the ends of flat stretches. A
        cell is smooth if G at its middle is what the cubic through its ends foretells.
        """
        x, slope = self._finite(z)
        unsettled = np.ones(z.size - 1, bool)
        for _ in range(64):
            middle = z[:-1] + np.diff(z) / 2
            cells = np.flatnonzero(unsettled & (z[:-1] < middle) & (middle < z[1:]))
            if cells.size == 0:
                break
            new_x, new_slope = self._finite(middle[cells])
            foretold = (x[:-1] + x[1:]) / 2 + np.diff(z) * (slope[:-1] - slope[1:]) / 8
            bent = np.abs(new_x - foretold[cells]) > 1e-11 * np.abs(x).max()
            torn = bent | self._torn(x, slope)[cells]
            cut = cells[torn] + 1
            unsettled[:] = False
            unsettled[cells[torn]] = True
            unsettled = np.insert(unsettled, cut, True)
            z = np.insert(z, cut, middle[cells[torn]])
            x = np.insert(x, cut, new_x[torn])
            slope = np.insert(slope, cut, new_slope[torn])
        self.nodes, self.values, self._slope = z, x, slope
        # corners: where cells are far narrower than most, and than their neighbours
        width = np.diff(z)
        padded = np.concatenate([[np.inf], width, [np.inf]])
        closed_in = (width <= padded[:-2]) & (width <= padded[2:])
        self._corners = x[:-1][closed_in & (width < 1e-3 * np.median(width))]

    def _finite(self, z):
        """G and G' at z, if they are numbers."""
        x, slope = self._G(z)
        if not (np.isfinite(x).all() and np.isfinite(slope).all()):
            raise InputError("PushForward: expected G finite on the prior's range, got NaN or inf")
        return x, slope

    def _torn(self, x, slope):
        """Cells in which G turns round, or is flat in one part and moves in another."""
        signs = self._signs(x, slope)
        turns = (signs > 0).any(axis=0) & (signs < 0).any(axis=0)
        flat, rise = slope == 0, signs[1]
        return turns | (flat[:-1] != flat[1:]) | (flat[:-1] & flat[1:] & (rise != 0))

    @staticmethod
    def _signs(x, slope):
        """Direction of G at both ends of each cell and across it: +1, -1, or 0 for flat."""
        rise = np.diff(x)
        rise[np.abs(rise) <= 8 * _EPS * np.abs(x).max()] = 0  # rounding is not a direction
        return np.sign([slope[:-1], rise, slope[1:]])

    def _join_cells_into_branches(self) -> None:
        """Group neighbouring cells of one direction; flat cells become atoms."""
        z, x = self.nodes, self.values
        direction = np.sign(self._signs(x, self._slope).sum(axis=0))
        starts = np.flatnonzero(np.diff(direction, prepend=np.nan))
        stops = np.append(starts[1:], direction.size)
        self._branches: list[_Branch] = []
        self.atoms: list[tuple[float, float]] = []
        critical = [x[0], x[-1]]
        for start, stop in zip(starts, stops, strict=True):
            ends = slice(start, stop + 1)
            critical += [x[start], x[stop]]
            if direction[start] == 0:
                mass = float(np.diff(self._noise.cdf(z[[start, stop]]))[0])
                if mass > 64 * _EPS:  # less is the last bit of a fold, not a flat stretch
                    self.atoms.append((float(x[start]), mass))
            elif direction[start] > 0:
                self._branches.append(_Branch(z[ends], np.maximum.accumulate(x[ends])))
            else:
                reverse = np.maximum.accumulate(x[ends][::-1])
                self._branches.append(_Branch(z[ends][::-1], reverse))
        self.critical = np.unique(critical)

    def _solve(self, branch: _Branch, x: np.ndarray):
        """Solutions of G(z) = x on a branch: indices of the x that have one, z, and G'(z).

        Newton's method from the straight line through the cell's ends, with bisection
        wherever it would leave the cell.
        """
        which = np.flatnonzero((x >= branch.x[0]) & (x <= branch.x[-1]))
        target = x[which]
        cell = np.clip(np.searchsorted(branch.x, target) - 1, 0, branch.x.size - 2)
        low, high = branch.z[cell], branch.z[cell + 1]  # G(low) <= target <= G(high)
        rise = branch.x[cell + 1] - branch.x[cell]
        share = np.full_like(rise, 0.5)
        np.divide(target - branch.x[cell], rise, out=share, where=rise > 0)
        z = low + share * (high - low)
        slope = np.empty_like(z)
        todo = np.arange(z.size)
        for _ in range(60):
            if todo.size == 0:
                break
            value, slope[todo] = self._G(z[todo])
            miss = value - target[todo]
            low[todo] = np.where(miss <= 0, z[todo], low[todo])
            high[todo] = np.where(miss >= 0, z[todo], high[todo])
            small = np.abs(miss) <= 4 * _EPS * np.maximum(np.abs(value), np.abs(target[todo]))
            narrow = np.abs(high[todo] - low[todo]) <= 4 * _EPS * np.abs(z[todo])
            todo, miss = todo[~(small | narrow)], miss[~(small | narrow)]
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                step = z[todo] - miss / slope[todo]
            inside = (step - low[todo]) * (step - high[todo]) < 0
            z[todo] = np.where(inside, step, (low[todo] + high[todo]) / 2)
        return which, z, slope


def _value_and_slope(G: Sequential | Callable) -> Callable:
    """Function z -> (G(z), G'(z)), arrays (n,): a float64 copy of a network, or G if it is one."""
    if not isinstance(G, Sequential):
        if not callable(G):
            raise InputError(f"PushForward: expected a Sequential or a function, got {G!r}")
        return G
    if (G.n_in, G.n_out) != (1, 1):
        raise InputError(
            f"PushForward: expected a generator of width 1 -> 1, got {G.n_in} -> {G.n_out}"
        )
    net = G.copy(dtype="float64", device="cpu")

    def of_network(z):
        x, caches = net.forward(z[:, None], train=False)
        slope = net.backward(np.ones_like(x), caches, param_grads=False)
        return x[:, 0], slope[:, 0]

    return of_network
