"""Costs of models: against SciPy's densities, closed forms, and what is refused."""

import numpy as np
import pytest
from scipy import stats

import minigan as mg
from minigan.base.numerics import log_sum_exp
from minigan.model_costs import bernoulli_cost, gaussian_cost, gaussian_kl, mmd2

RNG = np.random.default_rng(0)
A, B = RNG.standard_normal((2, 6, 3))
X = (RNG.random((6, 3)) < 0.5).astype(float)


def test_a_likelihood_is_that_of_scipy():
    minus_log_p = -stats.bernoulli.logpmf(X, 1 / (1 + np.exp(-A))).sum(axis=1).mean()
    assert bernoulli_cost(A, X)[0] == pytest.approx(minus_log_p, rel=1e-13)
    minus_log_p = -stats.norm.logpdf(X, A, np.exp(B)).sum(axis=1).mean()
    assert gaussian_cost(A, B, X)[0] == pytest.approx(minus_log_p, rel=1e-13)


def test_a_shared_standard_deviation_has_the_sum_of_its_gradients():
    J, _, ds = gaussian_cost(A, np.array([0.3]), X)
    assert ds.shape == A.shape
    step = 1e-6
    numeric = (gaussian_cost(A, np.array([0.3 + step]), X)[0] - J) / step
    assert ds.sum() == pytest.approx(numeric, rel=1e-4)


def test_the_kl_is_a_sum_over_coordinates_and_a_mean_over_rows():
    x = np.linspace(-12, 12, 20001)
    q, p = stats.norm.pdf(x, A[0, 0], np.exp(B[0, 0] / 2)), stats.norm.logpdf(x)
    by_sum = np.sum(q * (np.log(q + 1e-300) - p)) * (x[1] - x[0])
    assert gaussian_kl(A[:1, :1], B[:1, :1])[0] == pytest.approx(by_sum, rel=1e-8)
    rows = [
        gaussian_kl(A[i : i + 1, j : j + 1], B[i : i + 1, j : j + 1])[0]
        for i in range(6)
        for j in range(3)
    ]
    assert gaussian_kl(A, B)[0] == pytest.approx(sum(rows) / 6)


def test_mmd_is_its_three_means_and_0_for_the_same_rows():
    def k(P, Q):
        squares = ((P[:, None] - Q) ** 2).sum(axis=2)
        return np.mean(sum(np.exp(-squares / (2 * s)) for s in (0.5, 2.0)))

    Y = B[:4]
    assert mmd2(A, Y, (0.5, 2.0))[0] == pytest.approx(k(A, A) + k(Y, Y) - 2 * k(A, Y))
    value, dY = mmd2(A, A.copy(), (0.5, 2.0))
    assert value == pytest.approx(0, abs=1e-15) and np.abs(dY).max() < 1e-15


def test_nothing_overflows():
    a = np.array([[-1e4, 1e4]])
    assert bernoulli_cost(a, np.array([[0.0, 1.0]]))[0] == 0
    assert bernoulli_cost(a, np.array([[1.0, 1.0]]))[0] == 1e4
    assert log_sum_exp(np.array([1e4, 1e4])) == pytest.approx(1e4 + np.log(2))


@pytest.mark.parametrize(
    "refused",
    [
        lambda: bernoulli_cost(A, X[:, :2]),
        lambda: gaussian_kl(A, B[0]),
        lambda: mmd2(A, B[:, :2], (1.0,)),
    ],
)
def test_what_does_not_fit_is_refused(refused):
    with pytest.raises(mg.InputError, match="expected"):
        refused()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_dtype_stays(dtype):
    a, x = A.astype(dtype), X.astype(dtype)
    found = [bernoulli_cost(a, x), gaussian_cost(a, a, x), gaussian_kl(a, a), mmd2(a, x, (0.5,))]
    for value, *gradients in found:
        assert type(value) is float and {each.dtype.name for each in gradients} == {dtype}
