"""The exact p_g: what a generator of one variable does to the noise density.

If x = G(z) and z has density p_z, then x has density

    p_g(x) = sum over all z with G(z) = x of p_z(z) / |G'(z)|,

the change of variables, one term for every fold of G. There is no kernel and no
histogram here: the z are found by solving G(z) = x, and G' comes from the
generator's own backward pass. On a stretch on which G is flat, p_g has an atom, a point
that carries probability by itself; what G jumps over has none.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from minigan.base.errors import InputError
from minigan.base.types import Density
from minigan.base.validation import whole_number
from minigan.networks.sequential import Sequential
from minigan.theory.densities import require_density
from minigan.theory.monotone import corners, monotone_nodes, stretches
from minigan.theory.quadrature import density_panels, gauss_legendre
from minigan.theory.scalar_generator import value_and_slope, without_rounding

_EPS = np.finfo(np.float64).eps
_MOST_PREIMAGES = 4_000_000  # of the nodes' x, all together: p_g takes time for each


class _Branch(NamedTuple):
    """A stretch of z on which G is monotone: nodes, with x ascending, and dz/dx."""

    z: np.ndarray
    x: np.ndarray
    dz_dx: np.ndarray


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
        Values of G at its folds, on both sides of its jumps and at the ends of the prior,
        where p_g jumps or grows without bound. (It also jumps, by less, at the corners of a
        piecewise linear G.)
    atoms : list of (float, float)
        Values that G takes on a whole interval, and their probabilities.

    Raises
    ------
    InputError
        If G is not a map from one variable to one, not finite on the prior's range, or bends
        nearly everywhere (as one does that is computed in float32); if that range is infinite.

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
        if not np.isfinite(noise.interval()).all():
            raise InputError(
                f"PushForward: expected noise with a finite interval(), got {noise!r}, "
                f"on {noise.interval()}"
            )
        width = (noise.interval()[1] - noise.interval()[0]) / cells
        self._G = without_rounding(value_and_slope(G), width)
        self._noise = noise
        self._text = f"PushForward({getattr(G, '__name__', G)}, {noise!r})"
        self._nodes = monotone_nodes(self._G, density_panels(noise, cells))
        self.nodes, self.values, _ = self._nodes
        self._join_into_branches()

    def __repr__(self) -> str:
        return self._text

    def pdf(self, x: np.ndarray) -> np.ndarray:
        """Density p_g at points x of any shape: 0 outside the range of G, inf where G' = 0.

        In probability per unit of x. Atoms are not part of it.
        """
        x = np.asarray(x, np.float64)
        density = np.zeros(x.size)
        _, which, z, slope = self._solve(x.ravel())
        np.add.at(density, which, self._share(z, slope))
        return density.reshape(x.shape)

    def logpdf(self, x: np.ndarray) -> np.ndarray:
        """Logarithm of `pdf` at points x of any shape, in nats.

        Where that is infinite, it is the logarithm of the density one float further up.
        """
        density = self.pdf(x)
        lost = np.isinf(density)
        if lost.any():  # on a set without length
            density = np.where(lost, self.pdf(np.nextafter(x, np.inf)), density)
        with np.errstate(divide="ignore"):
            return np.log(density)

    def cdf(self, x: np.ndarray) -> np.ndarray:
        """Probability of G(z) <= x, atoms included, at points x of any shape."""
        x = np.asarray(x, np.float64)
        points = x.ravel()
        total = np.zeros(points.size)
        for value, mass in self.atoms:
            total += mass * (value <= points)
        ends = np.array([(branch.z[0], branch.z[-1]) for branch in self._branches])
        start, stop = self._noise.cdf(ends.reshape(-1, 2)).T
        for branch, mass in zip(self._branches, np.abs(stop - start), strict=True):
            total += mass * (points > branch.x[-1])
        branch, which, z, _ = self._solve(points)
        np.add.at(total, which, np.abs(self._noise.cdf(z) - start[branch]))
        return np.clip(total, 0.0, 1.0).reshape(x.shape)

    def interval(self) -> tuple[float, float]:
        """Least and largest value of G: outside, nothing is generated."""
        return float(self.values.min()), float(self.values.max())

    def breakpoints(self) -> np.ndarray:
        """Points x at which p_g jumps, is infinite or has a corner, and some across its bulk."""
        low, high = self.interval()
        bulk = self._G(np.linspace(*self._noise.interval(), 34)[1:-1])[0]
        x = np.concatenate([self.critical, corners(self._nodes), bulk, [low, high]])
        x = np.unique(np.clip(x, low, high))
        # between two that differ by rounding, the two ends of a fold, there is nothing to see
        apart = 2.0**-36 * np.abs(x).max()
        return x[(np.diff(x, prepend=-np.inf) > apart) & ((x < high - apart) | (x == high))]

    def saturated(self) -> float:
        """Share, in [0, 1], of what G moves that ends up too close together: where G saturates.

        It is the probability of all cells of z which G shrinks to 2^-36 of x or less, in which no
        integral over x can see p_g. Atoms are left out.
        """
        z, x, _ = self._nodes
        mass = np.diff(self._noise.cdf(z))
        of_atoms = sum(mass for _, mass in self.atoms)
        close = np.abs(np.diff(x)) <= 2.0**-36 * np.abs(x[1:])
        return max(float(mass[close].sum()) - of_atoms, 0.0) / max(1 - of_atoms, _EPS)

    def panels(self, cuts: Iterable[float] = ()) -> np.ndarray:
        """Ends of stretches of z, ascending, on which an integrand f(G(z)) is easy.

        G is monotone and smooth between two of them, and p_g smooth at G(z).

        Parameters
        ----------
        cuts : iterable of float
            Further values of x at which f jumps, or around which it changes fast.

        Returns
        -------
        array, shape (n,)
        """
        jumps = np.concatenate([self.critical, corners(self._nodes), np.asarray(cuts, float)])
        return np.unique(np.concatenate([self.nodes, self._solve(jumps)[2]]))

    def points(self, z: np.ndarray, dz: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """x = G(z) with weights p_z(z) dz, 0 where G is flat, and the density p_g(x).

        Parameters
        ----------
        z, dz : array, shape (n,)
            Points of a quadrature and their weights, as lengths.

        Returns
        -------
        x, w, p_g : array, shape (n,)
        """
        x, slope = self._G(z)
        in_atom = np.searchsorted(self._flat, z) % 2 == 1
        w = np.where(in_atom, 0.0, dz * self._noise.pdf(z))
        own = self._share(z, slope)  # a rounded x may miss the branch of its z
        return x, w, np.maximum(self.pdf(x), own)

    def quadrature(self, order: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Points x_j and weights w_j with E[f(G(z))] = sum_j w_j f(x_j), nearly.

        Gauss-Legendre in z on `panels`; singularities of p_g in x are gone in z. Atoms are points
        with their own mass.

        Parameters
        ----------
        order : int
            Points a panel, >= 1.

        Returns
        -------
        x, w, p_g : array, shape (n,)
            Points, weights (their sum is 1, nearly to rounding), and the density at the
            points, inf at atoms.
        """
        x, w, p_g = self.points(*gauss_legendre(self.panels(), order))
        seen = w > 0
        values, masses = np.array(self.atoms).reshape(-1, 2).T
        atoms = np.full_like(values, np.inf)
        return (
            np.concatenate([x[seen], values]),
            np.concatenate([w[seen], masses]),
            np.concatenate([p_g[seen], atoms]),
        )

    def _share(self, z: np.ndarray, slope: np.ndarray) -> np.ndarray:
        """p_z(z) / |G'(z)|, which a preimage z adds to p_g; 0 where p_z is 0."""
        p_z = self._noise.pdf(z)
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            return np.where(p_z > 0, p_z / np.abs(slope), 0.0)

    def _join_into_branches(self) -> None:
        """Make branches of the stretches on which G moves, atoms of those on which it is flat."""
        z, x, slope = self._nodes
        with np.errstate(divide="ignore", over="ignore"):
            dz_dx = 1 / slope
        self._branches: list[_Branch] = []
        self.atoms: list[tuple[float, float]] = []
        critical, flat = [x[0], x[-1]], []
        for start, stop, direction in stretches(self._nodes):
            ends = slice(start, stop + 1)
            critical += [x[start], x[stop]]
            if direction == 0:
                mass = float(np.diff(self._noise.cdf(z[[start, stop]]))[0])
                if mass > 1e-12:  # less is the last bits of a fold, not a flat stretch
                    self.atoms.append((float(x[start]), mass))
                    flat += [z[start], z[stop]]
                continue
            up = slice(None, None, direction)  # backwards where G falls
            ascending = np.maximum.accumulate(x[ends][up])
            self._branches.append(_Branch(z[ends][up], ascending, dz_dx[ends][up]))
        self.critical, self._flat = np.unique(critical), np.array(flat)
        spans = np.array([branch.x[[0, -1]] for branch in self._branches]).reshape(-1, 2)
        in_each = np.diff(np.searchsorted(np.sort(x), spans), axis=1)
        if in_each.sum() > _MOST_PREIMAGES:
            raise InputError(
                "PushForward: expected G to turn round or jump some dozens of times, got "
                f"{len(self._branches)} stretches, in {z.size:,} cells"
            )

    def _solve(self, x: np.ndarray):
        """Solutions of G(z) = x: numbers of their branches and of their x, z, and G'(z).

        Newton's method from the cubic of x through a cell's ends, with bisection wherever it
        would leave the cell; all branches at once.
        """
        found = [self._cells(number, x) for number in range(len(self._branches))]
        if not found:
            return np.empty(0, int), np.empty(0, int), np.empty(0), np.empty(0)
        of, which, low, high, t, rise, first, last = (
            np.concatenate(part) for part in zip(*found, strict=True)
        )
        target, across = x[which], high - low
        with np.errstate(invalid="ignore", over="ignore"):
            ends = (1 - t) * first - t * last
            z = low + t * t * (3 - 2 * t) * (high - low) + t * (1 - t) * rise * ends
        z = np.where((z - low) * (z - high) < 0, z, low + t * (high - low))
        slope, close = np.empty_like(z), 1e-9 * np.abs(high - low)
        todo = np.arange(z.size)
        for _ in range(60):
            if todo.size == 0:
                break
            value, slope[todo] = self._G(z[todo])
            miss = value - target[todo]
            low[todo] = np.where(miss <= 0, z[todo], low[todo])
            high[todo] = np.where(miss >= 0, z[todo], high[todo])
            narrow = np.abs(high[todo] - low[todo]) <= 4 * _EPS * np.abs(z[todo])
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                step = -miss / slope[todo]
                inside = (z[todo] + step - low[todo]) * (z[todo] + step - high[todo]) < 0
            middle = (low[todo] + high[todo]) / 2
            done = (np.abs(step) <= close[todo]) | narrow  # the next step is the square of this
            z[todo] = np.where(inside, z[todo] + step, np.where(done, z[todo], middle))
            todo = todo[~done]
        # beside a point at which G becomes flat, z rounds to that point: the cell's own slope
        rounded = (slope == 0) & (t > 0) & (t < 1)
        slope[rounded] = (rise / across)[rounded]
        return of, which, z, slope

    def _cells(self, number: int, x: np.ndarray):
        """The cells of a branch in which x lies: its number, those of the x, and the cells.

        Of each: z at the ends, first that with the smaller G; the place of x between, in [0, 1];
        the rise of G across; and dz/dx at the ends.
        """
        branch = self._branches[number]
        which = np.flatnonzero((x >= branch.x[0]) & (x <= branch.x[-1]))
        cell = np.clip(np.searchsorted(branch.x, x[which]) - 1, 0, branch.x.size - 2)
        rise = branch.x[cell + 1] - branch.x[cell]
        t = np.full_like(rise, 0.5)
        np.divide(x[which] - branch.x[cell], rise, out=t, where=rise > 0)
        ends = branch.z[cell], branch.z[cell + 1]
        slopes = branch.dz_dx[cell], branch.dz_dx[cell + 1]
        return np.full_like(which, number), which, *ends, t, rise, *slopes
