"""Each scene is played to its end, and is then what its sentence says, on other seeds too."""

import math

import numpy as np
import pytest

from minigan.base.strict_json import json_text
from minigan.play.kinds import numbers, opened, picture, staged
from minigan.play.scenes import SCENES
from minigan.theory import GeneratorState

NAMES = [scene.name for scene in SCENES]
QUICK = {"nan", "circling"}


def played(name, seed=0):
    """The session of a scene at its end, with each log entry's state when it changed."""
    session = staged(name, seed)
    while session.mode != "pause":
        session.tick()
    return session


def state_of(session):
    return GeneratorState(session.game.G, session.noise, session.data)


def typical_pull(seen):
    return np.median(np.abs(seen["pulls"][1]))


def saturation(session):
    begin = opened("rivals", SCENES[0].knobs | {"seed": session.knobs.seed})
    for _ in range(1000):
        begin.do("D")
    before = picture(begin, numbers(begin))
    assert typical_pull(before["rival"]) < typical_pull(before) / 100
    after = numbers(session)
    assert before["jsd"] > 0.97 * math.log(2)
    assert after["rival"]["cost"] == "minimax"
    assert after["rival"]["jsd"] > after["jsd"] + 0.1
    assert after["jsd"] < 0.6 * math.log(2)


def nan(session):
    assert session.error.startswith("step ") and " became " in session.error
    assert session.game.steps_done < 50
    assert np.isfinite(session.game.G.params).all() and np.isfinite(session.game.D.params).all()


def figure1_a(session):
    assert state_of(session).jsd <= 0.035
    assert 0.5 < state_of(session).judge(session.game.D).accuracy < 1


def figure1_b(session):
    assert state_of(session).jsd <= 0.035
    assert state_of(session).judge(session.game.D).inner_gap <= 0.01


def figure1_c(session):
    assert session.log[-1] == ["G", 1]
    before = session.knobs.game()
    for name, times in session.log[:-1]:
        for _ in range(times):
            before.step() if name == "step" else before.take(name)
    assert np.array_equal(before.D.params, session.game.D.params)
    then = GeneratorState(before.G, session.noise, session.data).judge(before.D)
    assert then.inner_gap <= 0.01  # it is panel (b)
    assert state_of(session).judge(session.game.D).mean_on_fake > then.mean_on_fake


def figure1_d(session):
    assert session.game.steps_done == 12_000
    state = state_of(session)
    assert state.c_of_g < -math.log(4) + 0.02
    assert state.judge(session.game.D).d_minus_half < 0.1


def sleep(session):
    spread = []
    for steps in range(20, 41, 4):
        other = opened("line", {"sleep": 20, "seed": session.knobs.seed})
        for _ in range(steps):
            other.do("step")
        x = other.game.G(np.linspace(*other.noise.interval(), 400)[:, None].astype("float32"))
        spread.append((float(x.std()), float(np.median(x))))
    width, place = np.array(spread).T
    assert np.median(width) < 0.2  # of the data: 1
    assert np.ptp(place) > 0.5


def circling(session):
    methods = numbers(session)["methods"]
    assert methods["simultaneous"]["distance"] > 2
    assert 0.5 < methods["alternating"]["distance"] < 2
    assert methods["extragradient"]["distance"] < 0.1
    assert methods["optimistic"]["distance"] < 0.1


def ring(session):
    assert session.game.steps_done == 1000
    assert numbers(session)["modes"] < 8
    again, found = staged("ring", session.knobs.seed), set()
    while again.mode != "pause":
        again.tick()
        if again.game.steps_done % 200 == 0:
            found.add(tuple(share >= 0.01 for share in numbers(again)["shares"][:8]))
    assert len(found) >= 3


def helvetica(session):
    assert session.log == [["step", 1000], ["G", 2000]]
    before = opened("plane", {"seed": session.knobs.seed})
    for _ in range(1000):
        before.do("step")
    believed = [numbers(each)["mean_on_fake"] for each in (before, session)]
    assert believed[1] > believed[0] + 0.02
    assert numbers(session)["modes"] <= min(4, numbers(before)["modes"] - 1)


def marked(claim):
    name = claim.__name__.replace("figure1_", "figure1-")
    return pytest.param(name, claim, marks=[] if name in QUICK else pytest.mark.slow, id=name)


CLAIMS = (saturation, nan, figure1_a, figure1_b, figure1_c, figure1_d)
CLAIMS += (sleep, circling, ring, helvetica)


@pytest.mark.parametrize(("name", "claim"), [*map(marked, CLAIMS)])
def test_a_scene_ends_as_it_says(name, claim):
    claim(played(name))


def test_every_scene_has_a_claim_and_a_key_and_a_tutorial_in_order():
    assert [marked(claim).id for claim in CLAIMS] == NAMES
    assert len(NAMES) <= 10
    lessons = [scene.tutorial for scene in SCENES]
    assert lessons == sorted(lessons)


def test_single_deeds_of_a_scene_stand_long_enough_to_be_seen_and_no_others_do():
    assert [staged(name).rest for name in ("nan", "sleep", "ring", "circling")] == [0.2, 0.2, 0, 0]
    session = staged("sleep")
    session.do("pause")
    assert session.rest == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_scene_shows_50_pictures_without_an_error(name):
    session, last = staged(name), None
    for tick in range(50):
        session.tick()
        if tick % 5 == 0 or session.mode == "pause":
            exact = numbers(session)
        last = picture(session, exact, last)
        json_text(last)
        if session.mode == "pause":
            break
        if session.kind in ("line", "rivals") and last["value"] is not None:
            assert last["value"] <= last["c_of_g"] + 1e-7
    assert (session.error is not None) == (name == "nan")
