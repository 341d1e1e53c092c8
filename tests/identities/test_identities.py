"""All lines of ``minigan theory`` hold, and its exit code and its JSON say so."""

import json
import math
import time
from functools import cache
from pathlib import Path

import pytest

from minigan import InputError
from minigan import identities as all_identities
from minigan.cli import main
from minigan.cli.figure import FIGURES
from minigan.identities import MODULES
from minigan.identities.identity import Identity

each_module = pytest.mark.parametrize("module", MODULES, ids=lambda m: m.__name__.split(".")[-1])


@cache
def lines_of(module, seed):
    return list(module.identities(seed))


@each_module
def test_every_line_holds_and_says_what_where_and_how_well(module):
    for seed in (0, 20140610):
        lines = lines_of(module, seed)
        assert len(lines) >= 15
        assert len({line.statement for line in lines}) == len(lines)
        for line in lines:
            assert line.holds, line
            assert line.statement.isascii() and len(line.statement) < 92
            assert line.source
            assert 0 < line.tolerance <= 1e-6
            assert not math.isnan(line.left)


@each_module
def test_another_seed_makes_other_numbers(module):
    first, other = lines_of(module, 0), lines_of(module, 20140610)
    assert [line.statement for line in first][:9] == [line.statement for line in other][:9]
    assert sum(a.left != b.left for a, b in zip(first, other, strict=True)) > len(first) / 2


def test_a_bad_seed_is_refused(capsys):
    with pytest.raises(InputError, match="seed"):
        list(all_identities.identities(-1))
    assert main(["theory", "--seed", "-3"]) == 2
    assert capsys.readouterr().err == "minigan: seed: expected a whole number >= 0, got -3\n"


def test_the_table_as_json_is_strict_and_a_seed_makes_its_numbers(capsys):
    began = time.process_time()
    assert main(["theory", "--json"]) == 0
    assert time.process_time() - began < 20
    table = json.loads(capsys.readouterr().out)
    assert table["holds"] is True
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert f"`minigan theory` holds {len(table['identities'])} statements" in readme
    assert all(row["holds"] is True for row in table["identities"])
    first = (line.left for module in MODULES for line in lines_of(module, 0))
    finite = [left if math.isfinite(left) else None for left in first]
    assert [row["left"] for row in table["identities"]] == finite


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in FIGURES if name != "figure1"])
def test_every_figure_is_drawn_by_its_command(name, tmp_path, capsys):
    assert main([name, "--out", str(tmp_path), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["seed"] == 0 and report["seconds"] > 0
    assert [path.name for path in tmp_path.iterdir()] == [f"{name.replace('-', '_')}.png"]


def test_what_refuses_to_be_computed_is_a_line_that_fails(monkeypatch, capsys):
    def refuses(seed):
        yield Identity("1 = 1", "arithmetic", 1.0, 1.0, 1e-9)
        raise InputError("expected 0 <= JSD <= log 2, got 0.97")

    monkeypatch.setattr(MODULES[0], "identities", refuses)
    monkeypatch.setattr(all_identities, "MODULES", MODULES[:1])
    assert main(["theory"]) == 1
    _, held, failed, _, verdict = capsys.readouterr().out.splitlines()
    assert held.endswith("holds") and verdict == "1 of 2 fail"
    assert failed.startswith("fixed_densities stopped: expected 0 <= JSD <= log 2, got 0.97")
