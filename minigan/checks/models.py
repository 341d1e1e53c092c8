"""The check of every model and of every chain on binary states that can all be listed.

A model of one's own gives ``pmf(states)``, or ``log_likelihood`` or ``transition`` from which it
follows, and inherits all that follows from the rest: see `minigan.models.model`.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

import numpy as np

from minigan.base.validation import whole_number
from minigan.checks.compare import compare
from minigan.checks.passes import parameter_blocks
from minigan.checks.trials import Report, Tally, run_trials
from minigan.distributions.states import all_states, state_index

LEAST_P = 1e-6  # of a chi-square test
ROUNDING = 1e-12


def check_model(
    model: Any,
    *,
    draws: int = 100_000,
    exact: bool | None = None,
    seeds: Iterable[int] = range(1),
    tolerance: float = 1e-6,
) -> Report:
    """Check a model of binary rows: all of its parts against its probabilities of all states.

    Parameters
    ----------
    model : Model
        At most 16 variables; its networks are in float64. A copy is checked.
    draws : int
        Samples, and moves of a chain, for the chi-square tests, >= 100.
    exact : bool, optional
        Whether it learns by the gradient of the exact log-likelihood. By default so does a model
        that learns and has it, and neither a bound nor a chain.
    seeds : iterable of int
        Each draws other samples.
    tolerance : float
        Largest relative error of a gradient.

    Returns
    -------
    Report

    Raises
    ------
    GradientError
        If probabilities do not sum to 1, a likelihood, a bound, a gradient, a posterior or a
        chain's law is not that of ``pmf``, or samples or moves do not follow it.
    InputError
        If an argument makes no sense.
    """
    whole_number("draws", draws, 100)
    model = copy.deepcopy(model)  # it may remember where its chains are
    states = all_states(model.dim)
    if exact is None:
        has = [hasattr(model, part) for part in ("log_likelihood", "bound", "transition")]
        exact = has == [True, False, False] and hasattr(model, "learn")

    def trial(tally: Tally, rng: np.random.Generator) -> None:
        q = model.pmf(states)
        _check_probabilities(tally, "pmf", q[None])
        rows = model.sample(draws, rng)
        _check_counts(tally, "samples", state_index(rows), q)
        if hasattr(model, "log_likelihood"):
            gap = float(np.abs(np.exp(model.log_likelihood(states)) - q).max())
            tally.require(gap < ROUNDING, f"log_likelihood differs from log pmf by {gap:.0e} of p")
        if hasattr(model, "bound"):
            gaps = np.log(q)[state_index(rows)] - model.bound(rows, rng)
            low = gaps.mean() + 3 * gaps.std() / np.sqrt(draws)
            tally.require(low >= 0, f"the bound is above log p(x) by {-gaps.mean():.3g} nats")
        if hasattr(model, "log_joint") and not hasattr(model, "bound"):
            _check_posterior(tally, model, rows[:50])
        if hasattr(model, "transition"):
            _check_chain(tally, model, draws, rng)
        if exact:
            _check_gradient(tally, model, rows[:20].astype(np.float64), rng)

    return run_trials(type(model).__name__, trial, seeds, tolerance)


def _check_probabilities(tally: Tally, what: str, rows: np.ndarray) -> None:
    """Rows of probabilities are >= 0 and sum to 1."""
    error = float(np.abs(rows.sum(axis=1) - 1).max())
    tally.require(
        bool((rows >= 0).all()) and error < ROUNDING, f"{what}: sum is off 1 by {error:.0e}"
    )


def _check_counts(tally: Tally, what: str, found: np.ndarray, q: np.ndarray) -> None:
    """Chi-square of states that were drawn against q; those expected less than 5 times are one."""
    from scipy.stats import chi2  # 0.3 s to import

    counts, expected = np.bincount(found, minlength=len(q)), len(found) * q
    often = expected >= 5
    counts = np.append(counts[often], counts[~often].sum())
    expected = np.append(expected[often], expected[~often].sum())
    is_cell = expected > 0
    tally.require(counts[~is_cell].sum() == 0, f"{what}: a state of probability 0 was drawn")
    squares = float(((counts - expected)[is_cell] ** 2 / expected[is_cell]).sum())
    p = chi2.sf(squares, max(is_cell.sum() - 1, 1))
    tally.require(
        p > LEAST_P, f"{what}: chi-square {squares:.0f} on {is_cell.sum()} cells, p = {p:.0e}"
    )


def _check_posterior(tally: Tally, model: Any, rows: np.ndarray) -> None:
    """posterior(x), probabilities of binary hidden units, against Bayes: sum over all of them."""
    found = model.posterior(rows)
    hidden = all_states(found.shape[1])
    log_joint = np.stack([model.log_joint(np.tile(x, (len(hidden), 1)), hidden) for x in rows])
    weights = np.exp(log_joint - log_joint.max(axis=1, keepdims=True))
    gap = float(np.abs(weights / weights.sum(axis=1, keepdims=True) @ hidden - found).max())
    tally.require(gap < 1e-9, f"posterior differs from Bayes by {gap:.1e}")


def _check_chain(tally: Tally, model: Any, draws: int, rng) -> None:
    """Rows of T sum to 1, q T = q, and moves from one state follow its row."""
    T, q = model.chain()
    _check_probabilities(tally, "transition", T)
    gap = float(np.abs(q @ T - q).max())
    tally.require(gap < ROUNDING, f"transition: q T differs from q by {gap:.0e}")
    start = int(rng.integers(len(q)))
    rows = np.tile(all_states(len(T).bit_length() - 1)[start], (draws, 1))
    _check_counts(tally, f"moves from state {start}", state_index(model.move(rows, rng)), T[start])


def _check_gradient(tally: Tally, model: Any, x: np.ndarray, rng: np.random.Generator) -> None:
    """The gradients that it learns by are those of mean -log p(x)."""

    def J() -> float:
        return -float(model.log_likelihood(x).mean())

    model.learn(x, rng)
    for name in model.moves:
        network = model.networks()[name]
        for block in parameter_blocks(network, f"{name}."):
            gradients = {"": block.of(network.grads)}
            compare(tally, "-log p(x)", J, block.values, gradients, rng, label=block.label)
