"""What is drawn of a moment: four curves with their numbers, arrows, pictures, a film."""

import io
import subprocess
import sys

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from minigan import IrwinHall, Linear, Maxout, Sequential, Tanh, Uniform, initialisers
from minigan.figures import figure1, moments
from minigan.figures.figure1 import Figure1
from minigan.figures.moments import Moment, draw_moment, write_film
from minigan.theory import GeneratorState

NOISE, DATA = Uniform(-1, 1), IrwinHall(0.5, 1.0)


def moment(seed=0, step=7, caption="a caption"):
    first = Linear(1, 8, weights=initialisers.normal(2.0), bias=initialisers.normal(1.0))
    G = Sequential([first, Tanh(), Linear(8, 1)], seed=seed)
    D = Sequential([Maxout(1, 4, 3), Linear(4, 1)], seed=seed + 1)
    return Moment(step, caption, G, D)


def draw_panels(panels):
    run = Figure1()
    run.panels = panels
    return run.draw()


@pytest.fixture(scope="module")
def drawn():
    """A moment, the axes it was drawn on, its curves by name, and the JSD handed back."""
    ax, what = Figure().subplots(), moment()
    state = draw_moment(ax, what, NOISE, DATA)
    return what, ax, {line.get_label(): line for line in ax.lines}, state.jsd


P_DATA, P_G, D, D_STAR = "$p_{data}$", "$p_g$ (exact)", "$D$", "$D^*$"


# One moment.


def test_curves_show_the_densities_and_the_discriminators(drawn):
    (_, _, G, net, _), ax, lines, jsd = drawn
    state = GeneratorState(G, NOISE, DATA)
    logit = net.copy(dtype="float64")
    assert jsd == state.jsd
    for name, expected in (
        (P_DATA, DATA.pdf),
        (P_G, state.p_g.pdf),
        (D, lambda x: 1 / (1 + np.exp(-logit(x[:, None])[:, 0]))),
    ):
        x, y = lines[name].get_data()
        assert x[0] <= ax.get_xlim()[0] < DATA.interval()[0]
        assert x[-1] >= ax.get_xlim()[1] > DATA.interval()[1]
        np.testing.assert_allclose(y, expected(x), rtol=1e-12)
    x, y = lines[D_STAR].get_data()
    seen = np.isfinite(y)
    np.testing.assert_allclose(y[seen], state.D_star(x[seen]), rtol=1e-12)


def test_edges_of_p_g_are_drawn_upright():
    G = Sequential([Linear(1, 1)])
    G.params[...] = 1, 0.5  # p_g is 1/2 from -1/2 to 3/2
    ax = Figure().subplots()
    draw_moment(ax, moment()._replace(G=G), NOISE, DATA)
    x, y = next(line for line in ax.lines if line.get_label() == P_G).get_data()
    jumps = np.flatnonzero(np.diff(y))
    np.testing.assert_allclose(x[jumps], [-0.5, 1.5], atol=1e-8)
    assert np.diff(x)[jumps].max() < 1e-8


def test_arrows_lead_from_z_to_g_of_z(drawn):
    (_, _, G, _, _), ax, _, _ = drawn
    arrows = [text for text in ax.texts if getattr(text, "arrow_patch", None) is not None]
    assert len(arrows) == moments.ARROWS
    z = np.array([arrow.get_position()[0] for arrow in arrows])
    np.testing.assert_allclose(z, np.linspace(-1, 1, moments.ARROWS), atol=1e-12)
    ends = np.array([arrow.xy for arrow in arrows])
    np.testing.assert_allclose(ends[:, 0], G(z[:, None].astype("f4"))[:, 0], atol=1e-5)
    assert {arrow.get_position()[1] for arrow in arrows} == {moments.Z_LINE}
    assert set(ends[:, 1]) == {moments.X_LINE}


def test_a_collapsed_generator_can_be_drawn():
    what = moment()
    what.G.params[...] = 0
    figure = draw_panels({"d": what})
    figure.savefig(io.BytesIO(), format="png")
    assert "JSD 0.693" in figure.axes[0].get_title()
    assert "gap " in figure.axes[0].get_title()


def test_drawing_does_not_change_the_networks():
    what = moment()
    before = what.G.params.copy(), what.D.params.copy()
    draw_panels({"a": what})
    assert np.array_equal(what.G.params, before[0])
    assert np.array_equal(what.D.params, before[1])


# Panels.


@pytest.mark.parametrize("letters", ["d", "ad", "abd", "abcd"])
def test_there_is_one_panel_for_each_moment(letters):
    panels = {letter: moment(i, step=i) for i, letter in enumerate(letters)}
    figure = draw_panels(panels)
    assert len(figure.axes) == len(letters)
    for letter, ax in zip(letters, figure.axes, strict=True):
        said, caption, numbers = ax.get_title().split("\n")
        assert said == f"({letter})  {figure1.SAYS[letter]}"
        assert caption == "a caption"
        state = GeneratorState(panels[letter].G, figure1.NOISE, figure1.DATA)
        gap = state.judge(panels[letter].D).inner_gap
        assert numbers == f"JSD {state.jsd:.3f}, gap {gap:.3f} nats"


def test_what_was_before_is_drawn_pale_in_b_and_c():
    panels = {letter: moment(i, step=i) for i, letter in enumerate("abcd")}
    pale = [
        [line.get_data() for line in ax.lines if line.get_label() == "_before"]
        for ax in draw_panels(panels).axes
    ]
    assert [len(lines) for lines in pale] == [0, 2, 2, 0]
    (x, p_g), _ = pale[2]
    state = GeneratorState(panels["b"].G, figure1.NOISE, figure1.DATA)
    np.testing.assert_allclose(p_g, state.p_g.pdf(x), rtol=1e-12)


def test_d_pulls_samples_along_the_slope_of_log_d_a_mean_over_neighbours(drawn):
    (_, _, G, net, _), ax, _, _ = drawn
    (arrows,) = (child for child in ax.collections if hasattr(child, "U"))
    many = np.linspace(-1, 1, 2 * 16 * 640 + 1)[1::2, None]  # NOISE's range, ten times as fine
    x = G.copy(dtype="float64")(many)
    logit, step = net.copy(dtype="float64"), 1e-6
    log_D = [-np.logaddexp(0, -logit(x + at)) for at in (step, -step)]
    numeric = np.subtract(*log_D).reshape(16, 640).mean(axis=1)
    np.testing.assert_allclose(arrows.XY[:, 0], x.reshape(16, 640).mean(axis=1), atol=1e-3)
    low, high = DATA.interval()
    longest = 1.2 * (high - low) / 8  # the picture is a fifth wider than the data
    asked = np.clip(numeric / (2 * step) * longest, -1, 1) * longest
    assert 0 < np.abs(asked).min() < np.abs(asked).max() <= longest
    np.testing.assert_allclose(arrows.U, asked, atol=0.02)


# The film.


def test_a_film_has_a_picture_for_each_moment_takes_its_time_and_stays_at_the_end():
    file, pictures, durations = io.BytesIO(), [], []
    write_film(file, [moment(i, step=i) for i in range(3)], seconds=3.0)
    film = Image.open(file)
    assert (film.format, film.n_frames, film.info["loop"]) == ("GIF", 3, 0)
    for i in range(3):
        film.seek(i)
        pictures.append(film.convert("RGB"))
        durations.append(film.info["duration"])
    assert durations == [1000, 1000, 2000]
    assert len({picture.tobytes() for picture in pictures}) == 3
    assert all(len(picture.getcolors()) > 10 for picture in pictures)


# What is imported.


def test_drawing_needs_no_pyplot_and_no_screen():
    code = """
import io, sys
from minigan.figures import figure1, moments
run = figure1.Figure1(steps=1)
figure1.INNER = {8: 1}
run.play()
assert "matplotlib" not in sys.modules
run.draw().savefig(io.BytesIO(), format="png")
moments.write_film(io.BytesIO(), [run.panels["d"]])
assert "matplotlib.pyplot" not in sys.modules
"""
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=120)
