"""Everything that ``minigan theory`` prints holds, and it says so in its exit code."""

import json

import pytest

from minigan import identities as all_identities
from minigan.cli import COMMANDS, main
from minigan.cli.figure import FIGURES
from minigan.identities.identity import Identity


@pytest.mark.parametrize("seed", [0, 1])
def test_every_identity_holds(seed):
    rows = list(all_identities.identities(seed))
    assert len(rows) >= 70
    assert [row.statement for row in rows if not row.holds] == []


def test_the_table_is_printed_and_the_exit_code_is_zero(capsys):
    assert main(["theory"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["statement", "source", "left", "right", "residual"]
    assert lines[-1] == f"all {len(lines) - 3} hold"


@pytest.fixture
def one_wrong_identity(monkeypatch):
    rows = [
        Identity("1 = 1", "arithmetic", 1.0, 1.0, 1e-9),
        Identity("1 = 2", "none", 1.0, 2.0, 1e-9),
        Identity("1 = nan", "none", 1.0, float("nan"), 1e-9),
    ]
    monkeypatch.setattr(all_identities, "identities", lambda seed: iter(rows))


def test_an_identity_that_fails_is_named_and_the_exit_code_is_one(one_wrong_identity, capsys):
    assert main(["theory"]) == 1
    out = capsys.readouterr().out
    assert "1 = 2" in out and "FAILS" in out and out.rstrip().endswith("2 of 3 fail")


def test_a_negative_seed_is_refused_in_one_line(capsys):
    assert main(["theory", "--seed", "-3"]) == 2
    assert capsys.readouterr().err == "minigan: seed: expected a whole number >= 0, got -3\n"


def test_json_is_valid_even_where_a_side_is_nan(one_wrong_identity, capsys):
    assert main(["theory", "--json"]) == 1
    table = json.loads(capsys.readouterr().out)
    assert table["holds"] is False
    assert [row["holds"] for row in table["identities"]] == [True, False, False]
    assert table["identities"][2]["right"] is None


def test_list_names_every_command_with_a_line(capsys):
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(FIGURES) + len(COMMANDS)
    assert all(len(line.split(maxsplit=2)) == 3 for line in lines)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in FIGURES if name != "figure1"])
def test_every_figure_is_drawn_by_its_command(name, tmp_path, capsys):
    assert main([name, "--out", str(tmp_path), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["seed"] == 0 and report["seconds"] > 0
    assert [path.name for path in tmp_path.iterdir()] == [f"{name.replace('-', '_')}.png"]
