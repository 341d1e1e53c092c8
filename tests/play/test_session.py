"""A game played by lines, updates and steps is the game that Algorithm 1 plays, bit for bit."""

import itertools
import math

import numpy as np
import pytest

from minigan import InputError
from minigan.base.randomness import sequence
from minigan.figures.toy import players, toy_game
from minigan.play import session as module
from minigan.play.frames import frame, numbers
from minigan.play.kinds import snippet as page_snippet
from minigan.play.knobs import Knobs
from minigan.play.session import DEEDS, Session
from minigan.play.snippet import snippet
from minigan.theory import GeneratorState


def params(game):
    return [network.params.copy() for network in (game.G, game.D)]


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(params(one), params(other), strict=True))


def test_the_default_game_is_that_of_figure_1_and_of_the_monitor():
    init, main = sequence(3).spawn(2)
    game = toy_game(*players(init), steps=12_000, seed=main)
    session = Session(Knobs(seed=3))
    for _ in range(5):
        game.step()
        session.do("step")
    assert same(session.game, game)
    assert session.game.steps_done == 5


@pytest.mark.parametrize("options", [{"k": 3}, {"k": 1}, {"simultaneous": True}], ids=str)
def test_lines_and_updates_are_steps(options):
    by_step, by_line, by_update = (Session(Knobs(**options)) for _ in range(3))
    by_step.do("step")
    by_step.do("step")
    while by_line.game.steps_done < 2:
        by_line.do("line")
    while by_update.game.steps_done < 2:
        by_update.do("update")
    assert same(by_line.game, by_step.game)
    assert same(by_update.game, by_step.game)


def test_lines_come_in_the_order_of_algorithm_1():
    session = Session(Knobs(k=3))
    turns, shown = session.game.turns, []
    while session.game.steps_done < 1:
        session.do("line")
        shown.append((turns.index(session.shown), session.said[-1].line))
    assert shown == [(0, line) for line in range(5)] * 3 + [(1, line) for line in range(6)]
    assert session.log == [["D", 3], ["G", 1]]


def test_the_picture_moves_with_the_last_line_of_a_turn():
    session = Session()
    before = session.game.D.params.copy()
    for _ in range(4):
        session.do("line")
        assert np.array_equal(session.pair()[1].params, before)
    session.do("line")
    assert not np.array_equal(session.pair()[1].params, before)
    assert session.pair()[1] is session.game.D


def test_a_turn_that_was_shown_in_part_is_brought_to_its_end():
    session, other = Session(), Session()
    session.do("line")
    session.do("step")
    other.do("step")
    assert same(session.game, other.game)
    assert session.game.steps_done == 1


def test_free_updates_stand_in_the_log_and_it_reproduces_the_bits():
    session = Session()
    for deed in ("step", "step", "D", "D", "line", "G", "step"):
        session.do(deed)
    assert session.log == [["step", 2], ["D", 3], ["G", 2]]
    game = Knobs().game()
    for name, times in session.log:
        for _ in range(times):
            game.step() if name == "step" else game.take(name)
    assert same(session.game, game)


def test_a_d_that_sleeps_moves_once_in_several_updates_of_g():
    session = Session(Knobs(sleep=4))
    moved = []
    for _ in range(10):
        before = params(session.game)
        session.do("update")
        changed = [np.any(a != b) for a, b in zip(params(session.game), before, strict=True)]
        moved.append("GD"[changed.index(True)])
        assert sum(changed) == 1
    assert "".join(moved) == "DGGGGDGGGG"
    assert session.game.steps_done == 2


def test_slow_motion_tells_the_lines_one_by_one_and_lets_each_stand():
    session, other = Session(Knobs(k=2)), Session(Knobs(k=2))
    session.do("slow")
    assert session.rest >= 1
    told = []
    while session.game.steps_done < 1:
        session.tick()
        told.append((session.game.turns.index(session.shown), session.said[-1].line))
    assert told == [(0, line) for line in range(5)] * 2 + [(1, line) for line in range(6)]
    other.do("step")
    assert same(session.game, other.game)
    session.do("pause")
    assert session.rest == 0


def test_a_start_near_convergence_goes_there_by_itself_and_can_be_told_as_python(monkeypatch):
    monkeypatch.setattr(module, "NEAR", 0.4)
    session = Session(Knobs(start="near convergence"))
    assert session.mode == "near"
    while session.mode != "pause":
        session.tick()
    assert 0 < session.game.steps_done < 3000
    assert numbers(session)["jsd"] <= 0.4
    world: dict = {}
    exec(snippet(session.knobs, session.log), world)
    assert same(world["game"], session.game)
    session.do("restart")
    assert (session.mode, session.game.steps_done) == ("near", 0)


@pytest.mark.parametrize("deed", ["play", "slow", "near"])
def test_a_game_ends_where_its_learning_rates_do(deed):
    session = Session(Knobs(steps=2))
    session.do(deed)
    for _ in range(50):
        session.tick()
    assert (session.mode, session.game.steps_done) == ("pause", 2)
    assert session.game.optimizers["G"].rate("lr") == 0


def test_playing_by_itself_is_steps_too():
    session, other = Session(), Session()
    session.turn_knobs({"pace": 3})
    session.do("play")
    session.tick()
    session.tick()
    session.do("pause")
    session.tick()
    for _ in range(6):
        other.do("step")
    assert same(session.game, other.game)


def test_d_alone_closes_the_gap(monkeypatch):
    monkeypatch.setattr(module, "GAP", 0.2)
    session = Session()
    for _ in range(30):
        session.do("step")
    G = session.game.G.params.copy()
    session.do("until")
    for _ in range(400):
        session.tick()
        if session.mode == "pause":
            break
    state = GeneratorState(session.game.G, session.noise, session.data)
    assert state.judge(session.game.D).inner_gap <= 0.2
    assert session.error is None
    assert np.array_equal(session.game.G.params, G)


def test_d_alone_gives_up(monkeypatch):
    monkeypatch.setattr(module, "MOST_UPDATES", 50)
    monkeypatch.setattr(module, "GAP", -1.0)
    session = Session()
    session.do("until")
    for _ in range(3):
        session.tick()
    assert session.mode == "pause"
    assert session.log == [["D", 50]]
    assert "after 50 updates of D alone the gap is" in session.error


def test_a_cost_that_is_not_finite_pauses_and_says_so():
    session = Session(Knobs(optimizer="SGD with momentum", rate_D=10, rate_G=10))
    session.game.D.params[...] = 1e30
    session.do("play")
    session.tick()
    assert session.mode == "pause"
    assert "became" in session.error
    session.do("restart")
    session.do("step")
    assert session.error is None


@pytest.mark.parametrize(
    ("knobs", "message"),
    [
        ({"k": 0}, "k: expected"),
        ({"k": 11}, "k: expected 1 to 10 updates of D, got 11"),
        ({"k": 2, "simultaneous": True}, "k: expected 1 with simultaneous updates, got 2"),
        ({"cost": "hinge"}, "cost: expected .*non-saturating.*got 'hinge'"),
        ({"data": "mnist"}, "data: expected one bell, .*got 'mnist'"),
        ({"rate_D": "fast"}, "rate_D: expected"),
        ({"seed": -1}, "seed: expected"),
        ({"batch": 1e9}, "batch: expected"),
        ({"batch": 5000}, "batch: expected 1 to 4096 examples, got 5000"),
        ({"simultaneous": 1}, "simultaneous: expected true or false, got 1"),
        ({"sleep": 1}, "sleep: expected 0, or 2 to 20 updates of G to one of D, got 1"),
        ({"sleep": 21}, "sleep: expected 0, or 2 to 20 .*got 21"),
        ({"sleep": 5, "k": 2}, "sleep: expected 0 with k > 1 or simultaneous updates, got 5"),
        ({"sleep": 5, "simultaneous": True}, "sleep: expected 0 with k > 1 or simultaneous"),
        ({"width_G": 0}, "width_G: expected a whole number >= 1, got 0"),
        ({"width_D": 129}, "width_D: expected 1 to 128, got 129"),
        ({"steps": 0}, "steps: expected a whole number >= 1, got 0"),
        ({"steps": 10**7}, "steps: expected 1 to 1000000, got 10000000"),
        ({"start": "half way"}, "start: expected from scratch, near convergence; got 'half way'"),
        ({"drawn": 3}, "drawn: expected x and heights, two lists, got 3"),
        ({"drawn": [[0], [1]]}, "PiecewiseLinear: expected 2 or more x and as many heights"),
        ({"drawn": [[0, 1], [1, -1]]}, "PiecewiseLinear: expected heights >= 0, got -1"),
        ({"drawn": [[0, None], [1, 1]]}, "PiecewiseLinear: expected finite numbers as x"),
        ({"drawn": [[0, math.nan], [1, 1]]}, "PiecewiseLinear: expected finite numbers as x"),
        ({"drawn": [[1, 0], [1, 1]]}, "PiecewiseLinear: expected x ascending"),
        ({"drawn": [[0, 1], [0, 0]]}, "PiecewiseLinear: expected a height > 0"),
        ({"drawn": [[0, 9], [1, 1]]}, "drawn: expected x from -4 to 5, 0.01 or more apart, got"),
        ({"drawn": [[0, 0.001], [1, 1]]}, "drawn: expected x from -4 to 5, 0.01 or more apart"),
        ({"drawn": [np.linspace(0, 1, 42).tolist(), [1] * 42]}, "drawn: expected 2 to 41 points"),
        ({"pace": 0}, "pace: expected 1 to 100 steps a picture, got 0"),
        ({"pace": True}, "pace: expected 1 to 100"),
        ({"depth": 3}, "knobs: expected seed, .*got 'depth'"),
        ([1], "knobs: expected an object"),
    ],
)
def test_knobs_that_do_not_fit_leave_the_game_as_it_was(knobs, message):
    session = Session()
    session.do("step")
    before = params(session.game)
    with pytest.raises(InputError, match=message):
        session.turn_knobs(knobs)
    assert all(np.array_equal(a, b) for a, b in zip(params(session.game), before, strict=True))
    assert session.game.steps_done == 1


def test_a_knob_begins_a_new_game():
    session = Session()
    session.do("step")
    session.turn_knobs({"data": "two bells", "k": 2})
    assert session.game.steps_done == 0
    assert session.game.k == 2
    assert session.data.pdf(np.array([-1.0, 0.5]))[0] > 0.4


def test_deeds_are_known_ones():
    assert {"line", "update", "step", "D", "G", "play", "until", "near"} <= DEEDS.keys()
    with pytest.raises(InputError, match=r"do: expected one of line, .*got 'dance'"):
        Session().do("dance")


def test_a_g_by_hand_is_the_line_through_its_points_and_its_c_is_what_theorem_1_says():
    session = Session()
    session.do("step")
    before = params(session.game)
    session.draw({"G": [[-2, 0, 2], [-2.5, 0.5, 3.5]], "D": [[-1, 1], [0, 0]]})
    G, D = session.pair()
    z = np.array([[-2.0], [-1.0], [0.0], [1.0], [2.0]])
    np.testing.assert_allclose(G(z)[:, 0], [-2.5, -1.0, 0.5, 2.0, 3.5], atol=1e-12)
    np.testing.assert_allclose(D(np.array([[-9.0], [0.0], [9.0]]))[:, 0], 0, atol=1e-12)
    seen = numbers(session)
    assert seen["value"] == pytest.approx(-math.log(4), abs=1e-9)  # D = 1/2 everywhere
    assert seen["c_of_g"] == pytest.approx(-math.log(4) + 2 * seen["jsd"], abs=1e-9)
    session.do("pause")
    assert session.pair() == (session.game.G, session.game.D)
    assert all(np.array_equal(a, b) for a, b in zip(params(session.game), before, strict=True))


@pytest.mark.parametrize(
    "x",
    [
        [0.5] * 7,
        [1, 2, 2, 2, 2, 2, 3],
        [3, 1, 3, 1, 3, 1, 3],
        [3.973312219610751, -1.743334072671721, 3.973312219610751, 3.97331221961075, 1, -2, 1],
        [1.299, -0.102, -0.102, 1.375, -0.102, 1.299, -0.102],
        [-2.699, 3.37, -2.699, -2.699, -0.154, -2.699, -2.699],
    ],
    ids=str,
)
def test_a_g_by_hand_may_be_flat_and_fold_as_it_likes(x):
    session = Session()
    session.draw({"G": [np.linspace(-(3**0.5), 3**0.5, 7).tolist(), x]})
    seen = numbers(session)
    assert seen["why"] is None
    assert abs(seen["residual"]) < 1e-7
    flat = sum(abs(a - b) < 1e-12 for a, b in itertools.pairwise(x)) / 6
    masses = [mass for _, mass in frame(session, seen)["atoms"]]
    assert sum(masses) == pytest.approx(flat, abs=1e-9)


def test_python_of_a_game_with_a_g_by_hand_says_that_the_hand_is_not_in_it():
    session = Session()
    before = page_snippet(session)
    session.draw({"G": [[-1, 1], [0, 1]], "D": [[-1, 1], [0, 0]]})
    told = "# D and G by hand: from no seed. These lines make the game beneath.\n"
    assert page_snippet(session) == told + before


def test_no_d_by_hand_beats_the_optimal_one():
    session, rng = Session(), np.random.default_rng(0)
    for _ in range(10):
        session.draw({"D": [list(range(-4, 5)), rng.normal(0, 2, 9).tolist()]})
        seen = numbers(session)
        assert seen["value"] <= seen["c_of_g"]


@pytest.mark.parametrize(
    "knobs",
    [
        {"seed": 5},
        {"k": 2, "data": "two bells", "noise": "Gaussian", "cost": "minimax", "batch": 64},
        {"simultaneous": True, "optimizer": "SGD with momentum", "data": "a box"},
        {"data": "a Gaussian", "rate_G": 0.01},
        {"data": "a narrow bell"},
        {"data": "drawn by hand", "drawn": [[-1, 0.1, 2.5], [0, 2, 0.3]]},
        {"width_G": 5, "width_D": 7, "seed": 2},
        {"steps": 50},
        {"sleep": 3, "cost": "minimax"},
        {"sleep": 2, "noise": "Gaussian", "steps": 9, "data": "drawn by hand", "width_D": 3},
    ],
    ids=str,
)
def test_the_snippet_reproduces_the_bits(knobs):
    session = Session(Knobs(**knobs))
    for deed in ("step", "step", "D", "line", "update", "G", "update", "step"):
        session.do(deed)
    world: dict = {}
    exec(snippet(session.knobs, session.log), world)
    assert same(world["game"], session.game)
