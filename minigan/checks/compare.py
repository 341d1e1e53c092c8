"""Comparison of arrays, of a gradient along a direction, and of a Jacobian entry by entry.

A random direction says quickly that something is wrong, not where. So, after a failure, the
Jacobian is computed twice, row by row as backward has it and column by column by finite
differences, and the entry that differs most is named.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from minigan.checks.numeric import Slope, along, derivative, relative_error, slope
from minigan.checks.trials import Tally

ROUNDING = 1e-9  # relative to the largest: of sums in another order
MOST = 400  # rows, and columns, that are looked at: the search must end on large networks


def alike(a: Any, b: Any) -> bool:
    """True if all numbers in nested dicts and lists are the same to the bit; others are skipped."""
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(alike(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(alike, a, b))
    if isinstance(a, np.ndarray | np.generic | int | float):
        return np.array_equal(a, b, equal_nan=np.asarray(a).dtype.kind == "f")
    return True


def close(a: Any, b: Any) -> bool:
    """True if arrays, alone or in dicts, are equal up to the rounding of their largest number."""
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(close(a[key], b[key]) for key in a)
    return bool(np.abs(a - b).max(initial=0.0) <= ROUNDING * np.abs(b).max(initial=0.0))


class Entry(NamedTuple):
    """One entry of a Jacobian: its indices into the output and the block, and both values."""

    output: tuple[int, ...]
    position: tuple[int, ...]
    analytic: float
    numeric: float

    @property
    def relative_error(self) -> float:
        """abs(a - n) / max(abs(a), abs(n))."""
        return relative_error(self.analytic, self.numeric)

    def sentence(self, output: str, block: str, source: str) -> str:
        """The entry in words: d y[3, 1] / d x[3, 1]: backward gives ..., with their names."""
        return (
            f"d {_indexed(output, self.output)} / d {_indexed(block, self.position)}: "
            f"{source} gives {self.analytic:.6g}, finite differences give {self.numeric:.6g} "
            f"(relative error {self.relative_error:.0e})"
        )


def _indexed(name: str, index: tuple[int, ...]) -> str:
    return f"{name}[{', '.join(map(str, index))}]" if index else name


def compare(
    tally: Tally, J: str, f: Callable, block: np.ndarray, gradients: dict, rng, **said: str
) -> Slope:
    """Hold gradients of the number f() against its slope along a direction, which is returned.

    ``gradients`` are by what they add to the message, which calls the number ``J``, the block
    ``label`` and the source of the gradients ``source``.
    """
    label, source = said["label"], said.get("source", "backward")
    u = rng.standard_normal(block.shape)
    numeric = derivative(along(f, block, u))
    for where, gradient in gradients.items():
        along_u = float(np.sum(gradient * u))
        if tally.agrees(label, along_u, numeric):
            continue
        tally.where += where
        entry = worst_entry(f, [gradient].__getitem__, block, tally.tolerance)
        if entry:
            tally.fail(entry.sentence(J, label, source), entry.relative_error)
        tally.fail(
            f"d {J} / d {label}: {source} gives {along_u:.6g} along a direction, "
            f"finite differences give {numeric.value:.6g}",
            numeric.error(along_u),
        )
    return numeric


def worst_entry(
    outputs: Callable[[], Any],
    gradient: Callable[[int], np.ndarray],
    block: np.ndarray,
    tolerance: float,
) -> Entry | None:
    """Entry of d outputs / d block that differs most from finite differences.

    ``outputs()`` reads the block, which is moved in place and put back, and returns an array or a
    number; ``gradient(i)`` is that of its entry i, counted along the rows. Differences below
    ``tolerance`` times the largest entry are none; if there is no other, what is wrong is not the
    Jacobian of one pass, and None is returned.
    """
    y_shape = np.shape(outputs())
    rows, columns = (
        np.linspace(0, size - 1, min(size, MOST)).astype(int)  # all, or evenly spaced
        for size in (int(np.prod(y_shape)), block.size)
    )
    analytic = np.array([np.ravel(gradient(int(row)))[columns] for row in rows])
    analytic += 0.0  # -0 becomes 0, which reads better
    units = (np.eye(1, block.size, j).reshape(block.shape) for j in columns)
    slopes = [slope(along(outputs, block, unit)) for unit in units]
    values, bends, roundings = (
        np.array([np.ravel(s[i])[rows] for s in slopes]).T for i in range(3)
    )
    numeric = np.where(abs(values) <= roundings, 0.0, values)  # what rounding alone can make
    least = tolerance * max(np.abs(analytic).max(), np.abs(numeric).max())
    gap = np.where(bends > least, 0.0, np.abs(analytic - numeric))  # a kink proves nothing
    i, j = np.unravel_index(gap.argmax(), gap.shape)  # argmax takes nan for the largest
    if gap[i, j] <= least:
        return None
    indices = np.unravel_index(rows[i], y_shape), np.unravel_index(columns[j], block.shape)
    output, position = (tuple(map(int, index)) for index in indices)
    return Entry(output, position, float(analytic[i, j]), float(numeric[i, j]))
