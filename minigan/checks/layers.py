"""Checks of layers and networks: their gradients, and the contract of all layers.

    minigan.checks.check_layer(MyLayer(4, 3))

draws inputs, parameters and directions for twenty seeds and returns a `Report`,
or raises a `GradientError` that names the entry of the Jacobian that is wrong.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable

import numpy as np

from minigan.base.errors import InputError
from minigan.base.validation import real_number, whole_number
from minigan.checks.blocks import moved
from minigan.checks.contract import (
    check_accumulates,
    check_dtypes,
    check_hands_off,
    check_param_grads,
    check_repeatable,
)
from minigan.checks.entries import worst_entry
from minigan.checks.numeric import along, relative_error, slope
from minigan.checks.passes import Pass
from minigan.checks.report import Report
from minigan.checks.tally import Tally, run_trials
from minigan.layers.base import Layer
from minigan.networks.sequential import Sequential


def check_layer(
    layer: Layer,
    *,
    shape: tuple[int, int] | None = None,
    scale: float = 1.0,
    train: bool | None = None,
    seeds: Iterable[int] = range(20),
    tolerance: float = 1e-6,
) -> Report:
    """Check a layer: its gradients in float64, and its contract.

    Parameters
    ----------
    layer : Layer
        In a network or not; a copy is checked. Parameters are the network's own, or
        as ``initialise`` draws them, moved by N(0, 0.1^2) for each seed.
    shape : (batch, n_in), optional
        Of the inputs; (5, n_in) by default, or (5, 4) if any width passes through.
    scale : float
        Standard deviation of the inputs, > 0.
    train : bool, optional
        Mode of the passes; both modes by default.
    seeds : iterable of int
        One point for each.
    tolerance : float
        Largest relative error abs(a - n) / max(abs(a), abs(n)), from 1e-8 to 1e-2.

    Returns
    -------
    Report

    Raises
    ------
    GradientError
        If a gradient is wrong, the contract is broken, or no point could be checked.
    InputError
        If an argument makes no sense.

    Notes
    -----
    With J = sum(R * y) for random R, and a random direction u in x and in every
    parameter by itself, <dJ, u> from backward is compared with the central difference
    of J along u. Two passes are open at once and differentiated in both orders. Where
    finite differences cannot be trusted, at a kink above all, the point is drawn anew:
    see `minigan.checks.numeric`.
    Random directions as in JAX's and autograd's checks; one suite of checks for every
    layer as in scikit-learn's ``check_estimator``.

    Examples
    --------
    >>> import minigan as mg
    >>> from minigan.checks import check_layer
    >>> check_layer(mg.LeakyReLU(0.2)).passed
    True
    """
    if not isinstance(layer, Layer):
        raise InputError(f"check_layer: expected a Layer (or use check_network), got {layer!r}")
    network = _alone(layer)
    return _check(
        network, str(network.layers[0]), shape, scale, train, seeds=seeds, tolerance=tolerance
    )


def check_network(
    network: Sequential,
    *,
    shape: tuple[int, int] | None = None,
    scale: float = 1.0,
    train: bool | None = None,
    seeds: Iterable[int] = range(20),
    tolerance: float = 1e-6,
) -> Report:
    """Check a whole network, near its own parameters. It is copied, not changed.

    Parameters
    ----------
    network : Sequential
    shape, scale, train, seeds, tolerance
        As in `check_layer`.

    Returns
    -------
    Report

    Raises
    ------
    GradientError
        If a gradient is wrong, the contract is broken, or no point could be checked.
    InputError
        If an argument makes no sense.
    """
    if not isinstance(network, Sequential):
        raise InputError(f"check_network: expected a Sequential, got {network!r}")
    return _check(network, network.name, shape, scale, train, seeds=seeds, tolerance=tolerance)


def _alone(layer: Layer) -> Sequential:
    """Network of nothing but a copy of the layer, with its parameters if it has any."""
    twin = copy.deepcopy(layer)
    twin.params = {}  # not yet taken
    network = Sequential([twin], dtype="float64")
    if layer.params:
        network.params[...] = layer.flat_params
    return network


def _check(network, name, shape, scale, train, *, seeds, tolerance) -> Report:
    shape = _checked_shape(shape, network)
    real_number("scale", scale, 0, low_open=True)
    modes = (True, False) if train is None else (bool(train),)

    def trial(tally: Tally, rng: np.random.Generator) -> None:
        seed = tally.where  # "seed 3"
        for mode in modes:
            tally.where = f"{seed}, train={mode}"
            here = moved(network, rng)
            x1, x2 = scale * rng.standard_normal((2, *shape))
            _check_point(tally, Pass(here, x1, mode, rng), Pass(here, x2, mode, rng), rng)

    return run_trials(name, trial, seeds, tolerance)


def _check_point(tally: Tally, first: Pass, second: Pass, rng: np.random.Generator) -> None:
    check_repeatable(tally, first)
    check_dtypes(tally, first)
    check_hands_off(tally, first)
    _check_derivatives(tally, (first, second), rng)
    check_accumulates(tally, first, second)
    check_param_grads(tally, first)


def _check_derivatives(tally: Tally, runs: tuple[Pass, Pass], rng) -> None:
    """Both passes opened, then both differentiated, in either order."""
    results = [_gradients(runs, order) for order in ((0, 1), (1, 0))]
    for i, run in enumerate(runs):
        for k, block in enumerate(run.blocks):
            u = rng.standard_normal(block.shape)
            numeric = slope(along(run.J, block, u))
            for gradients in results:
                analytic = float(np.sum(gradients[i][k] * u))
                if not tally.agrees(run.labels[k], analytic, numeric):
                    _explain(tally, run, k, analytic, u, float(numeric.value))


def _gradients(runs: tuple[Pass, Pass], order: tuple[int, int]) -> dict[int, list[np.ndarray]]:
    """Gradients of each pass, opened in the order 0, 1 and closed in the given order."""
    caches = [run.open()[1] for run in runs]
    return {i: runs[i].close(caches[i], runs[i].R) for i in order}


def _explain(tally: Tally, run: Pass, k: int, analytic: float, u: np.ndarray, n: float) -> None:
    """Name the wrong entry; if a pass by itself has none, say what that means."""
    label, tolerance = run.labels[k], tally.tolerance
    entry = worst_entry(run.y, lambda row: run.gradients_of(row)[k], run.blocks[k], tolerance)
    if entry:
        tally.fail(entry.sentence("y", label, "backward"), entry.relative_error)
    error = relative_error(analytic, n)
    what = (
        f"backward gives {analytic:.6g} along a direction in {label}, finite differences give "
        f"{n:.6g} (relative error {error:.0e})"
    )
    alone = float(np.sum(run.close(run.open()[1], run.R)[k] * u))
    if relative_error(alone, n) <= tolerance:
        what = (
            f"with two passes open at once, {what}; one pass by itself is right: is something "
            "of a pass kept on self?"
        )
    tally.fail(what, error)


def _checked_shape(shape: tuple[int, int] | None, network: Sequential) -> tuple[int, int]:
    if shape is None:
        return 5, network.n_in or 4
    if not isinstance(shape, tuple) or len(shape) != 2:
        raise InputError(f"shape: expected (batch, n_in), got {shape!r}")
    return whole_number("shape: batch", shape[0]), whole_number("shape: n_in", shape[1])
