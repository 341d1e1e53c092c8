"""The score of the 2014 paper's Table 1: log-likelihood of test data under a Parzen window.

A generator has no density that one could evaluate, so a Gaussian Parzen window is fitted to
its samples, and test examples are scored under that. The bandwidth decides much (tens of
nats), so it is not set by hand: the one that scores best on validation examples is taken.

The score has known faults. It depends on the number of samples, says little about how
images look, and blurred images can beat real ones: see `minigan.evaluation.references`,
and Theis, van den Oord and Bethge (2016).
"""

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from minigan.base.backend import to_host
from minigan.evaluation.window import Progress, as_rows, bandwidths, check_alike, log_density

GRID = tuple(np.logspace(-1, 0, 10).tolist())  # bandwidths of the original code


class ParzenScore(NamedTuple):
    """Score of a generator's samples under a Parzen window; log-likelihoods in nats.

    Attributes
    ----------
    sigma : float
        The bandwidth chosen: the first of those best on the validation examples.
    sigmas : tuple of float
        The bandwidths tried.
    valid_log_likelihood : tuple of float
        Mean over the validation examples, for each of them.
    test_log_likelihood : float
        Mean over the test examples, at the chosen one.
    standard_error : float
        Standard deviation over the test examples (ddof = 0) / sqrt(their number). It says
        nothing of what another sample, or another bandwidth, would have given.
    on_edge : bool
        Whether the chosen bandwidth is the smallest or largest of several: then a better
        one may lie beyond.
    """

    sigma: float
    sigmas: tuple[float, ...]
    valid_log_likelihood: tuple[float, ...]
    test_log_likelihood: float
    standard_error: float
    on_edge: bool


def parzen(
    samples: Any,
    valid: Any,
    test: Any,
    *,
    sigmas: Iterable[float] | None = None,
    progress: Progress = lambda iterable, total: iterable,
) -> ParzenScore:
    """Score samples by the likelihood of data under a Parzen window; 2014 paper, Table 1.

    Parameters
    ----------
    samples : array, shape (m, d)
        Floats, NumPy's or CuPy's: what the generator makes. In the paper m = 10,000, and the
        data are in [0, 1]; nothing is rescaled here, and on another scale the
        log-likelihoods are other numbers.
    valid : array, shape (n, d)
        Data to choose the bandwidth by, of the same device. The original code takes 1,000.
    test : array, shape (n, d)
        Data to be scored.
    sigmas : iterable of float, optional
        Bandwidths to choose from; ten from 0.1 to 1 in equal ratios by default.
    progress : callable
        As in `log_density`; called once for the validation and once for the test examples.

    Returns
    -------
    ParzenScore

    Raises
    ------
    InputError
        If an array is not two-dimensional, of floats, finite, or as wide as the others.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> samples, valid, test = (rng.normal(size=(n, 1)) for n in (2000, 500, 500))
    >>> score = parzen(samples, valid, test)
    >>> entropy = 0.5 * np.log(2 * np.pi * np.e)  # of N(0, 1); no density scores better
    >>> bool(abs(score.test_log_likelihood + entropy) < 3 * score.standard_error)
    True
    """
    samples, valid = as_rows("samples", samples), as_rows("valid", valid)
    test = as_rows("test", test)
    check_alike(samples=samples, valid=valid, test=test)
    grid = bandwidths(GRID if sigmas is None else sigmas)
    of_valid = to_host(log_density(valid, samples, grid, progress=progress)).mean(axis=1)
    sigma = float(grid[of_valid.argmax()])
    of_test = to_host(log_density(test, samples, sigma, progress=progress))
    return ParzenScore(
        sigma=sigma,
        sigmas=tuple(grid.tolist()),
        valid_log_likelihood=tuple(of_valid.tolist()),
        test_log_likelihood=float(of_test.mean()),
        standard_error=float(of_test.std()) / math.sqrt(len(of_test)),
        on_edge=len(grid) > 1 and sigma in (grid.min(), grid.max()),
    )
