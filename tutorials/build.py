#!/usr/bin/env python
"""Turn the tutorials' text into executed notebooks, or check that the two still agree.

    python tutorials/build.py [NAME ...]           execute, and write the notebooks
    python tutorials/build.py --check [NAME ...]   execute, write nothing, compare

The text, ``01_layers.md`` (MyST Markdown, read by jupytext), is the source: it is what one
edits, and its changes can be read. The notebook beside it holds the same cells with their
outputs, so that it can be read without being run. ``--check`` fails where a cell differs,
where a cell raises an error, where an output is not what is stored (outputs.py says how they
are compared, arithmetic.py that it is done with AVX2 and AVX-512), and where a tutorial is
longer, larger or slower than promised. As many pages run at once as there are cores.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import jupytext
import nbformat
from arithmetic import arithmetics, kernels
from jupyter_client import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from outputs import differences, outputs

from minigan.base.errors import DataError
from minigan.data.datasets import find

HERE = Path(__file__).resolve().parent
# Half an hour holds 300 lines of text and code. Those of cells tagged `hide-input`, which draw and
# are folded away, are not counted. 88 columns are what the documentation shows of a line, without
# scrolling sideways, on screens of 1,024 px and more (100 on one of 1,440 px).
LINES, COLUMNS, BYTES, SECONDS = 300, 88, 300_000, 60
HIDDEN = re.compile(r"```\{code-cell\}[^\n]*\n(?::[^\n]*\n)*?:tags: \[hide-input\].*?\n```\n", re.S)
CLOCK = "import time; print(time.process_time())"  # on a busy machine a page is not slower
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
NO_DATA = {"MINIGAN_DATA": os.devnull}  # the notebooks are those of a computer without MNIST,
OF_MNIST = "07_mnist"  # but for this one; where it is checked there are digits, and other outputs
DESCRIBE = "import drawn as d, minigan.figures.notebook as n; n.ABOUT += [d.about]; del d, n"


def main() -> int:
    """Exit code: 0 if nothing is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help="of the tutorials; all by default")
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    chosen = parser.parse_args()
    known = sorted(path.stem for path in HERE.glob("[0-9]*.md"))
    unknown = sorted(set(chosen.names) - set(known))
    if unknown:
        print(f"expected names out of {', '.join(known)}; got {', '.join(unknown)}")
        return 2
    names, ways = chosen.names or known, arithmetics() if chosen.check else {"as it is": {}}
    complaints = 0
    with ProcessPoolExecutor() as pool:
        for way, variables in ways.items():
            print(f"{way}: {kernels(variables)}", flush=True)
            runs = [pool.submit(run, name, chosen.check, variables) for name in names]
            for name, (seconds, found) in zip(names, (each.result() for each in runs), strict=True):
                print(f"{name:24}{seconds:6.1f} s  {'; '.join(found) or 'ok'}", flush=True)
                complaints += len(found)
    return 1 if complaints else 0


def run(name: str, checking: bool, variables: dict[str, str]) -> tuple[float, list[str]]:
    """Check or build one page under environment variables; its kernel's seconds, what is wrong."""
    seconds, found = check(name, variables) if checking else build(name)
    if seconds > SECONDS and (checking or name != OF_MNIST):
        found.append(f"took {seconds:.0f} s, more than {SECONDS}")
    return seconds, found


def build(name: str) -> tuple[float, list[str]]:
    """Execute the text and write the notebook; seconds, and what is wrong with it."""
    if name == OF_MNIST and not has_mnist():
        return 0, ["is built from MNIST, which is not here: minigan data fetch mnist"]
    notebook = read_text(name)
    seconds, failure = execute(notebook, {} if name == OF_MNIST else NO_DATA)
    if not failure:
        nbformat.write(notebook, HERE / f"{name}.ipynb")
    return seconds, failure or limits(name)


def has_mnist() -> bool:
    """Whether MNIST's files lie where minigan looks for them."""
    try:
        return bool(find("mnist"))
    except DataError:
        return False


def check(name: str, variables: dict[str, str]) -> tuple[float, list[str]]:
    """Whether the notebook is that of the text, and the text still runs and says the same."""
    path = HERE / f"{name}.ipynb"
    if not path.exists():
        return 0, ["there is no notebook: run tutorials/build.py"]
    notebook = read_text(name)
    written = nbformat.read(path, as_version=4)
    if cells(written) != cells(notebook):
        return 0, ["the notebook is not that of the text: run tutorials/build.py"]
    seconds, failure = execute(notebook, NO_DATA | variables)
    said = [] if name == OF_MNIST else differences(written, notebook)
    return seconds, failure or said + limits(name)


def read_text(name: str) -> nbformat.NotebookNode:
    """Notebook without outputs; its cells are numbered, so that names stay as they are."""
    notebook = jupytext.read(HERE / f"{name}.md")
    for i, cell in enumerate(notebook.cells):
        cell.id = f"cell-{i}"
        if "hide-input" in cell.metadata.get("tags", []):
            cell.metadata["jupyter"] = {"source_hidden": True}  # in JupyterLab, too
    notebook.metadata = METADATA
    return notebook


def execute(notebook: nbformat.NotebookNode, variables: dict[str, str]) -> tuple:
    """Run all cells in place, under environment variables; processor time, and errors."""
    notebook.cells.append(nbformat.v4.new_code_cell(CLOCK))
    where = {"metadata": {"path": str(HERE)}}
    environment = os.environ | ONE_THREAD | variables
    with tempfile.TemporaryDirectory() as directory:
        # Files for the kernel to talk through, not sockets that others could reach.
        kernel = AsyncKernelManager(transport="ipc", ip=f"{directory}/kernel")
        client = NotebookClient(
            notebook,
            kernel,
            timeout=10 * SECONDS,
            record_timing=False,
            coalesce_streams=True,  # or a table would come in as many boxes as pieces
            resources=where,
            extra_arguments=[f"--IPKernelApp.exec_lines={DESCRIBE}"],
        )
        try:
            client.execute(env=environment)
        except CellExecutionError as error:
            return 0, [f"{error.ename}: {error.evalue}"]
    notebook.metadata = METADATA  # without the version of this Python
    return float(notebook.cells.pop().outputs[0].text), []


def cells(notebook: nbformat.NotebookNode) -> list[tuple[str, str, dict]]:
    """What a reader edits: kind, text and tolerance of every cell."""
    return [(cell.cell_type, cell.source, cell.metadata) for cell in notebook.cells]


def limits(name: str) -> list[str]:
    """Where a tutorial is longer, wider or larger than promised."""
    text = (HERE / f"{name}.md").read_text(encoding="utf-8").split("\n---\n", 1)[1]  # no header
    read = HIDDEN.sub("", text).splitlines()
    count = sum(not line.startswith((":tolerance:", ":tags:")) for line in read)
    size = (HERE / f"{name}.ipynb").stat().st_size
    found = []
    if count > LINES:
        found.append(f"{count} lines, more than {LINES}")
    for i, cell in enumerate(nbformat.read(HERE / f"{name}.ipynb", as_version=4).cells):
        printed = "".join(text for _, text in outputs(cell)[:1]) if "outputs" in cell else ""
        code = cell.source if cell.cell_type == "code" else ""
        wide = [line for line in (code + "\n" + printed).splitlines() if len(line) > COLUMNS]
        found += [f"cell {i}, more than {COLUMNS} columns: {line[:40]}..." for line in wide]
    if size > BYTES:
        found.append(f"{size} bytes, more than {BYTES}")
    return found


if __name__ == "__main__":
    sys.exit(main())
