"""A sweep on a Dask cluster is the sweep, bit for bit: the recipe's script, as printed."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from minigan.figures.sweep import TABLE

pytest.importorskip("distributed", reason="the extra cluster, Dask, is not installed")
ROOT = Path(__file__).parents[2]
RECIPE = ROOT / "docs" / "howto" / "cluster.md"


def table(directory):
    """Settings and results by line, without the seconds, in the order of the seeds."""
    lines = map(json.loads, (directory / TABLE).read_text(encoding="utf-8").splitlines())
    games = [{**line, "seconds": None} for line in lines]
    return sorted(games, key=lambda game: game["setting"]["seed"])


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
def test_the_recipe_as_printed_gives_the_bits_of_one_process_and_of_two(tmp_path, jobs):
    code, printed = re.findall(r"```(?:python|text)\n(.*?)```", RECIPE.read_text("utf-8"), re.S)
    at_home = 'directory="here"'
    assert code.count(at_home) == 1
    (tmp_path / "cluster.py").write_text(code.replace(at_home, f"{at_home}, jobs={jobs}"))
    done = subprocess.run(
        [sys.executable, "-W", "error", "cluster.py"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, printed, "")
    here, there = (table(tmp_path / place) for place in ("here", "there"))
    assert len(there) == 6
    assert len({game["results"]["jsd"] for game in there}) == 6
    assert here == there
