"""Write what would go out of date if people wrote it: lists of modules, and of options.

A page for each module of minigan, and for each package a list of its modules, which the page in
``api/`` includes, as it does what every command says to --help. The notebooks, which live elsewhere
in the repository, are copied in.
"""

import argparse
import json
import os
import pkgutil
import re
from importlib import import_module

from minigan import __path__ as minigan_path
from minigan.cli import _parser
from minigan.cli.figure import FIGURES, SECTIONS
from minigan.cli.times import measured, took
from minigan.play.kinds import staged
from minigan.play.recording import record, record_scene
from minigan.play.session import Session

FILMED = "circling", "helvetica", "ring"

MODULE = """\
---
orphan: true
---
# {name}

```{{eval-rst}}
.. automodule:: {name}{options}
```
"""
LIST = """\
## {title}

```{{eval-rst}}
.. py:currentmodule:: None
.. autosummary::
   :nosignatures:

   {names}
```
"""
FIGURE = """\
::::{{container}} figure
![{line}](/gallery/{name}.png)

`minigan {name}`{time}

{line}. Source: {{py:mod}}`{module}`
::::
"""
COMMAND = """\
## {name}

```text
{help}```
"""


def write_modules(to):
    """A page for each module, and for each package a list of them, what users call first.

    That is what is exported, a command's figure, and what the package's page in api/ points to.
    """
    written = set()
    called = {*exported("minigan"), *(f"minigan.figures.{name}" for name in FIGURES)}
    called = {name.replace("-", "_") for name in called}
    for package in pkgutil.iter_modules(minigan_path, "minigan."):
        if package.ispkg and package.name != "minigan.cli":  # whose page lists commands
            inside = import_module(package.name).__path__
            modules = list(pkgutil.walk_packages(inside, f"{package.name}."))
            page = f"{package.name.rpartition('.')[2]}.md"
            pointed = re.findall(r"\{py:mod\}`[^`]*?([\w.]+)>?`", (to.parent / page).read_text())
            first = called | exported(package.name) | {*pointed}
            write(to / page, package_text(modules, first))
            for _, name, ispkg in modules:
                options = "\n   :no-members:" if ispkg else ""
                path = to / "modules" / f"{name}.md"
                write(path, MODULE.format(name=name, options=options))
                written.add(path)
    for path in {*(to / "modules").iterdir()} - written:
        path.unlink()


def exported(package):
    """Modules that define what a package's ``__all__`` names."""
    package = import_module(package)
    things = (getattr(package, name) for name in getattr(package, "__all__", []))
    return {thing.__module__ for thing in things if hasattr(thing, "__module__")}


def package_text(modules, first):
    """Lists of a package's modules, those that users call apart from the others."""
    names = [name for _, name, _ in modules]
    groups = {
        "What you call": [name for name in names if name in first],
        "Inside": [name for name in names if name not in first],
    }
    if not all(groups.values()):
        groups = {"Modules": names}
    names = {title: "\n   ".join(f"~{name}" for name in group) for title, group in groups.items()}
    return "\n".join(LIST.format(title=title, names=each) for title, each in names.items())


def write_commands(to):
    """Every command's help, one after the other."""
    os.environ["COLUMNS"] = "96"  # argparse folds its lines there
    text = "\n".join(COMMAND.format(name=name, help=said) for name, said in helps(_parser()))
    write(to / "commands.md", text)


def write_gallery(to, pictures):
    """Every figure's command with a thumbnail, its time and its source, by section."""
    sections = []
    for title, figures in SECTIONS.items():
        drawn = [name for name in figures if (pictures / f"{name}.png").exists()]
        cards = [card(name, figures[name][1]) for name in drawn]
        if cards:
            sections += [f"## {title}\n", ":::::{container} gallery\n", *cards, ":::::\n"]
    write(to / "gallery.md", "\n".join(sections))


def card(name, line):
    """A figure's place in the gallery."""
    time = took(name)
    given = {"name": name, "line": line[0].upper() + line[1:], "time": time and f" ({time})"}
    return FIGURE.format(module=f"minigan.figures.{name.replace('-', '_')}", **given)


def substitutions():
    """Words that pages take from the measurement: ``took_figure1``, ``machine``, ``measured``."""
    times = {f"took_{name.replace('-', '_')}": took(name) or "?" for name in FIGURES}
    return times | {"machine": measured()["machine"], "measured": measured()["date"]}


def write_films(to):
    """The live page as one file: the first 1,000 steps of Figure 1's game, and `FILMED` scenes."""
    write(to / "film.html", record(Session(), 1000, lambda moments, n: moments))
    for scene in FILMED:
        write(to / f"{scene}.html", record_scene(staged(scene, 0), lambda moments, n: moments))


def write_poster(to):
    """The poster, a page of its own."""
    from poster import poster  # which needs the extra 'docs'

    write(to / "poster.html", poster())


def helps(parser):
    """Names and help of a parser's commands, and of theirs."""
    for group in parser._actions:
        if isinstance(group, argparse._SubParsersAction):
            for command in group.choices.values():
                yield command.prog, command.format_help()
                yield from helps(command)


def copy_tutorials(source, to, address=""):
    """Copy the notebooks, and remove those that are gone; address of the repository, if any."""
    to.mkdir(exist_ok=True)
    notebooks = {path.name: path for path in source.glob("[0-9]*.ipynb")}
    for path in to.iterdir():
        if path.name not in notebooks:
            path.unlink()
    for name, path in notebooks.items():
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            describe_pictures(cell)
        if links := open_elsewhere(address, name):
            first = notebook["cells"][0]
            first["source"] = "".join(first["source"]) + links
        write(to / name, json.dumps(notebook))


def open_elsewhere(address, name):
    """Links that open a notebook in Colab and on Binder; none without an address on GitHub."""
    host, _, repository = address.rstrip("/").partition("//github.com/")
    if not (host and repository):
        return ""
    colab = f"https://colab.research.google.com/github/{repository}/blob/main/tutorials/{name}"
    binder = f"https://mybinder.org/v2/gh/{repository}/main?labpath=tutorials/{name}"
    first = f"`%pip install 'minigan[tutorials] @ git+{address}'`"
    return f"\n\nRun this page on [Binder]({binder}), or in [Colab]({colab}), there first {first}."


def describe_pictures(cell):
    """Hand a picture's alternative text, which is with the output, to where MyST-NB looks."""
    outputs = [output.get("metadata", {}) for output in cell.get("outputs", [])]
    texts = [given["image/png"]["alt"] for given in outputs if "alt" in given.get("image/png", {})]
    if texts:
        cell["metadata"]["mystnb"] = {"image": {"alt": " ".join(texts)}}


def write(path, text):
    """Write a file, unless it says that already: Sphinx reads again what is newer."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
