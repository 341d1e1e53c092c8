"""Pictures with words in a notebook, and sliders where ipywidgets is installed, or not."""

import sys
from types import SimpleNamespace

import matplotlib
import pytest

from minigan.figures import notebook

matplotlib.use("agg")


def test_panels_are_as_many_as_asked_for_and_the_figure_is_as_wide_as_a_page():
    with matplotlib.rc_context():
        figure, left, right = notebook.panels(2, height=3)
        assert figure.axes == [left, right] and tuple(figure.get_size_inches()) == (9, 3)
        _, *axes = notebook.panels(4, 2, sharex=True)
        assert len(axes) == 8


def test_a_picture_is_shown_with_its_words(monkeypatch):
    display = pytest.importorskip("IPython.display")
    shown = []
    monkeypatch.setattr(display, "display", shown.append)
    monkeypatch.setattr(notebook, "ABOUT", [lambda figure: {"drawn": str(len(figure.axes))}])
    with matplotlib.rc_context():
        figure, ax = notebook.panels(height=1)
        ax.plot([1, 2])
        notebook.show(figure, alt="a line\n  that rises")
        with pytest.raises(ValueError, match="alt: expected a sentence"):
            notebook.show(figure, alt=" ")
    (image,) = shown
    assert image.data[:4] == b"\x89PNG" and image.alt == "a line that rises"
    assert image.metadata["drawn"] == "1"


def test_a_slider_calls_back_or_says_in_one_line_what_it_needs(monkeypatch, capsys):
    asked = []
    widgets = SimpleNamespace(interact=lambda draw, **values: asked.append((draw, values)))
    monkeypatch.setitem(sys.modules, "ipywidgets", widgets)
    notebook.slider(print, eta=(0, 1, 0.1))
    assert asked == [(print, {"eta": (0, 1, 0.1)})]
    monkeypatch.setitem(sys.modules, "ipywidgets", None)  # as if it were not installed
    notebook.slider(print, eta=(0, 1, 0.1))
    assert capsys.readouterr().out.count("\n") == 1 == len(asked)
