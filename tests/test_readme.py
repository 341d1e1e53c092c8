"""The README's Python runs as printed, and does what the text around it says."""

import re
from pathlib import Path

import numpy as np
import pytest

import minigan as mg
from minigan.theory import GeneratorState

README = Path(__file__).parents[1] / "README.md"


@pytest.fixture(scope="module")
def after_all_blocks():
    """Names left by the README's Python blocks, run one after the other."""
    names: dict = {}
    for block in re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL):
        exec(block, names)
    return names


def test_the_hand_written_loop_learns(after_all_blocks):
    block = re.search(r"```python\n(.*?)```", README.read_text(), re.DOTALL).group(1)
    names: dict = {}
    exec(block, names)
    data, noise = names["data"], names["noise"]
    untrained = mg.Sequential([mg.Linear(1, 32), mg.Tanh(), mg.Linear(32, 1)], seed=1)
    before = GeneratorState(untrained, noise, data).jsd
    after = GeneratorState(names["G"], noise, data).jsd
    assert after < before / 4


def test_the_game_learns_the_same_thing(after_all_blocks):
    assert after_all_blocks["record"].step == 2000
    assert after_all_blocks["state"].jsd < 0.1


def test_the_loop_is_short():
    block = re.search(r"```python\n(.*?)```", README.read_text(), re.DOTALL).group(1)
    loop = block[block.index("for iteration") :].strip().splitlines()
    assert len(loop) <= 15 and np.all([len(line) <= 100 for line in loop])
