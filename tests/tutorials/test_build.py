"""What build.py holds pages to: lines that are read, columns, size; and which page is of MNIST."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "tutorials"))  # as its own directory is

nbformat = pytest.importorskip("nbformat")  # of the extra "tutorials", as are these:
pytest.importorskip("jupytext")
pytest.importorskip("nbclient")

import build  # noqa: E402

HEADER = "---\njupytext:\n  text_representation:\n    extension: .md\n    format_name: myst\n---\n"


@pytest.fixture
def page(tmp_path, monkeypatch):
    """Write a page of so many code lines, seen and hidden, and its notebook; what is wrong."""
    monkeypatch.setattr(build, "HERE", tmp_path)

    def written(seen="x = 1", hidden="y = 2", printed=""):
        cell = "\n```{{code-cell}} ipython3\n{}{}\n```\n"
        cells = cell.format("", seen) + cell.format(":tags: [hide-input]\n\n", hidden)
        (tmp_path / "1_a.md").write_text(HEADER + "\n# A page\n" + cells)
        notebook = build.read_text("1_a")
        output = nbformat.v4.new_output("stream", name="stdout", text=printed)
        notebook.cells[1].outputs = [output] if printed else []
        nbformat.write(notebook, tmp_path / "1_a.ipynb")
        return notebook

    return written


def test_lines_of_hidden_cells_are_not_counted_and_others_are(page):
    lines = "\n".join(["x = 1"] * 290)
    page(seen=lines)
    assert build.limits("1_a") == []
    page(hidden=lines + "\n" + lines)
    assert build.limits("1_a") == []
    page(seen=lines + "\n" + lines)
    (said,) = build.limits("1_a")
    assert "more than 300" in said


@pytest.mark.parametrize("where", ["seen", "hidden", "printed"])
def test_a_line_that_would_scroll_is_named_wherever_it_is(page, where):
    page(**{where: "x" * 88})
    assert build.limits("1_a") == []
    page(**{where: "x" * 89})
    (said,) = build.limits("1_a")
    assert "more than 88 columns" in said and "xxx..." in said


def test_what_is_folded_in_the_documentation_is_folded_in_jupyterlab(page):
    _, seen, hidden = page().cells
    assert "jupyter" not in seen.metadata
    assert hidden.metadata["jupyter"] == {"source_hidden": True}


def test_the_page_of_mnist_is_built_from_nothing_else_and_checked_without_it(page, monkeypatch):
    environments = []

    def execute(notebook, variables):
        environments.append(variables)
        notebook.cells[1].outputs = [nbformat.v4.new_output("stream", name="stdout", text="3")]
        return 1.0, []

    monkeypatch.setattr(build, "execute", execute)
    page(printed="2")
    _, said = build.check("1_a", {})
    assert "printed: stored is 2, got 3" in said[0]
    monkeypatch.setattr(build, "OF_MNIST", "1_a")
    assert build.check("1_a", {}) == (1.0, []) and environments == 2 * [build.NO_DATA]
    monkeypatch.setattr(build, "has_mnist", lambda: False)
    assert "is built from MNIST" in build.build("1_a")[1][0]
    monkeypatch.setattr(build, "has_mnist", lambda: True)
    assert build.build("1_a") == (1.0, []) and environments[2] == {}
