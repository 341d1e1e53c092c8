"""Docstrings are written to be read in an editor; here they become what Sphinx expects.

1. An indented block is a formula, to be shown as it stands. reStructuredText would join its
   lines; with ``::`` before it, it does not.
2. |x| is an absolute value, not a reference, and D* is no emphasis.
3. An example in a docstring runs beside the code, where everything is imported. Here it is
   preceded by the imports that it needs elsewhere.
4. A name in backticks may be short, as `Layer.forward`, or the one that users import, as
   `minigan.Linear`. Both are looked up; a name that does not exist is an error, because
   Sphinx is asked to be picky.
"""

import ast
import doctest
import inspect
import pkgutil
import re
from typing import get_origin

from minigan.base import types


def setup(app):
    """Connect the functions below to Sphinx."""
    app.connect("autodoc-process-docstring", rewrite, priority=100)  # before numpydoc
    app.connect("autodoc-skip-member", skip)
    app.connect("missing-reference", find)


def rewrite(app, what, name, obj, options, lines):
    """Mark formulas, escape bars and stars in the text around them, complete the examples."""
    complete_examples(obj, lines)
    rewritten, before, margin = [], "", None  # margin: of the text that a formula stands in
    for i, line in enumerate(lines):
        if margin is not None and line.strip() and indent(line) <= margin:
            margin = None
        if margin is None and line.strip() and is_formula(line, before, i and lines[i - 1]):
            margin = indent(before)
            rewritten += [" " * margin + "::", ""]
        plain = margin is None and not line.lstrip().startswith((">>>", "..."))
        rewritten.append(escape(line) if plain else line)
        before = line if line.strip() else before
    lines[:] = rewritten


def complete_examples(obj, lines):
    """Put imports before the first ``>>>``, of names that come from around the docstring."""
    examples = doctest.DocTestParser().get_examples("\n".join(lines))
    if not examples:
        return
    tree = ast.parse("".join(example.source for example in examples))
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    bound = {name for node in ast.walk(tree) for name in binds(node)}
    around = vars(inspect.getmodule(getattr(obj, "fget", obj)))  # fget: of a property
    missing = sorted((used - bound) & set(around))
    at = next(i for i, line in enumerate(lines) if line.lstrip().startswith(">>>"))
    margin = " " * indent(lines[at])
    lines[at:at] = [f"{margin}>>> {import_of(name, around[name])}" for name in missing]


def binds(node):
    """The names that a piece of code gives a meaning to."""
    match node:
        case ast.Import() | ast.ImportFrom():
            return [alias.asname or alias.name for alias in node.names]
        case ast.FunctionDef() | ast.ClassDef():
            return [node.name]
        case ast.arg():
            return [node.arg]
        case ast.Name(ctx=ast.Store()):
            return [node.id]
    return []


def import_of(name, thing):
    """The statement that imports a thing under a name."""
    if inspect.ismodule(thing):
        return f"import {thing.__name__}" + f" as {name}" * (thing.__name__ != name)
    return f"from {thing.__module__} import {name}"


def indent(line):
    """Number of spaces that a line starts with."""
    return len(line) - len(line.lstrip())


def is_formula(line, before, above):
    """Whether a line begins an indented block: ``before`` is the last line with text."""
    is_item = re.match(r"\s*(-|\d+\.|>>>|\.\.) ", before)
    return not above and not is_item and bool(before) and indent(line) > indent(before)


def escape(line):
    """The line with ``|`` and single ``*`` made ordinary characters, outside of backticks."""
    parts = re.split(r"(``.*?``)", line)
    special = re.compile(r"\||(?<=[^*\n])\*(?=[^*]|$)")
    return "".join(
        part if part.startswith("``") else special.sub(lambda found: "\\" + found[0], part)
        for part in parts
    )


def skip(app, what, name, obj, skipped, options):
    """Leave out what Python writes itself, "Alias for field number 0", and names of types."""
    is_field = type(obj).__name__ == "_tuplegetter"
    is_alias = get_origin(obj) is not None and not hasattr(types, name)
    return True if is_field or is_alias else None


def find(app, env, node, contnode):
    """A reference to a Python name that is not documented under the name that is given."""
    if node.get("refdomain") != "py":
        return None
    domain, target, module = env.domains["py"], node["reftarget"], node.get("py:module") or ""
    names = [name for name in domain.objects if name.endswith(f".{target}")]
    # Several may end in it: the nearest is meant, and that is the one in the same package.
    near = [name for name in names if name.split(".")[:2] == module.split(".")[:2]] or names
    full = near[0] if len(near) == 1 else defined_as(target) or defined_as(f"{module}.{target}")
    if full in domain.objects:
        return domain.resolve_xref(env, node["refdoc"], app.builder, "obj", full, node, contnode)
    return contnode if full else None  # it exists: NumPy's, or a constant


def defined_as(path):
    """Full name of what Python finds under a dotted path; None if there is nothing."""
    try:
        thing = pkgutil.resolve_name(path)
    except (ImportError, AttributeError, ValueError):
        return None
    module, name = getattr(thing, "__module__", None), getattr(thing, "__qualname__", None)
    return f"{module}.{name}" if module and name else path
