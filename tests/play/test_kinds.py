"""V = x y and two rivals on the page, and how the stage goes from one kind of game to another."""

import json
import math

import numpy as np
import pytest

from minigan import InputError
from minigan.base.strict_json import json_text
from minigan.figures.circling import Circling as Figure
from minigan.play.kinds import KINDS, numbers, opened, picture, setup, snippet, staged
from minigan.play.scenes import SCENES
from minigan.play.stage import Stage
from minigan.theory import GeneratorState, bilinear_game


def deeds(kind, *names, **knobs):
    session = opened(kind, knobs)
    for name in names:
        session.do(name)
    return session


def test_circling_is_the_figure_with_the_same_seed():
    session = deeds("circling", *["step"] * 50, seed=4, eta=0.3)
    figure = Figure(seed=4, eta=0.3, steps=50).play()
    fixed, methods = setup(session), numbers(session)["methods"]
    assert set(methods) == {"simultaneous", "alternating", "extragradient", "optimistic"}
    for name, row in methods.items():
        end = figure.paths[name][-1]
        assert row["distance"] == pytest.approx(np.hypot(*end), abs=1e-12)
        assert row["value"] == pytest.approx(end[0] * end[1], abs=1e-12)
        drawn = np.array(fixed["paths"][name])[:, 50]
        np.testing.assert_allclose(drawn, end, rtol=0.006)
        assert fixed["asked"][name] == bilinear_game.growth(name, 0.3)
    grown = methods["simultaneous"]["factor"]
    assert grown == pytest.approx(math.sqrt(1 + 0.3**2), abs=1e-12)


def test_circling_plays_and_rests_at_its_end_and_its_snippet_gives_the_same_paths():
    session = deeds("circling", "play")
    while session.mode != "pause":
        session.tick()
    assert picture(session, numbers(session))["step"] == 400
    world: dict = {}
    exec(snippet(session), world)
    for name, path in session.paths.items():
        assert np.array_equal(path, world["paths"][name])
    with pytest.raises(InputError, match="eta: expected"):
        session.turn_knobs({"eta": 2})
    session.do("restart")
    assert session.steps_done == 0


def test_rivals_differ_in_the_cost_alone_and_keep_one_clock():
    session = deeds("rivals", "D", "step", "update", "update", "G", seed=5)
    session.turn_knobs({"pace": 2})
    session.do("play")
    session.tick()
    for game, cost in ((session, "non-saturating"), (session.rival, "minimax")):
        alone = opened("line", {"seed": 5, "cost": cost})
        for name in ("D", "step", "D", "G", "G", "step", "step"):
            alone.do(name)
        assert np.array_equal(alone.game.G.params, game.game.G.params)
        assert np.array_equal(alone.game.D.params, game.game.D.params)
    seen = picture(session, numbers(session))
    state = GeneratorState(session.rival.game.G, session.noise, session.data)
    assert seen["rival"]["jsd"] == pytest.approx(state.jsd, abs=1e-12)
    assert seen["rival"]["c_of_g"] == pytest.approx(state.c_of_g, abs=1e-12)
    assert seen["value"] <= seen["c_of_g"]
    assert seen["rival"]["p_g"] != seen["p_g"]
    world: dict = {}
    exec(snippet(session), world)
    assert np.array_equal(world["first"].G.params, session.game.G.params)
    assert np.array_equal(world["game"].G.params, session.rival.game.G.params)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_strict_frames_of_its_kind(kind):
    session = deeds(kind, "step")
    seen = json.loads(json_text(picture(session, numbers(session))))
    fixed = json.loads(json_text(setup(session)))
    assert seen["kind"] == fixed["kind"] == kind
    assert seen["step"] == 1 and seen["mode"] == "pause" and seen["error"] is None
    assert {"jsd", "c_of_g", "hands", "deeds"} <= seen.keys()
    assert fixed["knobs"] == fixed["defaults"]
    assert [scene["name"] for scene in fixed["scenes"]] == [scene.name for scene in SCENES]


def test_the_stage_opens_kinds_and_scenes_and_refuses_what_there_is_not():
    stage = Stage(opened("line"))

    def seen():
        return json.loads(stage.wait(0)[2])

    try:
        assert stage.obey({"open": "plane"}) is None
        assert seen()["kind"] == "plane"
        assert json.loads(stage.wait(0)[1])["kind"] == "plane"
        assert stage.obey({"do": "step"}) is None
        assert (seen()["step"], seen()["deeds"]) == (1, 2)
        assert stage.obey({"scene": "circling"}) is None
        assert json.loads(stage.wait(0)[1])["scene"] == "circling"
        assert seen()["mode"] == "script"
        assert stage.obey({"do": "pause"}) is None
        assert seen()["mode"] == "pause" and not stage.session.script
        said = stage.obey({"scene": "rings"})
        assert said.startswith("scene: expected one of saturation, ")
        assert said.endswith("; got 'rings'; did you mean ring?")
        assert stage.obey({"open": "sphere"}) == (
            "open: expected one of line, plane, circling, rivals, got 'sphere'"
        )
        assert "got do, open" in stage.obey({"do": "step", "open": "line"})
        assert stage.obey({"open": ["x"]}).startswith("open: expected")
        assert stage.obey({"knobs": {"eta": 0.1}}) is None
        assert json.loads(stage.wait(0)[1])["scene"] is None  # a knob ends a scene
    finally:
        stage.close()


def test_where_there_is_no_picture_it_is_the_last_one_and_says_why():
    session = deeds("line", "step")
    last = picture(session, numbers(session))
    session.game.G.params[...] = np.nan
    again = picture(session, numbers(session), last)
    assert again["p_g"] == last["p_g"]
    assert again["why"].startswith("there is no picture now: ")
    with pytest.raises(InputError):
        picture(session, numbers(session))


def test_any_deed_ends_the_script_of_a_scene_and_an_error_does_too():
    session = staged("ring")
    session.tick()
    assert session.log == [["step", 5]]
    session.do("pause")
    session.tick()
    assert session.log == [["step", 5]] and session.mode == "pause"
    assert session.scene == "ring"
    session = staged("nan")
    for _ in range(50):
        session.tick()
    assert session.error and session.mode == "pause" and not session.script
