"""The deep GSN trained in full: its memory helps the reconstruction, and stops the chain."""

import numpy as np
import pytest

from minigan.base.randomness import Streams
from minigan.data import load
from minigan.distributions.states import state_index
from minigan.evaluation import parzen
from minigan.models import deep_gsn, gsn, rivals
from minigan.models.chain import drawn
from minigan.models.registry import BARS
from minigan.models.scores import scores

pytestmark = pytest.mark.slow


def shares(model, x, seed, burn=300, moves=300):
    """Shares of all states among those that the chains which begin at x visit, after some moves."""
    rng, counts = Streams(seed)["chains"], np.zeros(len(BARS.pmf))
    states = model.begun(x)
    for i in range(burn + moves):
        states = model.move(states, rng)
        if i >= burn:
            counts += np.bincount(state_index(states[:, : BARS.dim]), minlength=len(counts))
    return counts / counts.sum()


def from_two_starts(model, seed, chains=1000):
    """Shares of states of chains that begin at random rows, and all at the blank image."""
    random = Streams(seed)["start"].integers(0, 2, (chains, BARS.dim)).astype(np.float64)
    return shares(model, random, seed), shares(model, np.zeros_like(random), seed)


def apart(p, q):
    """Total variation."""
    return np.abs(p - q).sum() / 2


@pytest.mark.parametrize("seed", [0, 10])
def test_its_memory_repairs_the_reconstruction_and_stops_the_chain(seed):
    deep = from_two_starts(deep_gsn.on_bars(BARS, seed), seed)
    flat, walked = (
        from_two_starts(gsn.on_bars(BARS, seed, 3000, walkback=k), seed) for k in (1, 5)
    )
    assert apart(*flat) < 0.1 and apart(*walked) < 0.1 and apart(*deep) > 0.4
    assert scores(BARS.pmf, deep[0]).jsd < 0.25 < 0.5 < scores(BARS.pmf, walked[0]).jsd


def test_noise_behind_tanh_makes_it_mix_and_is_paid_for():
    model = deep_gsn.on_bars(BARS, 0, walkback=3, before=0.0, after=3.0)
    random, blank = from_two_starts(model, 0)
    assert apart(random, blank) < 0.1 and scores(BARS.pmf, random).jsd > 0.12


def changes(model, X, labels, chains=100, moves=200):
    """Share of moves at which the nearest training image of the means has another label."""
    rng, seen = np.random.default_rng(0), []
    states = model.begun(drawn(np.tile(X.mean(axis=0), (chains, 1)), rng))
    for i in range(100 + moves):
        means, states = model.walked(states, rng)
        if i >= 100:
            far = (X * X).sum(axis=1) - 2 * means @ X.T
            seen.append(labels[far.argmin(axis=1)])
    seen = np.array(seen)
    return float((seen[1:] != seen[:-1]).mean())


def fitted(title, seed):
    rival = next(one for one in rivals.RIVALS["digits"] if one.title.startswith(title))
    data, *others = (load("digits", split=s) for s in ("train", "valid", "test"))
    model = rival.fit(data.X, seed, rival.steps)
    (samples,) = rival.samples(model, data.X, 5000, np.random.default_rng(seed))
    nats = [parzen(x, *(o.X for o in others)).test_log_likelihood for x in samples[:2]]
    return (*nats, changes(model, data.X, data.labels))


def test_on_digits_it_stays_on_its_digit_and_means_score_above_samples():
    means, binary, moved = fitted("deep GSN", 0)
    assert means > binary + 20 and moved < 0.1
    means, binary, moved = fitted("GSN 64-200-64, walkback 1", 0)
    assert means > 16 and means > binary + 20 and moved > 0.4
