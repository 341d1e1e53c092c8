"""Two runs of a page are found to say the same, or not: text, numbers, pictures."""

import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

sys.path.insert(0, str(Path(__file__).parents[2] / "tutorials"))  # as a notebook's directory is

if not find_spec("nbformat"):
    pytest.skip("it is of the extra 'tutorials'", allow_module_level=True)

from drawn import drawn, written
from outputs import Tolerance, difference, differences, tolerance

matplotlib.use("agg")


@pytest.mark.parametrize(
    ("stored", "fresh"),
    [
        ("J = 0.1234", "J = 0.1235"),  # the last place
        ("V -1.13153", "V  -1.13154"),  # and another width
        ("std 2048.0", "std 2049.9"),  # 0.1 %
        ("[1.25 1.4  1.32]", "[1.25 1.41 1.32]"),  # NumPy leaves zeros out
        ("worst by 9e-09", "worst by 3e-11"),  # rounding
        ("in -0.42..0.51", "in -0.43..0.51"),
        ("2.1 s, 0.97 ms each, at least 96 min", "7.6 s, 1.24 ms each, at least 53 min"),
        ("NumPy 2.4.6", "NumPy 2.2.0"),
        ("mean -inf", "mean -inf"),
    ],
)
def test_texts_that_agree(stored, fresh):
    assert difference(stored, fresh) == ""


@pytest.mark.parametrize(
    ("stored", "fresh", "says"),
    [
        ("J = 0.1234", "J = 0.1237", "stored is 0.1234, got 0.1237"),
        ("cosine -0.939", "cosine +0.560", "stored is -0.939, got +0.560"),
        ("8 modes", "7 modes", "stored is 8, got 7"),
        ("10,000 samples", "10,001 samples", "got 10001"),
        ("apart by 1e-14", "apart by 1e-6", "got 1e-6"),
        ("passed: True", "passed: False", "got 'passed: False'"),
        ("mean -inf", "mean -7.0", "got 'mean -7.0'"),
        ("log 2", "log 3", "got 3"),
        ("a = 1", "a = 1 2", "got 'a = 1 2'"),
        ("one", "one\ntwo", "1 lines, got 2"),
    ],
)
def test_texts_that_do_not(stored, fresh, says):
    assert says in difference(stored, fresh)


def test_a_tolerance_is_relative_or_absolute_or_both():
    assert tolerance("30% 0.6") == Tolerance(0.3, 0.6)
    assert tolerance("0.6") == Tolerance(0, 0.6) and tolerance("") == Tolerance(0, 0)
    assert not difference("JSD 0.10, 8 modes", "JSD 0.13, 7 modes", tolerance("30%"))
    assert "got 0.15" in difference("JSD 0.10", "JSD 0.15", tolerance("30%"))
    assert not difference("0.3 nats", "-0.2 nats", tolerance("0.6"))
    assert "got -0.4" in difference("0.3 nats", "-0.4 nats", tolerance("0.6"))


@cache
def picture(height=1.0, **text):
    """A figure of what pages draw: a line, an image, a histogram, an area, an arrow."""
    figure = Figure(figsize=(6, 2), layout="constrained")
    left, right = figure.subplots(1, 2)
    x = np.linspace(0, 1, 101)
    left.plot(x, height * x**2, label="a curve")
    left.fill_between(x, x / 2 * height)
    left.stairs([0.1, 0.3 * height, 0.2], [0, 0.3, 0.6, 1])
    left.annotate("", (0.5, 0.9 * height), (0.2, 0.1), arrowprops={})
    left.set(ylim=(0, 1.2), **text)
    left.legend()
    right.imshow(height * np.outer(x, x), vmin=0, vmax=1.2)
    figure.draw_without_rendering()
    return figure


class Node(dict):
    """A node of a notebook as nbformat has them, without two seconds of importing it."""

    __getattr__ = dict.__getitem__


def page(printed="JSD 0.12\n", figure=None, **metadata):
    """A notebook of one cell with its outputs, as build.py stores it."""
    figure = figure or picture()
    about = {"alt": "a curve", "drawn": drawn(figure), "written": written(figure)}
    stream = Node(output_type="stream", text=printed)
    shown = Node(output_type="display_data", metadata={"image/png": about})
    cell = Node(cell_type="code", outputs=[stream, shown], metadata=metadata)
    return Node(cells=[cell])


def test_a_page_agrees_with_itself_and_within_its_tolerance():
    assert differences(page(), page(figure=picture(1.02))) == []
    stated = page("JSD 0.12\n", tolerance="20%")
    assert differences(stated, page("JSD 0.14\n", picture(1.1))) == []
    assert len(differences(stated, page("JSD 0.19\n", picture(1.7)))) == 2


def test_what_was_tampered_with_is_found():
    (said,) = differences(page(), page("JSD 0.14\n"))
    assert said == "cell 0, printed: stored is 0.12, got 0.14, in 'JSD 0.12'"
    for part in ("alt", "drawn", "written"):
        tampered = page()
        tampered.cells[0].outputs[1].metadata["image/png"][part] = "nothing"
        (said,) = differences(tampered, page())
        assert said.startswith(f"cell 0, {part}: stored is 'nothing'")
    gone = page()
    del gone.cells[0].outputs[1]
    assert len(differences(gone, page())) == 3


@pytest.mark.parametrize(
    "kind", ["Line2D", "PolyCollection", "StepPatch", "Annotation", "AxesImage"]
)
def test_each_thing_that_is_drawn_can_be_told_from_another(kind):
    one, other = (
        "\n".join(line for line in drawn(picture(height)).splitlines() if kind in line)
        for height in (1.0, 0.7)
    )
    assert one and difference(one, other, Tolerance(absolute=0.05))


def test_a_title_is_text_and_numbers_along_the_axes_are_not():
    assert "JSD 0.12" in written(picture(title="JSD 0.12")).splitlines()
    assert "a curve" in written(picture()).splitlines() and "0.2" not in written(picture())
    assert differences(page(figure=picture(title="a")), page(figure=picture(title="b")))
