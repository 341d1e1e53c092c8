"""Write what would go out of date if people wrote it: lists of modules, and of options.

For each package a file with a heading and an ``automodule`` for each of its modules; and one
with what every command says to --help. The pages in ``api/`` include them. The notebooks, which
live elsewhere in the repository, are copied in.
"""

import argparse
import json
import os
import pkgutil
from importlib import import_module

from minigan import __path__ as minigan_path
from minigan.cli import _parser
from minigan.play.recording import record
from minigan.play.session import Session

MODULE = """\
(module-{name})=
## {name}

```{{eval-rst}}
.. automodule:: {name}{options}
```
"""
COMMAND = """\
## {name}

```text
{help}```
"""


def write_modules(to):
    """A file for each package of minigan, with the packages inside it."""
    for package in pkgutil.iter_modules(minigan_path, "minigan."):
        if package.ispkg:
            inside = import_module(package.name).__path__
            text = "\n".join(
                MODULE.format(name=name, options="\n   :no-members:" if ispkg else "")
                for _, name, ispkg in pkgutil.walk_packages(inside, f"{package.name}.")
            )
            write(to / f"{package.name.rpartition('.')[2]}.md", text)


def write_commands(to):
    """Every command's help, one after the other."""
    os.environ["COLUMNS"] = "96"  # argparse folds its lines there
    text = "\n".join(COMMAND.format(name=name, help=said) for name, said in helps(_parser()))
    write(to / "commands.md", text)


def write_film(to):
    """The live page as one file, which plays the first 1,000 steps of Figure 1's game."""
    write(to / "film.html", record(Session(), 1000, lambda moments, n: moments))


def helps(parser):
    """Names and help of a parser's commands, and of theirs."""
    for group in parser._actions:
        if isinstance(group, argparse._SubParsersAction):
            for command in group.choices.values():
                yield command.prog, command.format_help()
                yield from helps(command)


def copy_tutorials(source, to):
    """Copy the notebooks, and remove those that are gone."""
    to.mkdir(exist_ok=True)
    notebooks = {path.name: path for path in source.glob("[0-9]*.ipynb")}
    for path in to.iterdir():
        if path.name not in notebooks:
            path.unlink()
    for name, path in notebooks.items():
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            describe_pictures(cell)
        write(to / name, json.dumps(notebook))


def describe_pictures(cell):
    """Hand a picture's alternative text, which is with the output, to where MyST-NB looks."""
    outputs = [output.get("metadata", {}) for output in cell.get("outputs", [])]
    texts = [given["image/png"]["alt"] for given in outputs if "alt" in given.get("image/png", {})]
    if texts:
        cell["metadata"]["mystnb"] = {"image": {"alt": " ".join(texts)}}


def write(path, text):
    """Write a file, unless it says that already: Sphinx reads again what is newer."""
    path.parent.mkdir(exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
