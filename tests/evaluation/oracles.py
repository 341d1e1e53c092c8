"""The Parzen window by its definition, in extended precision: what the fast one must equal."""

import numpy as np


def half_squares(points, centres):
    """|x - mu|^2 / 2 of all pairs, in long double."""
    points, centres = (np.asarray(rows, np.longdouble) for rows in (points, centres))
    return np.array([((x - centres) ** 2).sum(axis=1) for x in points]) / 2


def log_density(points, centres, sigma):
    """log p(x): the formula, with the largest term taken out of the sum."""
    m, d = centres.shape
    sigma = np.longdouble(sigma)
    exponents = -half_squares(points, centres) / sigma**2
    largest = exponents.max(axis=1)
    sums = np.exp(exponents - largest[:, None]).sum(axis=1)
    normaliser = d * np.log(sigma * np.sqrt(2 * np.longdouble(np.pi)))
    return largest + np.log(sums) - np.log(np.longdouble(m)) - normaliser


def allowed(points, centres, sigma):
    """1e-10 nats, and what float64 must lose on sums of d squares as large as these."""
    d = centres.shape[1]
    nats = half_squares(points, centres).min(axis=1) / np.longdouble(sigma) ** 2
    constant = d * (1 + abs(np.log(sigma)))
    return (1e-10 + 2**-53 * ((d + 10) * (nats + 40) + 10 * constant)).astype(float)
