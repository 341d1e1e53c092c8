"""The check of every model and of every chain on binary states that can all be listed.

A model of one's own gives ``pmf(states)``, or ``log_likelihood`` or ``transition`` from which it
follows, and inherits all that follows from the rest: see `minigan.models.model`.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from minigan.base.errors import InputError
from minigan.base.validation import shown, whole_number
from minigan.checks.compare import compare
from minigan.checks.passes import parameter_blocks
from minigan.checks.trials import Report, Tally, run_trials
from minigan.distributions.states import all_states, state_index

PARTS = "log_likelihood", "bound", "posterior", "transition"
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
        Whether it learns by the gradient of the exact log-likelihood: by default what its attribute
        ``exact`` says, or else whether it learns and has it, and neither a bound nor a chain.
    seeds : iterable of int
        Each draws other samples.
    tolerance : float
        Largest relative error of a gradient.

    Returns
    -------
    Report
        Its ``parts`` say what was checked, and what was not.

    Raises
    ------
    GradientError
        If probabilities do not sum to 1, a likelihood, a gradient or a chain's law is not that of
        ``pmf``, a bound is above it at some x, samples or moves do not follow it, or a posterior is
        not finite or, where there is ``log_joint(x, h)`` and no bound, not that of Bayes.
    InputError
        If an argument makes no sense.
    """
    whole_number("draws", draws, 100)
    if isinstance(model, type) or not (hasattr(model, "dim") and hasattr(model, "sample")):
        raise InputError(f"check_model: expected a model, with dim and sample, got {shown(model)}")
    model = copy.deepcopy(model)  # it may remember where its chains are
    states = all_states(model.dim)
    has = {part: hasattr(model, part) for part in (*PARTS, "log_joint", "learn", "sweeps")}
    if exact is None:
        by_parts = has["log_likelihood"] and not (has["bound"] or has["transition"])
        exact = bool(has["learn"] and getattr(model, "exact", by_parts))
    has_bayes = has["posterior"] and has["log_joint"] and not has["bound"]

    def trial(tally: Tally, rng: np.random.Generator) -> None:
        q = np.asarray(model.pmf(states))
        tally.require(q.shape == (len(states),), f"pmf: expected {len(states)}, got {q.shape}")
        _check_probabilities(tally, "pmf", q[None])
        found = _places(tally, "sample", rows := model.sample(draws, rng), draws, model.dim)
        _check_counts(tally, "samples", found, q)
        if has["log_likelihood"]:
            gap = float(np.abs(np.exp(model.log_likelihood(states)) - q).max())
            tally.require(gap < ROUNDING, f"log_likelihood differs from log pmf by {gap:.0e} of p")
        if has["bound"]:
            often = rng.permutation(np.unique(found))[: max(draws // 200, 1)]
            _check_bound(tally, model, states[often], np.log(q[often]), draws // len(often), rng)
        if has["posterior"]:
            _check_posterior(tally, model, rows[:50], has_bayes)
        if has["transition"]:
            _check_chain(tally, model, draws, rng)
        if exact:
            _check_gradient(tally, model, rows[:20].astype(np.float64), rng)

    report = run_trials(type(model).__name__, trial, seeds, tolerance)
    return replace(report, parts=_parts(has, exact, has_bayes))


def _parts(has: dict[str, bool], exact: bool, has_bayes: bool) -> str:
    """The parts that are checked and, of those that are there, the ones that are not."""
    done = has | {"posterior": has_bayes, "gradients": exact}
    left = ["posterior against Bayes (a bound, or no log_joint)"] * (has["posterior"] > has_bayes)
    left += ["gradients (not said to be exact)"] * (has["learn"] > exact)
    left += ["moves (no transition)"] * (has["sweeps"] > has["transition"])
    checked = ", ".join(["pmf", "sample", *filter(done.get, (*PARTS, "gradients"))])
    return f"checked {checked}; not checked: {', '.join(left) or 'nothing'}"


def _places(tally: Tally, what: str, rows: Any, m: int, dim: int) -> np.ndarray:
    """Places of binary rows (m, dim) among all states; fails if they are no such rows."""
    x = np.asarray(rows)
    said = f"{what}: expected binary rows (m, {dim}), m = {m}, got {x.shape}"
    tally.require(x.shape == (m, dim), said)
    tally.require(bool(((x == 0) | (x == 1)).all()), f"{said} from {x.min():g} to {x.max():g}")
    return state_index(x)


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


def _check_bound(tally: Tally, model: Any, x, log_p: np.ndarray, n: int, rng) -> None:
    """The mean of n bounds is at most log p(x) within noise, at each row x and in their mean."""
    values = np.asarray(model.bound(np.tile(x, (n, 1)), rng))
    tally.require(values.shape == (n * len(x),), f"bound: expected (m,), got {values.shape}")
    above = values.reshape(n, -1) - log_p
    means, errors = above.mean(axis=0), above.std(axis=0) / np.sqrt(n)
    i, said = int(np.argmax(means - 5 * errors)), "the bound is above log p(x) by"
    tally.require(means[i] - 5 * errors[i] <= 1e-9, f"{said} {means[i]:.3g} nats at {x[i]}")
    low = means.mean() - 3 * np.sqrt((errors**2).sum()) / len(x)
    tally.require(low <= 1e-9, f"{said} {means.mean():.3g} nats in the mean")


def _check_posterior(tally: Tally, model: Any, rows: np.ndarray, has_bayes: bool) -> None:
    """posterior(x) has finite rows; those of binary hidden units are by Bayes: sum over all."""
    found = model.posterior(rows)
    shape = np.shape(found)  # or of two of one shape, a mean and a standard deviation
    right = shape[-2:-1] == (len(rows),) and bool(np.isfinite(found).all())
    tally.require(right, f"posterior: expected finite rows (m, hidden), got {shape}")
    if not has_bayes:
        return
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
    what = f"moves from state {start}"
    found = _places(tally, what, model.move(rows, rng), *rows.shape)
    _check_counts(tally, what, found, T[start])


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
