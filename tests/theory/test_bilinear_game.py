"""V = x y: circles, spirals, an ellipse, and the rates of the remedies."""

import math

import numpy as np
import pytest

from minigan import InputError, NonFiniteError
from minigan.theory import bilinear_game as games

START = np.array([0.8, -0.6])
METHODS = ["simultaneous", "alternating", "extragradient", "optimistic"]


def distance(path):
    return np.hypot(*path.T)


def matrix(method, eta):
    """One step as a matrix, on (w, w before) for optimistic: written without the field."""
    J, one = np.array([[0.0, -1.0], [1.0, 0.0]]), np.eye(2)
    return {
        "simultaneous": one + eta * J,
        "alternating": np.array([[1, -eta], [eta, 1 - eta**2]]),
        "extragradient": one + eta * J @ (one + eta * J),
        "optimistic": np.block([[one + 2 * eta * J, -eta * J], [one, 0 * one]]),
    }[method]


def test_the_field_is_the_gradient_of_each_player():
    (right, up), w, h = np.eye(2), np.array([0.3, -1.7]), 1e-6
    dx = (games.value(w + h * right) - games.value(w - h * right)) / (2 * h)
    dy = (games.value(w + h * up) - games.value(w - h * up)) / (2 * h)
    assert games.field(w) == pytest.approx([-dx, dy], abs=1e-9)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("eta", [0.05, 0.3, 0.55, 1.5])
def test_a_path_is_the_matrix_applied_again_and_again(method, eta):
    path = getattr(games, method)(START, eta, 20)
    state = np.concatenate([START, START]) if method == "optimistic" else START
    expected = [state[:2]]
    for _ in range(20):
        state = matrix(method, eta) @ state
        expected.append(state[:2])
    assert path.shape == (21, 2)
    assert path == pytest.approx(np.array(expected), rel=1e-12, abs=1e-13)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("eta", [0.05, 0.3, 0.499, 0.55, 0.7, 0.99, 1.5, 2.5])
def test_growth_is_the_spectral_radius(method, eta):
    radius = np.abs(np.linalg.eigvals(matrix(method, eta))).max()
    assert games.growth(method, eta) == pytest.approx(radius, abs=1e-12)


def test_alternating_steps_are_not_bounded_from_eta_2_on():
    assert distance(games.alternating(START, 2.1, 200))[-1] > 1e6
    assert games.growth("alternating", 1.99) == pytest.approx(1, abs=1e-12)


def test_averages_are_running_means(rng):
    path = rng.standard_normal((7, 2))
    expected = [path[: n + 1].mean(axis=0) for n in range(7)]
    assert games.averages(path) == pytest.approx(np.array(expected), abs=1e-15)


def test_a_path_that_overflows_names_its_step():
    with pytest.raises(NonFiniteError, match="the path left the range") as error:
        games.simultaneous(START, 1e100, 10)
    assert error.value.step == 4


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("start", "eta", "steps", "message"),
    [
        (START, 0, 5, "eta: expected a finite number > 0, got 0"),
        (START, -0.1, 5, "eta: expected a finite number > 0, got -0.1"),
        (START, math.nan, 5, "eta: expected a finite number > 0, got nan"),
        (START, 0.1, 0, "steps: expected a whole number >= 1, got 0"),
        (START, 0.1, 2.0, "steps: expected a whole number >= 1, got 2.0"),
        ([1, 2, 3], 0.1, 5, "start: expected two numbers (x, y), got shape (3,)"),
        ([1, math.inf], 0.1, 5, "start: expected finite numbers, got 1.0, inf"),
        ("here", 0.1, 5, "start: expected two numbers (x, y)"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(method, start, eta, steps, message):
    with pytest.raises(InputError) as error:
        getattr(games, method)(start, eta, steps)
    assert str(error.value) == message


def test_other_things_that_do_not_fit():
    with pytest.raises(InputError, match=r"^method: expected one of simultaneous, .*'momentum'"):
        games.growth("momentum", 0.1)
    with pytest.raises(InputError, match=r"^eta: expected"):
        games.growth("optimistic", 0)
    with pytest.raises(InputError, match=r"^path: expected shape \(n, 2\), got \(3,\)"):
        games.averages(np.zeros(3))
    with pytest.raises(InputError, match=r"^start: expected two numbers .* shape \(50, 50\)$"):
        games.continuous(np.zeros((50, 50)), [0.0])


# Looking ahead.


def step(method, eta, K):
    """One step as a matrix, from the formulas: x down by d/dx of x (y + K eta x), y up by x."""
    if method == "more-steps":
        return np.array([[1, -eta], [K * eta, 1]])
    part = {"stopped": 1, "unrolled": 2}[method]  # of d/dx: the second x only if it goes through
    return np.array([[1 - part * K * eta**2, -eta], [eta, 1]])


@pytest.mark.parametrize("method", ["more-steps", "stopped", "unrolled"])
@pytest.mark.parametrize("K", [1, 3, 6])
def test_looking_ahead_is_a_matrix_whose_squared_radius_is_known(method, K):
    eta = 0.15
    path = (
        games.more_steps(START, eta, 7, K)
        if method == "more-steps"
        else games.looking_ahead(START, eta, 7, K, stopped=method == "stopped")
    )
    M = step(method, eta, K)
    assert path[-1] == pytest.approx(np.linalg.matrix_power(M, 7) @ START, abs=1e-14)
    radius = np.abs(np.linalg.eigvals(M)).max()
    assert games.squared_radius(method, eta, K) == pytest.approx(radius**2, abs=1e-12)


def test_the_gradient_through_the_steps_is_that_of_the_value_they_end_at():
    def value(x, y, K, eta):
        for _ in range(K):
            y += eta * x
        return x * y

    x, y, eta, h = 0.8, -0.6, 0.2, 1e-6
    for K in (0, 1, 4):
        dx = (value(x + h, y, K, eta) - value(x - h, y, K, eta)) / (2 * h)
        after = games.looking_ahead(np.array([x, y]), eta, 1, K)[1]
        assert after == pytest.approx([x - eta * dx, y + eta * x], abs=1e-9)


def test_no_step_ahead_is_the_simultaneous_game():
    path = games.simultaneous(START, 0.1, 5)
    for other in (games.looking_ahead(START, 0.1, 5, 0), games.more_steps(START, 0.1, 5, 1)):
        assert np.array_equal(path, other)
    assert games.squared_radius("unrolled", 0.1, 0) == pytest.approx(
        games.growth("simultaneous", 0.1) ** 2
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: games.looking_ahead(START, 0.1, 5, -1), "K: expected a whole number >= 0, got -1"),
        (lambda: games.more_steps(START, 0.1, 5, 0), "k: expected a whole number >= 1, got 0"),
        (lambda: games.squared_radius("ahead", 0.1, 1), "method: expected one of more-steps, "),
        (lambda: games.squared_radius("unrolled", 0.1, 10), "K: expected less than 10 steps "),
    ],
)
def test_steps_ahead_that_make_no_sense_are_refused(call, message):
    with pytest.raises(InputError, match=f"^{message}"):
        call()
