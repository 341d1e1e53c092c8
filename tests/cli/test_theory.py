"""minigan theory: its table, its JSON, its exit code."""

import sys
import types

import pytest

from minigan.cli import main
from minigan.identities.identity import Identity

from .helpers import strictly

HELD = Identity("C(G) = -log 4 + 2 JSD", "2014, Eq. 6", -1.25, -1.25, 1e-9)
MISSED = Identity("V(G, D) <= C(G)", "2014, Prop. 1", -1.0, -1.25, 1e-9, "<=")
UNKNOWN = Identity("KL = KL", "2014", float("nan"), float("inf"), 1e-9)


@pytest.fixture
def theory(monkeypatch):
    """Function that puts rows in place of the real identities, and notes their seeds."""
    asked = []

    def replace(*rows):
        module = types.ModuleType("minigan.identities")
        module.identities = lambda seed: asked.append(seed) or iter(rows)
        monkeypatch.setitem(sys.modules, module.__name__, module)
        return asked

    return replace


def test_identities_that_hold_are_a_table_and_code_0(theory, capsys):
    theory(HELD, HELD)
    assert main(["theory"]) == 0
    head, row, *_, verdict = capsys.readouterr().out.splitlines()
    assert head.split() == ["statement", "source", "left", "right", "residual"]
    assert row.startswith("C(G) = -log 4 + 2 JSD  2014, Eq. 6")
    assert row.split()[-4:] == ["-1.25", "-1.25", "0.0e+00", "holds"]
    assert verdict == "all 2 hold"


@pytest.mark.parametrize("row", [MISSED, UNKNOWN])
def test_an_identity_that_fails_ends_with_code_1(row, theory, capsys):
    theory(HELD, row)
    assert main(["theory"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].endswith("holds") and lines[2].endswith("FAILS")
    assert lines[-1] == "1 of 2 fail"


def test_identities_as_json_have_the_same_in_them(theory, capsys):
    theory(HELD, MISSED, UNKNOWN)
    assert main(["theory", "--json"]) == 1
    table = strictly(capsys.readouterr().out)
    assert table["holds"] is False
    first, second, third = table["identities"]
    assert (first["statement"], first["holds"], first["residual"]) == (HELD.statement, True, 0)
    assert (second["relation"], second["holds"], second["residual"]) == ("<=", False, 0.25)
    assert (third["left"], third["right"], third["residual"]) == (None, None, None)


@pytest.mark.parametrize(("options", "seed"), [([], 0), (["--seed", "5"], 5)])
def test_the_seed_of_the_theory_is_handed_on(options, seed, theory, capsys):
    asked = theory(HELD)
    main(["theory", *options])
    assert asked == [seed]
