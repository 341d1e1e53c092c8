"""The script for a GPU, without one: its parts on the stand-in, and how it takes what they say."""

import importlib
import json
import re
import sys
import time
from pathlib import Path

import pytest
import strict_cupy
from strict_cupy._compiler import compiler

from minigan.base.backend import Device
from minigan.base.randomness import Streams
from minigan.images import Settings
from minigan.passes.cuda.products import CuPyProducts

STRICT = Device("cuda", strict_cupy)


@pytest.fixture
def benchmark(monkeypatch):
    """Imports a benchmark by name."""
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[2] / "benchmarks"))
    monkeypatch.setenv("BENCHMARK_THREADS", "1")  # else it sets the environment for all tests
    return importlib.import_module


SAYS = {
    "machine": 'print(\'{"held": true, "finding": "a | pretended GPU"}\')',
    "holds": 'print(\'{not JSON\'); print(\'{"held": true, "finding": "1e-9"}\')',
    "does not hold": 'print(\'{"held": false, "finding": "1.0"}\')',
    "breaks": "raise SystemExit('no such thing')",
    "is skipped": 'print(\'{"skipped": "no data"}\')',
    "times": 'print(\'{"seconds": {"a": 2e-6, "b": 1e-6}, "skipped": {"JAX": "why"}}\')',
    "is told": "import sys; print(sys.argv[1:])",
    "takes too long": "import os, time; os.fork(); time.sleep(60)",
    "comes last": "print('12 passed in 1 s')",
}
FOUND = {
    "machine": ("held", "a | pretended GPU"),
    "holds": ("held", "1e-9"),
    "does not hold": ("FAILED", "1.0"),
    "breaks": ("FAILED", "no such thing"),
    "is skipped": ("skipped", "no data"),
    "times": ("held", "b 1 us; a 2 us; JAX skipped (why)"),
    "is told": ("held", "['--seconds=19']"),
    "takes too long": ("FAILED", "not done after 1 s"),
    "comes last": ("held", "12 passed in 1 s"),
}


@pytest.fixture
def script(benchmark, monkeypatch, tmp_path):
    """Runs the script with parts that say what is given; its exit code and reports."""
    gpu = benchmark("gpu")

    def run(says, *options):
        def parts(out, data):
            shares = {"takes too long": 0.05, "is told": 0.96}
            return [
                gpu.Part(name, "?", shares.get(name, 1.0), ["-c", code], name == "is told")
                for name, code in says.items()
            ]

        monkeypatch.setattr(gpu, "parts", parts)
        given = ["gpu.py", f"--out={tmp_path}", f"--minutes={25 / 60}", *options]
        monkeypatch.setattr(sys, "argv", given)
        code = gpu.main()
        return code, json.loads((tmp_path / "results.json").read_text())

    return run


def test_each_part_is_judged_and_the_next_goes_on(script, tmp_path, capsys):
    start = time.monotonic()
    code, reports = script(SAYS)
    assert time.monotonic() - start < 20
    assert code == 1
    found = {name: (each["outcome"], each["finding"]) for name, each in reports.items()}
    assert found == FOUND
    table = (tmp_path / "results.md").read_text()
    assert "| machine | ? | held | a / pretended GPU |" in table
    assert "no such thing" in capsys.readouterr().out
    assert "== breaks\nno such thing" in (tmp_path / "log.txt").read_text()


def test_what_could_run_and_held_is_a_success(script):
    says = {name: SAYS[name] for name in ("machine", "holds", "is skipped", "comes last")}
    assert script(says)[0] == 0
    code, reports = script({**says, "holds": SAYS["times"]}, "holds")
    assert (code, list(reports)) == (0, list(says))  # those that were asked before are kept
    assert reports["holds"]["finding"] == FOUND["times"][1]


def test_without_a_gpu_nothing_else_is_asked(script):
    code, reports = script({"machine": SAYS["does not hold"], "holds": SAYS["holds"]})
    assert (code, list(reports)) == (2, ["machine"])


@pytest.mark.parametrize("minutes", ["0", "-1", "nan", "inf", "eight"])
def test_a_time_that_is_none_is_refused(script, minutes, capsys):
    with pytest.raises(SystemExit):
        script(SAYS, f"--minutes={minutes}")
    assert f"expected a number > 0, got '{minutes}'" in capsys.readouterr().err


def test_it_runs_all_tests_that_take_a_gpu(benchmark):
    tests = Path(__file__).parents[1]
    for path in tests.rglob("test_*.py"):
        if re.search(r"def test\w*\([^)]*\b(xp|gpu|kernels)\b", path.read_text()):
            within = path.relative_to(tests).as_posix()
            of_stand_in = within.startswith("test_strict_cupy")
            assert of_stand_in or any(within.startswith(place) for place in benchmark("gpu").TESTS)


def test_its_own_parts_are_there(benchmark, tmp_path):
    gpu = benchmark("gpu")
    for part in gpu.parts(tmp_path, None):
        for word in part.command:
            assert not word.startswith(str(gpu.ROOT)) or Path(word).exists()


@pytest.fixture
def parts(benchmark, monkeypatch):
    """The parts, and graphs for the stand-in, as tests/game/gpu has them."""
    if compiler() is None:
        pytest.skip("the stand-in needs a C++ compiler")
    monkeypatch.setattr(strict_cupy.cuda, "Stream", strict_cupy.cuda.CapturingStream)
    monkeypatch.setattr(CuPyProducts, "refusal", "")
    return benchmark("gpu_parts")


def test_turns_are_graphs_or_it_is_said(parts, monkeypatch):
    assert parts.graphs(STRICT, ["W1"]) == {"held": True, "finding": "W1 recorded"}
    monkeypatch.setattr(CuPyProducts, "refusal", "no cuBLAS")
    with pytest.warns(RuntimeWarning, match="no cuBLAS"):
        report = parts.graphs(STRICT, ["W1"])
    assert report == {"held": False, "finding": "W1 NOT recorded (no cuBLAS)"}


def test_the_games_are_equal_given_the_same_random_numbers_alone(parts, monkeypatch):
    report = parts.equal(STRICT, ["W1"], steps=4)
    assert json.loads(json.dumps(report))["held"]
    assert "W1 float64 0.0e+00 (bound 1e-06)" in report["finding"]
    monkeypatch.setattr(parts, "Streams", lambda seed, place, mirrored: Streams(seed, place))
    assert not parts.equal(STRICT, ["W1"], steps=4)["held"]


@pytest.mark.slow
def test_a_run_is_played_scored_and_resumed(parts, tmp_path):
    settings = Settings("digits", width=0.02)
    for before in (0, 1):
        report = parts.mnist(STRICT, 0, tmp_path, None, settings)
        assert json.loads(json.dumps(report))["held"]
        assert report["finding"].startswith(f"{before + 1} epochs, {before} of them before, ")
        assert list(report["validation"]) == [before + 1]
    missing = parts.mnist(STRICT, 0, tmp_path, str(tmp_path), Settings("mnist"))
    assert missing["skipped"].startswith("no data: mnist: expected ")
