"""Pages stand alone; what is behind their sliders draws what it is asked for, and truly."""

import ast
import re
import sys
from pathlib import Path

import matplotlib
import numpy as np
import pytest

from minigan.figures.toy import players, toy_game

TUTORIALS = Path(__file__).parents[2] / "tutorials"
CELL = r"```\{code-cell\} ipython3\n((?::[^\n]*\n)*)(.*?)```"


def behind(page, function, **given):
    """A page's function that draws, and the list of figures that it shows."""
    found = re.findall(CELL, (TUTORIALS / f"{page}.md").read_text(encoding="utf-8"), re.S)
    (imports, *_), (defined,) = (
        [code for _, code in found if re.search(text, code, re.M)]
        for text in ("^import", f"^def {function}")
    )
    (slid,) = [code for tags, code in found if "skip-execution" in tags]
    assert function in slid
    names, figures = {}, []
    exec(imports, names)
    names |= given | {"show": lambda figure, *, alt: figures.append(figure) or alt[5]}
    exec(re.sub(rf"^{function}\(.*", "", defined, flags=re.M), names)
    return names[function], figures


@pytest.mark.parametrize("page", sorted(TUTORIALS.glob("[0-9]*.md")), ids=lambda page: page.stem)
def test_a_page_copied_alone_into_an_empty_directory_finds_all_that_it_imports(page):
    code = "\n".join(code for _, code in re.findall(CELL, page.read_text(encoding="utf-8"), re.S))
    found = {"minigan", "numpy", "scipy", "matplotlib", *sys.stdlib_module_names}
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Try) and "ModuleNotFoundError" in ast.dump(node.handlers[0].type):
            found.add(node.body[0].module)  # there is something for the case that it is not here
    for node in ast.walk(ast.parse(code)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for name in [node.module] if isinstance(node, ast.ImportFrom) else names:
            assert name.split(".")[0] in found


@pytest.fixture(autouse=True)
def settings():
    matplotlib.use("agg")
    with matplotlib.rc_context():
        yield


def test_as_d_learns_alone_it_nears_the_best_one_and_the_game_stays_where_it_was():
    game = toy_game(*players(seed=2), steps=200, seed=2)
    before = game.D.params.copy()
    draw, figures = behind("03_algorithm1", "D_alone", game=game)
    draw(0, 5, 60)
    titles = [ax.get_title() for ax in figures[0].axes]
    gaps = [float(title.split()[-1]) for title in titles]
    assert [title.split()[0] for title in titles] == ["0", "5", "60"]
    assert gaps[2] < gaps[0] / 2 and np.array_equal(game.D.params, before)


def test_c_of_g_is_lowest_where_g_is_right_and_0_far_away():
    draw, figures = behind("04_why_it_works", "G_at")
    for place in (0.0, 2.0, 12.0):
        draw(place)
    found = [re.findall(r"-?\d+\.\d+", figure.axes[0].get_title()) for figure in figures]
    C, jsd = np.array(found, float).T
    assert np.allclose(C[[0, 2]], (-np.log(4), 0), atol=1e-3)
    assert np.allclose(jsd[[0, 2]], (0, np.log(2)), atol=1e-3)
    D_star = figures[1].axes[0].lines[0]
    x, y = D_star.get_xdata(), D_star.get_ydata()
    assert np.allclose(y, 1 / (1 + np.exp(2 * x - 2)), atol=1e-9)  # of N(0, 1) and N(2, 1)


def test_simultaneous_steps_leave_by_the_factor_that_pythagoras_asks_for():
    draw, figures = behind("05_why_it_may_not", "orbits")
    draw(0.05, 0.2, 0.4)
    for ax, eta in zip(figures[0].axes, (0.05, 0.2, 0.4), strict=True):
        away, stays = (np.hypot(*line.get_xydata()[-1]) for line in ax.lines)
        assert np.isclose(away, (1 + eta**2) ** 30) and 0.7 < stays < 1.3
