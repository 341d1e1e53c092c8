"""Log-density of a Gaussian Parzen window: how likely a point is, to judge by samples.

Put a small Gaussian on each of m samples mu_j. Their average is a density,

    p(x) = 1/m sum_j (s sqrt(2 pi))^-d exp(-|x - mu_j|^2 / (2 s^2)),

large where there are samples. The 2014 paper scores a generator by the mean of log p over
test examples (section 5). The formula is short; what takes time is a hundred million
distances in 784 dimensions. `minigan.evaluation.distances` gets them from matrix products,
and `minigan.evaluation.log_sum_exp` says which of them have to be exact.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from minigan.base.backend import array_module, described, to_host
from minigan.base.errors import InputError
from minigan.base.validation import real_number, whole_number
from minigan.evaluation.distances import Centres, slices
from minigan.evaluation.log_sum_exp import log_sums

SMALLEST, LARGEST = 1e-60, 1e60  # bandwidths: float64 holds (1e60 / 1e-60)^2
NUMBERS = 2**23  # of the points taken at a time
GROUP = 2**14  # centres at a time; the sums of groups are added up

Progress = Callable[[list, int], Iterable]


def log_density(
    points: Any,
    centres: Any,
    sigmas: float | Sequence[float] | np.ndarray,
    *,
    block: int | None = None,
    progress: Progress = lambda iterable, total: iterable,
) -> Any:
    """log p(x) of a Gaussian Parzen window, in nats, at each point.

    Parameters
    ----------
    points : array, shape (n, d)
        Floats, NumPy's or CuPy's.
    centres : array, shape (m, d)
        Samples: floats, on the same device.
    sigmas : float or sequence of float
        One bandwidth s, or several: they share the distances.
    block : int, optional
        Points at a time, 2048 by default, fewer if they have more than 4,096 dimensions (8192 on
        a GPU). It bounds the memory, and changes the result by rounding only.
    progress : callable
        ``progress(iterable, total)`` hands the iterable on, and may show how far it is.

    Returns
    -------
    array, shape (n,) or (len(sigmas), n)
        float64, on the device of the points.

    Raises
    ------
    InputError
        If an array is not two-dimensional, empty, not of floats or not finite; if the widths
        or the devices differ; if a number is out of range (coordinates up to 1e60 in size,
        bandwidths from 1e-60 to 1e60).

    Notes
    -----
    Exact: equal to the same sum over differences in float64 to 1e-10 nats or, where the
    numbers are so large that float64 is coarser than that, to its rounding. This holds at
    every bandwidth, and rests on error bounds, not on experience. (Leave CuPy's TF32 off, as
    it is by default: with it, products are not those of float32.)

    Cost: where few centres matter to a point (small s), little more than the products of all
    points and centres in float32. Where more than one centre in 48 matters (large s), those
    in float64, which take twice as long, and an exponential for each centre and bandwidth
    that matter to each other. Much more only if bandwidths are so small that even float64
    products blur them, and many centres are at nearly the same distance (a generator that has
    collapsed): then each of these distances is computed from differences.

    Memory: besides the result and a number for each centre, about
    ``8 * block * (block / 2 + 2 * d)`` bytes, however many points and centres there are.

    References
    ----------
    Goodfellow et al. (2014), section 5; Breuleux, Bengio and Vincent (2011).

    Examples
    --------
    >>> import numpy as np
    >>> x, mu = np.zeros((1, 2)), np.array([[0.0, 1.0]])
    >>> log_density(x, mu, sigmas=1.0).round(6).tolist()  # -1/2 - log(2 pi)
    [-2.337877]
    """
    points, centres = as_rows("points", points), as_rows("centres", centres)
    check_alike(points=points, centres=centres)
    given = to_host(sigmas)
    scales = bandwidths(np.atleast_1d(given).tolist())
    xp = array_module(points)
    if block is None:
        block = max(32, min(2048, NUMBERS // points.shape[1])) if xp is np else 8192
    block = whole_number("block", block)
    tile = max(1, block // 2)

    order = np.argsort(-scales)  # the widest first
    groups = [Centres(centres[part]) for part in slices(len(centres), GROUP)]
    jobs = [(group, part) for group in groups for part in slices(len(points), block)]
    log_p = xp.full((len(scales), len(points)), -np.inf)  # first without its constants
    for group, part in progress(jobs, len(jobs)):
        sums = log_sums(points[part], group, scales[order], tile)
        for k, sum_k in zip(order.tolist(), sums, strict=True):
            log_p[k, part] = xp.logaddexp(log_p[k, part], sum_k)
    for k, s in enumerate(scales.tolist()):
        log_p[k] -= math.log(len(centres)) + points.shape[1] * math.log(s * math.sqrt(2 * math.pi))
    return log_p if np.ndim(given) else log_p[0]


def as_rows(where: str, x: Any) -> Any:
    """The array as floats, an example a row, of at most float64; numbers up to 1e60 in size."""
    xp = array_module(x)
    if not isinstance(x, xp.ndarray) or x.ndim != 2 or x.dtype.kind != "f" or 0 in x.shape:
        raise InputError(f"{where}: expected floats, an example a row, got {described(x)}")
    low, high = float(to_host(x.min())), float(to_host(x.max()))
    if not (math.isfinite(low) and math.isfinite(high)):
        raise InputError(f"{where}: expected finite numbers, got NaN or infinity among them")
    if max(-low, high) > LARGEST:
        raise InputError(
            f"{where}: expected numbers up to {LARGEST:g} in size, got {max(-low, high):g}"
        )
    return x.astype(np.float64) if x.dtype.itemsize > 8 else xp.asarray(x)


def check_alike(**arrays: Any) -> None:
    """Refuse arrays of rows, named for the message, not of one width and on one device."""
    first, *others = arrays
    for other in others:
        a, b = arrays[first], arrays[other]
        if array_module(a) is not array_module(b) or a.shape[1] != b.shape[1]:
            raise InputError(
                f"{first} and {other}: expected rows of one width on one device, "
                f"got {described(a)} and {described(b)}"
            )


def bandwidths(sigmas: Iterable[float]) -> np.ndarray:
    """The bandwidths as a float64 array, refused unless one or more, each from 1e-60 to 1e60."""
    scales = np.array([real_number("sigmas", s, SMALLEST, LARGEST) for s in sigmas])
    if not len(scales):
        raise InputError("sigmas: expected at least one bandwidth, got none")
    return scales
