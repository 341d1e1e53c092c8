"""The Helvetica scenario: blocks of turns are what they say, and long ones narrow p_g."""

import numpy as np
import pytest

from minigan.figures import helvetica
from minigan.theory.mode_collapse import effective_modes


def test_of_a_few_turns_jsd_and_perplexity_are_those_of_the_samples_kept(monkeypatch):
    monkeypatch.setattr(helvetica, "UPDATES", 100)
    one = helvetica.play(100, seed=1)
    counts, _ = np.histogram(one.x, helvetica.EDGES)
    assert one.perplexity == pytest.approx(effective_modes(counts / counts.sum()))
    assert 0 < one.jsd < np.log(2)


def test_p_data_has_the_entropy_of_its_two_bells():
    bells = 2 * 0.5 * np.sqrt(2 * np.pi * np.e)  # exp of the entropy, if they do not overlap
    assert effective_modes(helvetica.P_DATA) * 0.1 == pytest.approx(bells, rel=2e-3)


@pytest.mark.slow
def test_blocks_of_100_have_twice_the_divergence_of_single_turns():
    games = {n: [helvetica.play(n, seed) for seed in (0, 10)] for n in (1, 100)}
    jsd = {n: np.mean([one.jsd for one in own]) for n, own in games.items()}
    least = {n: np.mean([one.perplexity for one in own]) for n, own in games.items()}
    assert jsd[100] >= 2 * jsd[1]
    assert least[100] <= 2 / 3 * least[1]
