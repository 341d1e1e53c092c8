"""Every check of tutorial 8 says "right" to the solution, and can say "wrong" and "not yet"."""

import contextlib
import functools
import io
import re
import sys
from pathlib import Path

import numpy as np
import pytest

import minigan as mg
from minigan.base.numerics import sigmoid, softplus

TUTORIALS = Path(__file__).parents[2] / "tutorials"
sys.path.insert(0, str(TUTORIALS))  # as a notebook's working directory is

from exercises import CHECKS, algorithm1, check, theory, verdict  # noqa: E402


def text(name):
    return (TUTORIALS / f"{name}.md").read_text(encoding="utf-8")


def cells(name):
    code = r"```\{code-cell\} ipython3\n(?::[^\n]*\n)*(.*?)```"
    return re.findall(code, text(name), re.S)


@functools.cache
def run(name):
    """Names that a notebook's answers leave, and what is said of each of them."""
    names, said = {}, io.StringIO()
    with contextlib.redirect_stdout(said):
        for cell in cells(name):
            if re.search(r"^(check\(| *from exercises)", cell, re.M):
                exec(cell, names)
    return names, re.findall(r"^(?:right|wrong|not yet).*$", said.getvalue(), re.M)


def asked(name):
    """What the two notebooks must have in common: headings, functions, docstrings, checks."""
    return re.findall(r'^(?:## .*|def .*|    """.*|check\(.*)$', text(name), re.M)


def test_the_exercises_as_committed_are_not_solved_yet():
    assert run("08_exercises")[1] == ["not yet"] * len(CHECKS)


def test_the_solutions_are_right():
    assert run("08_solutions")[1] == ["right"] * len(CHECKS)


def test_exercises_and_solutions_ask_the_same():
    assert asked("08_exercises") == asked("08_solutions")
    assert re.findall(r'^check\("(.*?)"', text("08_exercises"), re.M) == list(CHECKS)


def test_every_exercise_has_a_hint():
    assert text("08_exercises").count("<details><summary>Hint</summary>") == len(CHECKS)


def test_the_losses_of_the_table_are_those_that_are_checked():
    rows = re.findall(r"^\| (.*) \|$", text("08_exercises"), re.M)
    letters = [letter for row in rows[::2] for letter in row.split(" | ")]
    losses = [loss.strip("`") for row in rows[1::2] for loss in row.split(" | ")]
    assert letters == list(theory.LOSSES)
    a = np.array([-2.0, -0.1, 0.7, 3.0])
    names = {"p": sigmoid(a), "a": a, "log": np.log, "exp": np.exp, "softplus": softplus}
    names["bce"] = lambda p, t: np.mean(-t * np.log(p) - (1 - t) * np.log(1 - p))
    for letter, loss in zip(letters, losses, strict=True):
        assert eval(loss, names) == pytest.approx(theory.LOSSES[letter](a), rel=1e-12)


NAMES = {"A": "non-saturating", "B": "minimax", "C": "wrong sign", "D": "non-saturating"}
NAMES |= {"E": "minimax", "F": "wrong sign", "G": "max-likelihood"}

WRONG = {
    "optimal discriminator": [
        (lambda p, q: q / (p + q), "probability of being generated"),
        (lambda p, q: 2 * p / (p + q), "a probability is in"),
        (lambda p, q: 0 * p + 0.5, "earns more than your"),
        (lambda p, q: p**2 / (p**2 + q**2), "earns more than your"),
        (lambda p, q: p / (p + q) * (1 - 1e-3), "earns more than your"),
        (lambda p, q: (p / (p + q)).clip(0, 1 - 2e-5), "D = 1 earns more than your 0.99998"),
        (lambda p, q: np.log(q), "finite"),
    ],
    "maximum likelihood": [
        (np.exp, "climbs"),
        (lambda a: -np.exp(a) / 2, "1/2 of Eq. 14"),
        (lambda a: -a, "gradient of KL(p_g || p_data)"),
        (lambda a: -sigmoid(a), "gradient in"),
        (lambda a: -np.exp(-a), "gradient in"),
    ],
    "backward": [
        (lambda dy, x: sigmoid(x) + x * sigmoid(x) * sigmoid(-x), "does not depend on dy"),
        (lambda dy, x: dy * sigmoid(x), "gradient checker"),
        (lambda dy, x: dy * (sigmoid(x) + x * sigmoid(x)), "gradient checker"),
        (lambda dy, x: dy[0], "shape"),
    ],
    "cost gradient": [
        (lambda a: -sigmoid(-a) / len(a), "twice"),
        (lambda a: -sigmoid(-a) / 2, "m times"),
        (lambda a: -sigmoid(-a), "2 m times"),
        (lambda a: sigmoid(-a) / (2 * len(a)), "way up"),
        (lambda a: -sigmoid(a) / (2 * len(a)), "minimax"),
        (lambda a: -np.exp(-a) / (1 + np.exp(-a)) / (2 * len(a)), "1e4"),
        (lambda a: -sigmoid(-a[:, 0]) / (2 * len(a)), "shape"),
        (lambda a: -sigmoid(-a) / (3 * len(a)), "expected ("),
    ],
    "which cost": [
        (lambda: NAMES | {"C": "minimax"}, "6 of 7 right. A look at C"),
        (lambda: NAMES | {"A": "minimax", "G": "wrong sign"}, "5 of 7 right. A look at A"),
        (lambda: NAMES | {"B": "saturating"}, "expected one of"),
        (lambda: {"A": "minimax"}, "keys"),
        (lambda: "minimax", "keys"),
    ],
    "jsd": [
        (lambda J: 1 - J / np.log(2), "bits"),
        (lambda J: (np.log(4) - J) / 2, "-V/2"),
        (lambda J: np.log(4) - 2 * J, "the integral gives"),
        (lambda J: J - np.log(2), "the integral gives"),
        (lambda J: 0.6931 - J, "you -4.71"),
    ],
    "momentum": [
        (lambda before, after: 1.0, "changes nothing"),
        (lambda before, after: before / after, "other way round"),
        (lambda before, after: 0.0, "parameter after"),
    ],
    "maxout": [
        (lambda dy, z: dy[:, None] * (z == z.max(axis=1, keepdims=True)), "hands out more"),
        (lambda dy, z: dy[:, None] * (z == z.min(axis=1, keepdims=True)), "no ties"),
        (lambda dy, z: (z == z.max(axis=1, keepdims=True)) * 1.0, "no ties"),
        (lambda dy, z: last_wins(dy, z), "first of them wins"),
        (lambda dy, z: dy, "shape"),
    ],
    "dropout": [
        (lambda x, keep: (keep * x, x**2 * keep * (1 - keep)), "the mean of x * mask alone"),
        (lambda x, keep: (x, x**2 * keep * (1 - keep)), "the variance of x * mask alone"),
        (lambda x, keep: (x, abs(x) * ((1 - keep) / keep) ** 0.5), "the standard deviation"),
        (lambda x, keep: (x, (1 - keep) / keep), "expected (1,)"),
        (lambda x, keep: (x, x**2 * (1 - keep)), "expected (1,)"),
        (lambda x, keep: (x, x**2 / keep), "expected (1,)"),
        (lambda x, keep: x, "shape"),
    ],
    "sigma": [
        (lambda r, d: r, "in 2 dimensions"),
        (lambda r, d: r / d, "in 2 dimensions"),
        (lambda r, d: 1.01 * r / d**0.5, "in 1 dimensions"),
        (lambda r, d: -r, "> 0"),
        (lambda r, d: 1e200, "> 0"),
    ],
    "circling": [
        (lambda gamma: 2 * gamma, "too large"),
        (lambda gamma: gamma / 2, "too small"),
        (lambda gamma: gamma**2, "too small"),
        (lambda gamma: 1e300, "too large"),
        (lambda gamma: 0, "> 0"),
    ],
}


def turned(x, y, angle):
    return np.hypot(x, y) * np.cos(angle), np.hypot(x, y) * np.sin(angle)


def last_wins(dy, z):
    return dy[:, None] * (z.shape[1] - 1 - z[:, ::-1].argmax(axis=1)[:, None] == pieces(z))


def pieces(z):
    return np.arange(z.shape[1])[:, None]


@pytest.mark.parametrize(
    ("name", "answer", "says"),
    [(name, *each) for name, answers in WRONG.items() for each in answers],
)
def test_a_wrong_answer_is_told_what_is_wrong(name, answer, says):
    found = verdict(name, answer)
    assert found.startswith("wrong: ") and says in found
    assert "\n" not in found or name == "backward"


@pytest.mark.parametrize(
    ("point", "path", "says"),
    [
        ((1, 1), lambda x, y, t: (x, y), "still move"),
        ((0, 0), lambda x, y, t: (np.cos(t), np.sin(t)), "t = 0"),
        ((0, 0), lambda x, y, t: (x * np.cos(t) + y * np.sin(t), y * np.cos(t)), "should be"),
        ((0, 0), lambda x, y, t: (x * np.exp(-t), y * np.exp(t)), "should be"),
        ((0, 0), lambda x, y, t: x, "shape"),
        ((0, 0), lambda x, y, t: turned(x, y, np.arctan(y / x) + t), "np.arctan2(y0, x0) does not"),
        ((0, 0), lambda x, y, t: turned(x, y, np.arccos(x / np.hypot(x, y)) + t), "from (0.8, -0"),
    ],
)
def test_a_wrong_orbit_is_told_what_is_wrong(point, path, says):
    found = verdict("orbit", lambda: point, path)
    assert found.startswith("wrong: ") and says in found


def test_an_orbit_by_its_angle_is_right_too():
    found = verdict("orbit", lambda: (0, 0), lambda x, y, t: turned(x, y, np.arctan2(y, x) + t))
    assert found == "right"


def test_an_orbit_needs_both_answers():
    solved = run("08_solutions")[0]
    assert verdict("orbit", solved["equilibrium"], lambda x0, y0, t: None) == "not yet"
    assert verdict("orbit", lambda: None, solved["orbit"]) == "not yet"


def test_a_constant_added_to_f_is_right_too():
    assert verdict("maximum likelihood", lambda a: 3 - np.exp(a)) == "right"


def iteration(flaw=""):
    """One iteration of Algorithm 1 as a reader may write it, with one flaw."""

    def one_iteration(G, D, noise, data, G_optimizer, D_optimizer, m, rng):
        m = m + 1 if flaw == "other m" else m
        D_before = D.copy()
        z, x = noise.sample(m, rng)[:6], data.sample(m, rng)[:6]
        (a_real, real), (a_fake, fake) = D.forward(x), D.forward(G(z))
        _, da_real, da_fake = mg.discriminator_cost(a_real, a_fake)
        if flaw != "D leftover":
            D.grads[:] = 0
        sign = -1 if flaw == "D climb" else 1
        if flaw != "fake only":
            D.backward(sign * da_real, real)
        if flaw != "real only":
            D.backward(sign * da_fake, fake)
        if flaw != "D still":
            D_optimizer.step()
        z = z if flaw in ("old noise", "one noise") else noise.sample(m, rng)[:6]
        if flaw == "old noise":
            noise.sample(m, rng)
        seen = D_before if flaw == "old D" else D
        x_fake, cache = G.forward(z)
        a_fake, fake = seen.forward(x_fake)
        cost = mg.minimax_cost if flaw == "minimax" else mg.non_saturating_cost
        _, da_fake = cost(a_fake)
        if flaw != "G leftover":
            G.grads[:] = 0
        if flaw == "G climb":
            da_fake = -da_fake
        G.backward(seen.backward(da_fake, fake, param_grads=flaw == "moved twice"), cache)
        if flaw == "moved twice":
            D_optimizer.step()
        if flaw == "half":
            G.grads /= 2
        if flaw != "G still":
            G_optimizer.step()
        if flaw == "more noise":
            noise.sample(m, rng)

    return one_iteration


@pytest.mark.parametrize(
    ("flaw", "says"),
    [
        *((f"D {flaw}" if flaw in ("leftover", "climb", "still") else flaw, message)
          for flaw, message in algorithm1.FLAWS_OF_D.items()),
        *((f"G {flaw}" if flaw in ("leftover", "climb", "still") else flaw, message)
          for flaw, message in algorithm1.FLAWS_OF_G.items()),
        ("one noise", "noise was drawn once"),
        ("more noise", "got 3 and 1"),
        ("other m", "minibatches of m = 6, got [7]"),
        ("half", "G is not where Algorithm 1 leads"),
    ],
)  # fmt: skip
def test_a_flaw_in_an_iteration_is_named(flaw, says):
    found = verdict("one iteration", iteration(flaw))
    assert found.startswith("wrong: ") and says in found


def test_an_iteration_in_another_order_is_right_too():
    def data_first(G, D, noise, data, G_optimizer, D_optimizer, m, rng):
        a_real, real = D.forward(data.sample(m, rng))
        D.grads[:] = 0
        D.backward(-sigmoid(-a_real) / (2 * m), real)
        a_fake, fake = D.forward(G(noise.sample(m, rng)))
        D.backward(sigmoid(a_fake) / (2 * m), fake)
        D_optimizer.step()
        G.grads[:] = 0
        x, cache = G.forward(noise.sample(m, rng))
        a, of_D = D.forward(x)
        G.backward(D.backward(-sigmoid(-a) / (2 * m), of_D), cache)  # D.grads: nobody steps
        G_optimizer.step()

    assert verdict("one iteration", iteration()) == "right"
    assert verdict("one iteration", data_first) == "right"


@pytest.mark.parametrize("name", [name for name in CHECKS if name != "orbit"])
def test_whatever_a_reader_writes_there_is_one_line_and_no_traceback(name):
    def broken(*arguments):
        raise TypeError("oops")

    assert verdict(name, broken) == "wrong: it raises TypeError: oops"
    assert verdict(name, 3.0) == "wrong: expected a function, got float"
    assert verdict(name, lambda: 1 / 0).startswith("wrong: it raises ")
    assert verdict(name, lambda *arguments: None) == "not yet"
    if name != "one iteration":
        assert verdict(name, lambda *arguments: ...) == "not yet"
        assert verdict(name, lambda *arguments: "a lot").startswith("wrong: expected ")
        assert verdict(name, lambda *arguments: np.nan).startswith("wrong: expected ")


def test_check_prints_the_verdict_and_knows_its_exercises(capsys):
    check("jsd", lambda J_D: np.log(2) - J_D)
    assert capsys.readouterr().out == "right\n"
    with pytest.raises(ValueError, match=r"expected one of optimal discriminator, .* got 'JSD'"):
        check("JSD", abs)
