"""What docs/ does to docstrings, notebooks and links, on examples small enough to see."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

import minigan.data.datasets

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(autouse=True)
def beside(monkeypatch):
    """The modules in docs/ import one another."""
    monkeypatch.syspath_prepend(DOCS)


def of_docs(name):
    """A module that lies in docs/."""
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rewritten(text, obj=minigan):
    """Lines of a docstring as Sphinx gets them."""
    lines = text.splitlines()
    of_docs("docstrings").rewrite(None, "", "", obj, None, lines)
    return lines


def test_an_indented_block_is_shown_as_it_stands():
    given = "Of y = x W,\n\n    dx = dy W^T\n    dW = x^T dy\n\nin words."
    assert "\n".join(rewritten(given)) == given.replace("W,\n\n", "W,\n\n::\n\n")


@pytest.mark.parametrize(
    "text", ["x : array\n    Points.\n\n    More.", "- one\n\n  more of one", ">>> f(\n...   1)"]
)
def test_descriptions_lists_and_examples_are_no_formulas(text):
    assert rewritten(text) == text.splitlines()


def test_bars_and_stars_are_ordinary_characters_outside_of_code():
    lines = rewritten("Mean |D - D*|, a *b*, ``|x| * y``, **bold**.\n\n    |x| * y")
    assert lines[0] == r"Mean \|D - D\*\|, a \*b\*, ``|x| * y``, **bold**."
    assert lines[-1] == "    |x| * y"


def test_examples_get_the_imports_that_they_lack():
    datasets = minigan.data.datasets
    lines = rewritten(">>> import math\n>>> load(np.pi + math.pi)", datasets.load)
    assert lines[:2] == [
        ">>> from minigan.data.datasets import load",
        ">>> import numpy as np",
    ]
    assert rewritten(">>> load = len\n>>> load('x')", datasets) == [
        ">>> load = len",
        ">>> load('x')",
    ]


def test_notebooks_are_copied_with_the_words_for_their_pictures(tmp_path):
    output = {"data": {"image/png": ""}, "metadata": {"image/png": {"alt": "A curve."}}}
    cells = [{"metadata": {}, "outputs": [output]}, {"metadata": {}}]
    (tmp_path / "1.ipynb").write_text(json.dumps({"cells": cells}))
    to = tmp_path / "copies"
    to.mkdir()
    (to / "0.ipynb").touch()
    of_docs("generate").copy_tutorials(tmp_path, to)
    copied = json.loads((to / "1.ipynb").read_text())["cells"]
    assert copied[0]["metadata"] == {"mystnb": {"image": {"alt": "A curve."}}}
    assert copied[1] == cells[1]
    assert not (to / "0.ipynb").exists()


def test_a_repository_with_an_address_is_opened_elsewhere(tmp_path):
    generate = of_docs("generate")
    assert generate.open_elsewhere("", "a.ipynb") == ""
    assert generate.open_elsewhere("https://example.org/me/gan", "a.ipynb") == ""
    links = generate.open_elsewhere("https://github.com/me/gan/", "a.ipynb")
    assert "https://colab.research.google.com/github/me/gan/blob/main/tutorials/a.ipynb" in links
    assert "https://mybinder.org/v2/gh/me/gan/main?labpath=tutorials/a.ipynb" in links
    cells = [{"cell_type": "markdown", "source": ["# 1\n", "Text."]}]
    (tmp_path / "1.ipynb").write_text(json.dumps({"cells": cells}))
    for address in ("", "https://github.com/me/gan"):
        generate.copy_tutorials(tmp_path, tmp_path / "to", address)
        (cell,) = json.loads((tmp_path / "to" / "1.ipynb").read_text())["cells"]
        text = "".join(cell["source"])
        assert text.startswith("# 1\nText.") and ("Colab" in text) == bool(address)


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ('<p id="here"></p><a href="#here"></a><a href="b.html#there"></a>', ""),
        ('<a href="https://example.org/x"></a>', ""),
        ('<img src="b.html" alt="A picture.">', ""),
        ('<a href="#nowhere"></a>', "leads nowhere"),
        ('<a href="c.html"></a>', "leads nowhere"),
        ('<a href="b.html#here"></a>', "leads nowhere"),
        ('<script src="https://example.org/x.js"></script>', "loads"),
        ('<link href="//example.org/x.css">', "loads"),
        ('<img src="b.html">', "no alternative text"),
    ],
)
def test_links_are_followed(body, complaint, tmp_path):
    (tmp_path / "a.html").write_text(body)
    (tmp_path / "b.html").write_text('<p id="there"></p>')
    command = [sys.executable, str(DOCS / "links.py"), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == bool(complaint)
    assert complaint in done.stderr


def test_no_pages_are_an_error(tmp_path):
    command = [sys.executable, str(DOCS / "links.py"), str(tmp_path)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1


def test_the_poster_has_twelve_lines_of_the_code():
    pytest.importorskip("latex2mathml", reason="latex2mathml is in the extra 'docs'")
    poster = of_docs("poster")
    page = poster.poster()
    assert page.count("<article>") == page.count("<pre>") == page.count("<math") == 12
    assert "<pre>return dy @ self.W.T</pre>" in page
    with pytest.raises(LookupError, match="no statement begins with 'y ='"):
        poster.line(poster.poster, "y =")


def test_the_gallery_shows_what_was_drawn_with_command_time_and_source(tmp_path, monkeypatch):
    generate = of_docs("generate")
    (tmp_path / "which-kl.png").touch()
    monkeypatch.setattr(generate, "took", {"which-kl": "7 s"}.get)
    generate.write_gallery(tmp_path, tmp_path)
    text = (tmp_path / "gallery.md").read_text()
    assert text.count("`minigan ") == 1 and "`minigan which-kl` (7 s)" in text
    assert "{py:mod}`minigan.figures.which_kl`" in text


def test_a_package_lists_what_users_call_apart_from_the_rest(tmp_path):
    generate = of_docs("generate")
    assert "minigan.layers.linear" in generate.exported("minigan")
    modules = [(None, f"minigan.layers.{name}", False) for name in ("base", "linear", "windows")]
    text = generate.package_text(modules, {"minigan.layers.linear"})
    first, rest = text.split("## Inside")
    assert "minigan.layers.linear" in first and "minigan.layers.base" in rest
    assert "minigan.layers.linear" not in rest
