"""The figure of the unrolled game: closed forms beside paths, and the message on the ring."""

import pytest

from minigan.figures import unrolled

ASKED = {
    "no-unrolling": (1.01, 205),
    "more-D-steps-6": (1.06, 1.15e13),
    "stopped-1": (1.0, 1.43),
    "unrolled-1": (0.99, 0.0094),
    "stopped-5": (0.96, 2.5e-9),
    "unrolled-5": (0.91, 4.9e-21),
}


@pytest.fixture(scope="module")
def run():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unrolled, "LOOKS", 2)
        yield unrolled.Unrolled().play()


def test_paths_and_closed_forms_agree_to_1e_12_and_end_where_they_should(run):
    report = run.report()
    assert report["difference"] < 1e-12
    for name, (radius, distance) in ASKED.items():
        row = report["radii"][name]
        assert row["asked"] == pytest.approx(radius, abs=1e-12)
        assert row["simulated"] == pytest.approx(radius, abs=1e-12)
        assert row["distance"] == pytest.approx(distance, rel=0.01)


def test_on_the_ring_the_second_order_part_is_there_and_is_the_smaller_one(run):
    assert len(run.shares) == 2
    assert 0 < run.report()["share"] < 1
    assert run.at.shape == run.full.shape == (256, 2)
