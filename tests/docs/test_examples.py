"""The documentation's Python runs as printed and prints what is printed; its commands exist."""

import argparse
import re
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import NamedTuple

import matplotlib
import pytest
import strict_cupy
from strict_cupy._compiler import compiler

from minigan import costs
from minigan.base import backend
from minigan.cli import _parser

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tutorials"))  # whose outputs are compared in the same way

from outputs import difference  # noqa: E402

RECIPES = sorted((ROOT / "docs" / "howto").glob("*.md"))
PAGES = [*sorted((ROOT / "docs").glob("*.md")), *RECIPES]
WITH_COMMANDS = [*PAGES, ROOT / "README.md", *sorted((ROOT / "tutorials").glob("[0-9]*.md"))]
BLOCK = re.compile(r"(<!-- needs a GPU -->\n)?```python\n(.*?)```(?:\n\n```text\n(.*?)```)?", re.S)


class Section(NamedTuple):
    """A part of a page, from one heading of the second level to the next; a recipe is one."""

    page: Path
    title: str
    text: str

    def __str__(self):
        return f"{self.page.name}: {self.title}"


def sections(page):
    """The sections of a page that have Python in them."""
    heading, most = ("#", 1) if page in RECIPES else ("##", 0)
    text = page.read_text(encoding="utf-8")
    parts = re.split(rf"^{heading} (.*)$", text, maxsplit=most, flags=re.M)
    found = [Section(page, *pair) for pair in zip(parts[1::2], parts[2::2], strict=True)]
    return [section for section in found if "```python" in section.text]


@pytest.fixture
def somewhere(tmp_path, monkeypatch):
    """An empty directory, pictures without a screen, and costs that may be added to."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(costs, "GENERATOR_COSTS", dict(costs.GENERATOR_COSTS))
    matplotlib.use("agg")


@pytest.mark.parametrize("section", [s for page in PAGES for s in sections(page)], ids=str)
def test_python_runs_and_prints_what_is_printed(section, somewhere, capsys, monkeypatch):
    names: dict = {"__name__": "example"}
    for block in BLOCK.finditer(section.text):
        needs_gpu, code, output = block.groups()
        if needs_gpu:
            if compiler() is None:
                pytest.skip("the stand-in for a GPU needs a C++ compiler; there is none")
            monkeypatch.setattr(backend, "_working_cupy", lambda: strict_cupy)
        exec(compile(code, f"<{section}>", "exec"), names)
        printed = capsys.readouterr().out
        if output is not None:
            assert difference(output, printed) == ""


@pytest.mark.slow
@pytest.mark.parametrize("bug", ["", "/ 2"])
def test_the_recipe_for_pytest_finds_a_bug(bug, tmp_path):
    text = (ROOT / "docs" / "howto" / "pytest.md").read_text(encoding="utf-8")
    code = BLOCK.search(text)[2].replace("mg.Linear(3, 2)", "Mine(3, 2)")
    mine = f"return super().backward(dy, cache, param_grads=param_grads) {bug}"
    mine = f"    def backward(self, dy, cache, *, param_grads=True):\n        {mine}\n"
    code = code.replace("\nLAYERS", f"\nclass Mine(mg.Linear):\n{mine}\n\nLAYERS")
    (tmp_path / "test_mine.py").write_text(code, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == bool(bug), done.stdout
    assert ("1 failed, 1 passed" if bug else "2 passed") in done.stdout


def test_no_block_of_python_is_passed_over():
    for page in PAGES:
        in_sections = sum(len(BLOCK.findall(section.text)) for section in sections(page))
        assert page.read_text(encoding="utf-8").count("```python") == in_sections


@pytest.fixture(scope="module")
def parser():
    """What reads the command line."""
    return _parser()


@pytest.fixture(scope="module")
def commands(parser):
    """The parser of each command, by its name."""
    (group,) = parser._subparsers._group_actions
    return group.choices


def command_lines(text):
    """What stands after ``minigan`` in code of the text: in lines of blocks, and in backticks."""
    fence = re.compile(r"^```.*?^```", re.M | re.S)
    for block in fence.findall(text):
        if "python" not in block.partition("\n")[0] and "code-cell" not in block:
            joined = re.sub(r"\n +", " ", block)  # a line that is indented goes on
            yield from re.findall(r"(?:^|&& )(?:\S*/)?minigan ([^&\n]+)", joined, re.M)
    yield from re.findall(r"`minigan\s([^`]+)`", fence.sub("", text))


def options(parser):
    """Every option of a command, and of the actions that it may have."""
    found = set(parser._option_string_actions)
    for group in parser._actions:
        if isinstance(group, argparse._SubParsersAction):
            found |= set().union(*map(options, group.choices.values()))
    return found


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: page.name)
def test_commands_exist_with_the_options_that_are_named(page, parser, commands):
    for line in command_lines(page.read_text(encoding="utf-8")):
        words = shlex.split(line.split("   ")[0], comments=True)  # further away is a remark
        if "[" in line:  # a synopsis
            of = [commands[words[0]]] if words[0] != "COMMAND" else list(commands.values())
            known = set().union(*map(options, of))
            assert set(re.findall(r"--[\w-]+", line)) <= known, line
        elif len(words) == 1 and not line.startswith("-"):
            assert words[0] in commands, line
        else:
            expect_parsed(parser, words)


def expect_parsed(parser, words):
    """Fail unless argparse takes the words, or answers them (--version)."""
    try:
        parser.parse_args(words)
    except SystemExit as end:
        assert end.code == 0, f"minigan {' '.join(words)}"


def test_command_lines_are_found_and_wrong_ones_refused(parser):
    text = textwrap.dedent(
        """\
        `minigan list` and `minigan
        check --seeds 2`
        ```bash
        x && .venv/bin/minigan figure1 --seed 1
        minigan figure1 [--seed N]
            [--out DIR]
        ```
        ```python
        import minigan
        ```
        """
    )
    found = [" ".join(line.split()) for line in command_lines(text)]
    synopsis = "figure1 [--seed N] [--out DIR]"
    assert found == ["figure1 --seed 1", synopsis, "list", "check --seeds 2"]
    with pytest.raises(AssertionError, match="--sede"):
        expect_parsed(parser, ["figure1", "--sede", "1"])
