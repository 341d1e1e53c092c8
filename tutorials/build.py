#!/usr/bin/env python
"""Turn the tutorials' text into executed notebooks, or check that the two still agree.

    python tutorials/build.py [NAME ...]           execute, and write the notebooks
    python tutorials/build.py --check [NAME ...]   execute, write nothing, compare

The text, ``01_layers.md`` (MyST Markdown, read by jupytext), is the source: it is what one
edits, and its changes can be read. The notebook beside it holds the same cells with their
outputs, so that it can be read without being run. ``--check`` fails where a cell differs,
where a cell raises an error, and where a tutorial is longer, larger or slower than promised.
Outputs are not compared: their last digits depend on the machine.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import jupytext
import nbformat
from jupyter_client import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

HERE = Path(__file__).resolve().parent
LINES, BYTES, SECONDS = 300, 300_000, 120
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def main() -> int:
    """Exit code: 0 if nothing is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help="of the tutorials; all by default")
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    chosen = parser.parse_args()
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    known = sorted(path.stem for path in HERE.glob("[0-9]*.md"))
    unknown = sorted(set(chosen.names) - set(known))
    if unknown:
        print(f"expected names out of {', '.join(known)}; got {', '.join(unknown)}")
        return 2
    complaints = 0
    for name in chosen.names or known:
        start = time.perf_counter()
        found = check(name) if chosen.check else build(name)
        seconds = time.perf_counter() - start
        if seconds > SECONDS:
            found.append(f"took {seconds:.0f} s, more than {SECONDS}")
        print(f"{name:24}{seconds:6.1f} s  {'; '.join(found) or 'ok'}", flush=True)
        complaints += len(found)
    return 1 if complaints else 0


def build(name: str) -> list[str]:
    """Execute the text and write the notebook; what is wrong with it."""
    notebook = read_text(name)
    failure = execute(notebook)
    if not failure:
        nbformat.write(notebook, HERE / f"{name}.ipynb")
    return failure or limits(name)


def check(name: str) -> list[str]:
    """Whether the notebook is that of the text, and the text still runs."""
    path = HERE / f"{name}.ipynb"
    if not path.exists():
        return ["there is no notebook: run tutorials/build.py"]
    notebook = read_text(name)
    written = nbformat.read(path, as_version=4)
    if cells(written) != cells(notebook):
        return ["the notebook is not that of the text: run tutorials/build.py"]
    return execute(notebook) or limits(name)


def read_text(name: str) -> nbformat.NotebookNode:
    """Notebook without outputs; its cells are numbered, so that names stay as they are."""
    notebook = jupytext.read(HERE / f"{name}.md")
    for i, cell in enumerate(notebook.cells):
        cell.id = f"cell-{i}"
    notebook.metadata = METADATA
    return notebook


def execute(notebook: nbformat.NotebookNode) -> list[str]:
    """Run all cells in place; the error, if there was one."""
    where = {"metadata": {"path": str(HERE)}}
    with tempfile.TemporaryDirectory() as directory:
        # Files for the kernel to talk through, not sockets that others could reach.
        kernel = AsyncKernelManager(transport="ipc", ip=f"{directory}/kernel")
        client = NotebookClient(
            notebook, kernel, timeout=SECONDS, record_timing=False, resources=where
        )
        try:
            client.execute()
        except CellExecutionError as error:
            return [f"{error.ename}: {error.evalue}"]
    notebook.metadata = METADATA  # without the version of this Python
    return []


def cells(notebook: nbformat.NotebookNode) -> list[tuple[str, str]]:
    """What a reader edits: kind and text of every cell."""
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def limits(name: str) -> list[str]:
    """Where a tutorial is longer or larger than promised."""
    lines = len((HERE / f"{name}.md").read_text(encoding="utf-8").splitlines())
    size = (HERE / f"{name}.ipynb").stat().st_size
    found = []
    if lines > LINES:
        found.append(f"{lines} lines, more than {LINES}")
    if size > BYTES:
        found.append(f"{size} bytes, more than {BYTES}")
    return found


if __name__ == "__main__":
    sys.exit(main())
