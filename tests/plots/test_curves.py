"""The curves of a run: the table's numbers, in the panel in which they belong."""

import io
import math

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from minigan.plots.curves import draw_curves


def a_table(epochs, every=2):
    rng = np.random.default_rng(0)
    lines = []
    for epoch in range(1, epochs + 1):
        names = ("J_D", "J_G", "real_accuracy", "fake_accuracy")
        line = {"epoch": epoch, "step": 3 * epoch, "seconds": 0.1 * epoch}
        line |= dict(zip(names, rng.random(4).tolist(), strict=True))
        if epoch % every == 0:
            line |= {"valid_log_likelihood": -10.0 + epoch, "sigma": 0.1}
        lines.append(line)
    return lines


def drawn(ax):
    """{label: (x, y)} of the curves, without the horizontal lines."""
    return {
        line.get_label(): (line.get_xdata().tolist(), line.get_ydata().tolist())
        for line in ax.lines
        if line.get_linestyle() != ":"
    }


def test_each_column_is_a_curve_over_epochs():
    lines = a_table(9)
    costs, accuracy, likelihood = draw_curves(lines).axes
    epochs = list(range(1, 10))
    for ax, names in (
        (costs, {"$J_D$": "J_D", "$J_G$": "J_G"}),
        (accuracy, {"of data": "real_accuracy", "of samples": "fake_accuracy"}),
    ):
        expected = {
            label: (epochs, [line[name] for line in lines]) for label, name in names.items()
        }
        assert drawn(ax) == expected
    ((x, y),) = drawn(likelihood).values()
    assert (x, y) == ([2, 4, 6, 8], [-8, -6, -4, -2])


def test_what_the_theory_says_at_the_end_is_marked():
    costs, accuracy, _ = draw_curves(a_table(3)).axes
    for ax, value in ((costs, math.log(2)), (accuracy, 0.5)):
        (dotted,) = (line for line in ax.lines if line.get_linestyle() == ":")
        assert set(dotted.get_ydata()) == {value}


def test_one_epoch_can_be_seen_and_axes_are_whole_epochs():
    figure = draw_curves(a_table(1))
    file = io.BytesIO()
    figure.savefig(file, format="png")
    for ax in figure.axes:
        assert all(line.get_marker() == "o" for line in ax.lines if line.get_linestyle() != ":")
        assert ax.get_xlim() == (0, 2)
        assert all(tick == round(tick) for tick in ax.get_xticks())


def test_of_many_epochs_none_is_marked():
    costs, *_ = draw_curves(a_table(200)).axes
    assert all(line.get_marker() in ("None", None, "") for line in costs.lines)


def test_a_number_that_was_not_finite_is_left_out():
    lines = a_table(3)
    lines[1]["J_D"] = None
    costs, *_ = draw_curves(lines).axes
    assert drawn(costs)["$J_D$"][0] == [1, 3]
    assert drawn(costs)["$J_G$"][0] == [1, 2, 3]


def test_a_run_without_a_look_has_an_empty_panel():
    *_, likelihood = draw_curves(a_table(3, every=5)).axes
    ((x, y),) = drawn(likelihood).values()
    assert x == y == []
