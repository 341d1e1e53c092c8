"""The README's Python runs as printed, and does what the text around it says."""

import re
from pathlib import Path

import numpy as np
import pytest

import minigan as mg
from minigan.theory import GeneratorState

README = Path(__file__).parents[1] / "README.md"


BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)


@pytest.fixture(scope="module")
def names_left():
    """Names left by the README's first Python block, and by all, run one after the other."""
    names: dict = {}
    exec(BLOCKS[0], names)
    after_the_first = dict(names)
    for block in BLOCKS[1:]:
        exec(block, names)
    return after_the_first, names


def test_the_hand_written_loop_learns(names_left):
    names, _ = names_left
    data, noise = names["data"], names["noise"]
    untrained = mg.Sequential([mg.Linear(1, 32), mg.Tanh(), mg.Linear(32, 1)], seed=1)
    before = GeneratorState(untrained, noise, data).jsd
    after = GeneratorState(names["G"], noise, data).jsd
    assert after < before / 4


def test_the_game_learns_the_same_thing(names_left):
    first, names = names_left
    assert names["G"] is not first["G"]
    assert names["record"].step == 2000
    assert names["state"].jsd < 0.1


def test_the_loop_is_short():
    loop = BLOCKS[0][BLOCKS[0].index("for iteration") :].strip().splitlines()
    assert len(loop) <= 15 and np.all([len(line) <= 100 for line in loop])
