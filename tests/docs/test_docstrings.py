"""Every public name is documented as numpydoc asks, as far as that is what a reader needs.

Left out: SA01, EX01 and ES01 want See Also, Examples and a second paragraph everywhere. SS02, PR08
and RT04 take a formula or a symbol at the beginning for a missing capital, SS05 a plural for a
verb. PR07 and RT03 want a sentence where the type says it all; RT02 forbids to name results.

Parameters and results (PR01, RT01) are asked of what a package exports. They may be said elsewhere
than in a section: by the method that is overridden, by the Attributes of a record, or in the text,
which then names every parameter. What no package exports says in a sentence what it does.
"""

import dataclasses
import importlib
import inspect
import pkgutil
import re

import pytest

import minigan

numpydoc = pytest.importorskip("numpydoc.validate", reason="numpydoc is in the extra 'docs'")

LEFT_OUT = {"SA01", "EX01", "ES01", "SS02", "SS05", "PR07", "PR08", "RT02", "RT03", "RT04"}
# What these are everyone knows, or is told where runs and recipes are described.
OBVIOUS = {"self", "rng", "args", "kwargs", "seed", "steps", "seconds", "interrupted", "rows"}

MODULES = ["minigan", *(m.name for m in pkgutil.walk_packages(minigan.__path__, "minigan."))]
EXPORTED = {
    f"{thing.__module__}.{thing.__qualname__}"
    for module in map(importlib.import_module, MODULES)
    for thing in (getattr(module, name) for name in getattr(module, "__all__", []))
    if hasattr(thing, "__qualname__")
}


def public(module):
    """Full names, and things, that a module defines: functions, classes and their methods."""
    for name, thing in vars(importlib.import_module(module)).items():
        is_own = getattr(thing, "__module__", None) == module and not name.startswith("_")
        if is_own and (inspect.isclass(thing) or inspect.isfunction(thing)):
            yield f"{module}.{name}", thing
            if inspect.isclass(thing):
                yield from methods(f"{module}.{name}", thing)


def methods(name, cls):
    """Full names of the methods and properties that a class defines itself."""
    for attribute, value in vars(cls).items():
        value = getattr(value, "__func__", value)  # of a class method
        is_method = inspect.isfunction(value) or isinstance(value, property)
        if is_method and attribute not in fields(cls) and not attribute.startswith("_"):
            yield f"{name}.{attribute}", value


def fields(cls):
    """Names of a record's fields; none if a class is no record."""
    if dataclasses.is_dataclass(cls):
        return [field.name for field in dataclasses.fields(cls)]
    return getattr(cls, "_fields", [])


def complaints(name, thing):
    """What numpydoc finds, by its codes, less what is left out and what is said elsewhere."""
    found = dict(numpydoc.validate(name)["errors"])
    for code in LEFT_OUT | said_elsewhere(name, thing):
        found.pop(code, None)
    return found


def said_elsewhere(name, thing):
    """Codes that do not count for a name."""
    codes, text = set(), thing.__doc__ or ""
    if overrides_documented(name):
        codes |= {"GL08", "PR01", "PR02", "RT01"}
    if is_inside(name):
        codes |= {"PR01", "RT01", "YD01"}
    if "As in `" in text:
        codes.add("PR04")  # several parameters on a line, which leads to another docstring
    if "    Returns\n" in text:
        codes.add("YD01")  # a generator function, documented by the iterator that it returns
    elif "    Parameters\n" not in text or "    Yields\n" in text:
        codes.add("RT01")
    words = set(re.findall(r"\w+", text)) | set(re.findall(r"\w+", text.lower()))
    if "    Parameters\n" not in text and set(given(thing)) <= words:
        codes.add("PR01")
    return codes


def overrides_documented(name):
    """Whether a method overrides one of a base class that has a docstring."""
    owner, _, method = name.rpartition(".")
    bases = getattr(pkgutil.resolve_name(owner), "__mro__", ())[1:]
    return any(getattr(vars(base).get(method), "__doc__", None) for base in bases)


def is_inside(name):
    """Whether users do not call it: no package exports it, nor the class that it belongs to."""
    owners = {name, name.rpartition(".")[0]}
    return not owners & EXPORTED


def given(thing):
    """Names that a text has to explain: parameters of a function or class, fields of a record."""
    if inspect.isclass(thing):
        if fields(thing) or "__init__" not in vars(thing):
            return [name for name in fields(thing) if name not in OBVIOUS]
        thing = thing.__init__
    if not inspect.isfunction(thing):
        return []  # a property
    return [name for name in inspect.signature(thing).parameters if name not in OBVIOUS]


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_is_documented(module):
    assert importlib.import_module(module).__doc__
    found = {name: complaints(name, thing) for name, thing in public(module)}
    assert {name: said for name, said in found.items() if said} == {}


def test_a_name_without_docstring_parameters_or_result_is_complained_of(monkeypatch):
    def bad(first, second):
        return first

    def half(first, second):
        """Do something with first."""

    def good(first, second):
        """First, whatever second is."""
        return first

    monkeypatch.setitem(globals(), "EXPORTED", {"minigan.planted"})
    for function, codes in ((bad, {"GL08"}), (half, {"PR01"}), (good, set())):
        monkeypatch.setattr(minigan, "planted", function, raising=False)
        assert set(complaints("minigan.planted", function)) == codes
