"""What the page shows is what the theory computes, and the areas are the printed numbers."""

import inspect
import math

import numpy as np
import pytest
from scipy import integrate

from minigan.base.strict_json import json_text
from minigan.game.turns import DiscriminatorTurn, GeneratorTurn, SimultaneousTurn
from minigan.play.frames import frame, numbers, setup
from minigan.play.knobs import CHOICES, Knobs, grid
from minigan.play.lines import lines
from minigan.play.session import Session
from minigan.theory import GeneratorState


def played(steps, **knobs):
    session = Session(Knobs(**knobs))
    for _ in range(steps):
        session.do("step")
    return session


@pytest.mark.parametrize("steps", [0, 40])
def test_the_numbers_are_those_of_the_theory(steps):
    session = played(steps)
    state = GeneratorState(session.game.G, session.noise, session.data)
    seen = numbers(session)
    assert (seen["jsd"], seen["c_of_g"], seen["residual"]) == (
        state.jsd,
        state.c_of_g,
        state.residual,
    )
    assert seen["value"] == state.judge(session.game.D).value
    assert seen["seen_at"] == steps


@pytest.mark.parametrize("data", CHOICES["data"])
@pytest.mark.parametrize("noise", CHOICES["noise"])
def test_every_choice_of_data_and_noise_has_a_picture(data, noise):
    session = played(3, data=data, noise=noise)
    picture = frame(session, numbers(session))
    assert picture["value"] <= picture["c_of_g"]
    assert 0 <= picture["jsd"] <= math.log(2)
    json_text(picture)


@pytest.mark.parametrize("noise", CHOICES["noise"])
def test_the_mean_is_that_of_the_generator(noise):
    session = played(5, noise=noise)
    G = session.game.G.copy(dtype="float64")
    density = session.noise.pdf
    mean, _ = integrate.quad(
        lambda z: G(np.array([[z]]))[0, 0] * density(z), *session.noise.interval(), epsabs=1e-11
    )
    assert numbers(session)["mean"] == pytest.approx(mean, abs=1e-9)
    session.draw({"G": [[-9, 0, 9], [0.25, 0.25, 0.25]]})  # all of it in one point
    assert numbers(session)["mean"] == pytest.approx(0.25, abs=1e-9)


@pytest.mark.parametrize("steps", [0, 300])
@pytest.mark.parametrize("data", ["one bell", "a narrow bell"])
def test_the_areas_are_the_numbers(steps, data):
    session = played(steps, data=data)
    picture, x = frame(session, numbers(session)), np.array(setup(session)["x"])
    wide = np.diff(x)
    assert picture["gap_area"] @ wide == pytest.approx(picture["inner_gap"], rel=0.005)
    assert picture["jsd_area"] @ wide == pytest.approx(picture["jsd"], rel=0.005)


def test_the_curves_are_those_of_the_pair():
    session = played(20)
    picture, x = frame(session, {}), np.array(setup(session)["x"])
    assert np.array_equal(x, grid(session.data))
    state = GeneratorState(session.game.G, session.noise, session.data)
    inside = state.p_g.pdf(x) < 2
    np.testing.assert_allclose(
        np.array(picture["p_g"])[inside], state.p_g.pdf(x)[inside], rtol=6e-3
    )
    z, G_z = np.array(picture["arrows"])
    G = session.game.G.copy(dtype="float64")
    np.testing.assert_allclose(G_z, G(z[:, None])[:, 0], rtol=6e-3, atol=1e-2)
    for at, below, above, *_ in picture["jumps"]:
        assert abs(above - below) > 0
        assert np.abs(state.p_g.breakpoints() - at).min() < 0.01


def test_d_pulls_each_sample_up_its_slope():
    session = played(20)
    x, pull = np.array(frame(session, {})["pulls"])
    D = session.game.D.copy(dtype="float64")
    step = 1e-4
    slope = (D((x + step)[:, None]) - D((x - step)[:, None]))[:, 0]
    sizable = np.abs(slope) > 1e-5
    assert sizable.sum() > 20
    assert np.all(np.sign(pull[sizable]) == np.sign(slope[sizable]))


def test_a_network_that_is_lost_has_no_numbers_and_says_why():
    session = played(0)
    session.game.G.params[...] = np.nan
    seen = numbers(session)
    assert seen["jsd"] is None and seen["value"] is None
    assert "expected G finite" in seen["why"]


@pytest.mark.parametrize("turn", [DiscriminatorTurn, GeneratorTurn, SimultaneousTurn])
def test_the_lines_are_the_source(turn):
    session = Session(Knobs(simultaneous=turn is SimultaneousTurn))
    own = next(one for one in session.game.turns if type(one) is turn)
    source, first = inspect.getsourcelines(turn.gradients)
    *of_turn, last = lines(own)
    for line in of_turn:
        assert source[line.number - first].strip().startswith(line.code)
    computing = [text for text in source if "=" in text or "backward" in text]
    assert len(of_turn) == len([text for text in computing if "def " not in text])
    assert last.code.endswith("_optimizer.step()")


def test_the_ticks_are_the_minibatch_that_d_saw_last():
    session, twin = played(0), Knobs().game()
    assert frame(session, numbers(session))["batch"] == []
    for taken in ("D", "D", "G"):
        session.do(taken)
    x = [twin._minibatch("x") for _ in range(2)][1]  # the second of D's two
    batch = frame(session, numbers(session))["batch"]
    np.testing.assert_allclose(batch, x[: len(batch), 0], rtol=5e-3, atol=1e-9)
    assert len(batch) == 24


@pytest.mark.parametrize(("knobs", "a_step"), [({"k": 3}, 4), ({"simultaneous": True}, 1)])
def test_updates_count_every_turn(knobs, a_step):
    session = played(2, **knobs)
    assert numbers(session)["updates"] == 2 * a_step
    session.do("D")
    assert numbers(session)["updates"] == 2 * a_step + 1
    assert numbers(session)["seen_at"] == 2
