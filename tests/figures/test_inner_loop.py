"""D against a fixed G: nearer to D* with training, with examples, with units."""

import numpy as np
import pytest

from minigan.figures import inner_loop
from minigan.figures.inner_loop import InnerLoop
from minigan.theory import GeneratorState


@pytest.fixture(scope="module")
def run():
    """Two settings a sweep and two starts."""
    with pytest.MonkeyPatch.context() as patch:
        shorten(patch)
        return InnerLoop(seed=1).play()


def shorten(patch):
    for name, value in {
        "LOOKS": (1, 30, 600),
        "BATCHES": (16, 256),
        "SIZES": (32, 8192),
        "WIDTHS": (1, 32),
        "UPDATES": 600,
        "SEEDS": 2,
        "KEPT": (1, 600),
    }.items():
        patch.setattr(inner_loop, name, value)


def gaps(run, sweep):
    groups = run.by_setting(sweep)
    return {key: np.mean([one.d_gap for one in group]) for key, group in groups.items()}


def test_distance_falls_with_updates(run):
    found = gaps(run, "batch")
    for batch in (16, 256):
        assert found[batch, 1] > found[batch, 30] > 1.5 * found[batch, 600]


def test_distance_falls_with_larger_minibatches_with_examples_and_with_units(run):
    assert gaps(run, "batch")[16, 600] > 1.2 * gaps(run, "batch")[256, 600]
    assert gaps(run, "examples")[32, 600] > 2 * gaps(run, "examples")[8192, 600]
    assert gaps(run, "width")[1, 600] > 3 * gaps(run, "width")[32, 600]


def test_no_D_is_better_than_the_best(run):
    assert len(run.trained) == 2 * (2 * 3 + 2 + 2)
    assert all(one.inner_gap > 0 for one in run.trained)


def test_kept_discriminators_are_copies_on_the_way(run):
    assert list(run.kept) == [1, 600]
    state = GeneratorState(inner_loop.fixed_generator(), inner_loop.NOISE, inner_loop.DATA)
    for updates, D in run.kept.items():
        (match,) = [
            one
            for one in run.trained
            if (one.sweep, one.setting, one.seed, one.updates) == ("batch", 256, 0, updates)
        ]
        assert state.judge(D).d_gap == match.d_gap


def test_the_report_has_the_medians(run):
    report = run.report()
    last = report["batch"][-1]
    assert (last["setting"], last["updates"]) == (256, 600)
    assert last["d_gap"] == pytest.approx(gaps(run, "batch")[256, 600])  # of two: their mean
    assert [one["setting"] for one in report["width"]] == [1, 32]


def test_the_text_has_every_sweep(run):
    report = run.report()
    text = run.text()
    for sweep in ("examples", "width"):
        assert f"{report[sweep][0]['d_gap']:.4f}" in text
    assert f"{report['batch'][-1]['inner_gap']:.4f} nats" in text
