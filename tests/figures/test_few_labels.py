"""Few labels: what the figure says of its numbers, and the wide networks."""

import pytest

from minigan.figures import few_labels
from minigan.figures.few_labels import FewLabels


@pytest.fixture(scope="module")
def wide():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(few_labels, "SHARE", 0.001)
        return FewLabels(wide=True).play()


def test_the_wide_networks_have_one_label_of_each_class(wide):
    report = wide.report()
    assert report["wide"] is True
    assert [name for name in report if "labels" in name] == ["10 labels", "features, 10 labels"]
    assert "wide networks" in wide.text()


def test_the_gain_is_that_of_the_better_game(wide):
    wide.errors = {10: {"supervised": 0.4, "feature matching": 0.3, "non-saturating": 0.25}}
    assert wide.numbers()["10 labels"]["gain"] == pytest.approx(0.15)


@pytest.mark.parametrize(
    ("non_saturating", "title"),
    [
        (0.25, "10 labels: non-saturating\nis 15 points better than supervised"),
        (0.5, "10 labels: no gain over supervised"),
    ],
)
def test_the_title_says_what_was_found(wide, non_saturating, title):
    wide.errors = {
        10: {"supervised": 0.4, "feature matching": 0.45, "non-saturating": non_saturating}
    }
    assert wide.draw().axes[0].get_title() == title
