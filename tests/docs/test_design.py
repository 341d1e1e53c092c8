"""The design page is true: all of minigan stands on a floor, and imports from there downwards."""

import ast
import re
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")


@cache
def floors():
    """Floor of each package or module of minigan, from the table on the page."""
    rows = re.findall(r"^\| (\d+) \| ([^|]*) \|", PAGE, re.M)
    return {name: int(floor) for floor, cell in rows for name in re.findall(r"`(\w+)`", cell)}


def part(path):
    """Package, or module at the top, that a file of minigan belongs to."""
    return path.relative_to(ROOT / "minigan").parts[0].removesuffix(".py")


@cache
def imports(path):
    """Modules of minigan that a file imports anywhere: in functions and for type checkers too."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                assert alias.name.partition(".")[0] != "minigan", "import from its modules instead"
        elif isinstance(node, ast.ImportFrom) and node.module.partition(".")[0] == "minigan":
            assert "." in node.module, f"from {node.module}: import from its modules instead"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.append(inner if inner in MODULES else node.module)
    return found


ALL = sorted((ROOT / "minigan").rglob("*.py"))
FILES = [path for path in ALL if path.stem[:2] != "__"]
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in ALL
}


def test_the_table_names_every_package():
    parts = {part(path) for path in FILES}
    assert set(floors()) == parts


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_imports_nothing_from_above(path):
    floor = floors()
    for module in imports(path):
        other = module.split(".")[1]
        assert floor[other] <= floor[part(path)], module


def test_no_files_and_no_packages_import_each_other_in_a_circle():
    files = {name: {*imports(path)} - {name} for name, path in MODULES.items()}
    TopologicalSorter(files).prepare()  # raises CycleError, which names the circle
    rooms = {}
    for name, targets in files.items():
        room = ".".join(name.split(".")[:2])
        others = {".".join(target.split(".")[:2]) for target in targets}
        rooms.setdefault(room, set()).update(others - {room})
    TopologicalSorter(rooms).prepare()


def test_every_package_and_module_has_its_place_in_the_api():
    pages = [path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "api").glob("*.md")]
    shown = re.findall(r"automodule:: minigan\.(\w+)$", "\n".join(pages), re.M)
    assert sorted(shown) == sorted({part(path) for path in FILES})
