"""The linear-Gaussian model: its exact log p(x), and what a Parzen window makes of it."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from minigan.evaluation.critique import LinearGaussian, true_model_scored


def test_log_p_is_that_of_the_gaussian_and_fits_the_samples():
    rng = np.random.default_rng(0)
    model = LinearGaussian(rng, k=2, d=3)
    x = model.sample(50_000, rng)
    truth = multivariate_normal(x.mean(axis=0), np.cov(x.T))
    assert model.log_likelihood(x[:50]) == pytest.approx(truth.logpdf(x[:50]), abs=0.1)


def test_a_window_scores_the_truth_too_low_and_the_means_above_samples():
    found = true_model_scored(np.random.default_rng(1), m=3000, n=100)
    assert found.samples < found.means < found.exact - 20
