"""Checks of layers and networks: their gradients, and the contract of all layers."""

import copy
from collections.abc import Iterable

import numpy as np

from minigan.base.backend import to_host
from minigan.base.errors import InputError
from minigan.base.validation import real_number, whole_number
from minigan.checks import contract
from minigan.checks.compare import worst_entry
from minigan.checks.numeric import along, derivative, relative_error
from minigan.checks.passes import Pass, moved
from minigan.checks.second import check_second
from minigan.checks.trials import Report, Tally, Trial, run_trials
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
    With J = sum(R * y) for random R, and a random direction u in x and in every parameter by
    itself, as in JAX's and autograd's checks, <dJ, u> from backward is compared with the
    central difference of J along u. Two passes are open at once and differentiated in both
    orders. Where finite differences cannot be trusted, at a kink above all, the point is drawn
    anew: see `minigan.checks.numeric`. Directional derivatives for second order, if the layer has
    them, are checked as well.

    Examples
    --------
    >>> import minigan as mg
    >>> from minigan.checks import check_layer
    >>> check_layer(mg.LeakyReLU(0.2)).passed
    True
    """
    if not isinstance(layer, Layer):
        raise InputError(f"check_layer: expected a Layer (or use check_network), got {layer!r}")
    network = Sequential([copy.deepcopy(layer)], dtype="float64")
    if layer.params:
        network.params[...] = to_host(layer.flat_params)
    trial = _trial(network, True, shape, scale, train)
    return run_trials(str(network.layers[0]), trial, seeds, tolerance)


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
    trial = _trial(network, False, shape, scale, train)
    return run_trials(network.name, trial, seeds, tolerance)


def _trial(network: Sequential, alone: bool, shape, scale, train) -> Trial:
    """Trial of a network, in each mode; of its only layer by itself if that is ``alone``."""
    shape = (5, network.n_in or 4) if shape is None else shape
    if not isinstance(shape, tuple) or len(shape) != 2:
        raise InputError(f"shape: expected (batch, n_in), got {shape!r}")
    shape = whole_number("shape: batch", shape[0]), whole_number("shape: n_in", shape[1])
    real_number("scale", scale, 0, low_open=True)
    modes = (True, False) if train is None else (bool(train),)

    def trial(tally: Tally, rng: np.random.Generator) -> None:
        seed = tally.where  # "seed 3"
        for mode in modes:
            tally.where = f"{seed}, train={mode}"
            here = moved(network, rng)
            plain = here.layers[0] if alone else here
            for layer in here.layers:
                contract.check_arguments(tally, layer)
            x1, x2 = scale * rng.standard_normal((2, *shape))
            if alone:
                contract.check_form(tally, here.layers[0], x1, mode)
            first, second = (Pass(here, plain, x, mode, rng) for x in (x1, x2))
            contract.check_repeatable(tally, first)
            contract.check_shape(tally, first.y(), len(x1), here.n_out or x1.shape[1])
            contract.check_dtypes(tally, first)
            contract.check_hands_off(tally, first)
            _check_derivatives(tally, (first, second), rng)
            contract.check_adds(tally, first, second)
            contract.check_param_grads(tally, first)
            contract.check_mixes(tally, first, rng)
            contract.check_test_time(tally, first)
            contract.check_memory(tally, first)
            if alone:
                contract.check_draws(tally, first)
                contract.check_equal_inputs(tally, first, rng)
                check_second(tally, first, rng, scale)

    return trial


def _check_derivatives(tally: Tally, runs: tuple[Pass, Pass], rng) -> None:
    """Open both passes, then differentiate both, in either order, plain and fast."""
    ways = [(False, (0, 1)), (False, (1, 0))] + [(True, (1, 0))] * runs[0].train
    results = []
    for fast, order in ways:
        for run in runs:
            run.fast = fast
        caches = [run.open()[1] for run in runs]
        results.append({i: runs[i].close(caches[i], runs[i].R) for i in order})
    for i, run in enumerate(runs):
        run.fast = False
        for k, block in enumerate(run.blocks):
            u = rng.standard_normal(block.shape)
            numeric = derivative(along(run.J, block, u))
            for (run.fast, _), gradients in zip(ways, results, strict=True):
                analytic = float(np.sum(gradients[i][k] * u))
                if not tally.agrees(run.labels[k], analytic, numeric):
                    _explain(tally, run, k, analytic, u, float(numeric.value))
            run.fast = False


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
        what = f"with two passes open at once, {what}; one pass by itself is right: is something "
        what += "of a pass kept on self?"
    tally.fail(what, error)
