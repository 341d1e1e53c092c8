"""minigan check: its table, its JSON, its exit code."""

import pytest

from minigan.checks import Report
from minigan.cli import main

from .helpers import refused, strictly

GOOD = Report("Linear", worst=3.2e-11, directions=40, redraws=2, passed=True)
BAD = Report("cost: minimax", float("inf"), 7, 0, False, "cost: minimax: dJ is 2, should be 1")


@pytest.fixture
def suite(monkeypatch):
    """Function that puts reports in place of the real suite, and notes its seeds."""
    asked = []

    def replace(*reports):
        def run_suite(seeds):
            asked.append(seeds)
            return iter(reports)

        monkeypatch.setattr("minigan.checks.run_suite", run_suite)
        return asked

    return replace


def test_a_check_that_passes_is_a_table_and_code_0(suite, capsys):
    suite(GOOD)
    assert main(["check"]) == 0
    head, row, _, verdict = capsys.readouterr().out.splitlines()
    assert " ".join(head.split()) == "checked worst relative error directions redrawn"
    assert row.split() == ["Linear", "3.2e-11", "40", "2", "ok"]
    assert verdict == "all gradients are right"


def test_a_check_that_fails_tells_what_is_wrong_and_ends_with_code_1(suite, capsys):
    suite(GOOD, BAD)
    assert main(["check"]) == 1
    printed = capsys.readouterr()
    lines = printed.out.splitlines()
    assert lines[1].endswith("ok") and lines[2].endswith("WRONG")
    assert lines[2].split() == ["cost:", "minimax", "inf", "7", "0", "WRONG"]
    assert BAD.message in lines
    assert lines[-1] == "1 of 2 are wrong"
    assert printed.err == ""


@pytest.mark.parametrize(("reports", "code"), [([GOOD], 0), ([GOOD, BAD], 1)])
def test_a_check_as_json_has_the_same_in_it(reports, code, suite, capsys):
    suite(*reports)
    assert main(["check", "--json"]) == code
    table = strictly(capsys.readouterr().out)
    assert table["passed"] is (code == 0)
    assert [check["name"] for check in table["checks"]] == [report.name for report in reports]
    assert table["checks"][0] == {
        "name": "Linear",
        "worst": 3.2e-11,
        "directions": 40,
        "redraws": 2,
        "passed": True,
        "message": "",
        "parts": "",
    }


def test_an_infinite_error_is_null_in_json(suite, capsys):
    suite(BAD)
    main(["check", "--json"])
    assert strictly(capsys.readouterr().out)["checks"][0]["worst"] is None


@pytest.mark.parametrize(("options", "seeds"), [([], 20), (["--seeds", "3"], 3)])
def test_a_check_is_asked_for_as_many_seeds_as_are_given(options, seeds, suite, capsys):
    asked = suite(GOOD)
    main(["check", *options])
    assert asked == [seeds]


def test_ctrl_c_in_a_check_is_one_line(monkeypatch, capsys):
    def run_suite(seeds):
        yield GOOD
        raise KeyboardInterrupt

    monkeypatch.setattr("minigan.checks.run_suite", run_suite)
    assert main(["check"]) == 130
    assert capsys.readouterr().err == "minigan: interrupted\n"


def test_seeds_of_a_check_are_counted_from_one(capsys):
    line = refused(capsys, "check", "--seeds", 0)
    assert line == "minigan: seeds: expected a whole number >= 1, got 0"
