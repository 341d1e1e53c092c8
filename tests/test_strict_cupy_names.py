"""The stand-in has nothing that CuPy lacks, nor calls an argument otherwise.

CuPy can be imported where there is no GPU, so this needs none.
"""

import inspect
import re

import numpy as np
import pytest
import strict_cupy as cp

INSTRUMENTS = {"DeviceSynchronized", "NoCompilerError", "counting", "forbid_sync"}
CLASSES = ["ndarray", "random.Generator", "cuda.Stream"]


def _found(module, name):
    for part in filter(None, name.split(".")):
        module = getattr(module, part, None)
    return module


def _names():
    """Every public name of the stand-in, of its modules and of its classes."""
    for place in ("", "random", "cuda", *CLASSES):
        thing = _found(cp, place)
        names = getattr(thing, "__all__", None) or [n for n in dir(thing) if n[0] != "_"]
        yield from (f"{place}.{name}".strip(".") for name in sorted(set(names) - INSTRUMENTS))


def _signature(function):
    """Signature; of compiled code, it stands in the first line of the docstring."""
    line = (function.__doc__ or "").strip().split("\n")[0]
    written = re.fullmatch(r"[\w.]+\((.*)\)( -> \w+)?", line)
    if not written:
        return inspect.signature(function)
    python = re.sub(r"\b\w+ (?=\w+\s*(?:,|=|$))", "", written[1])  # "int axis=-1" is Cython
    return inspect.signature(eval(f"lambda {python}: None".replace("\\", ""), {"numpy": np}))


def _of_kind(signature, *kinds):
    return [p.name for p in signature.parameters.values() if p.kind in kinds]


@pytest.mark.parametrize("name", list(_names()))
def test_every_name_and_keyword_exists_in_real_cupy(name):
    cupy = pytest.importorskip("cupy")
    place, _, last = name.rpartition(".")
    assert hasattr(_found(cupy, place), last), f"CuPy has no {name}"
    ours, theirs = _found(cp, name), _found(cupy, name)
    if isinstance(ours, type(cp.exp)):
        assert isinstance(theirs, cupy.ufunc)
        assert (ours.name, ours.nin, ours.nargs) == (theirs.name, theirs.nin, theirs.nargs)
    elif callable(ours) and ours is not theirs:
        _compare_signatures(_signature(ours), _signature(theirs))


def _compare_signatures(ours, theirs):
    """Ours may lack CuPy's last arguments; those it has are where CuPy's are."""
    empty, word, keyword, anything = (
        inspect.Parameter.empty,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        inspect.Parameter.KEYWORD_ONLY,
        inspect.Parameter.VAR_KEYWORD,
    )
    order = _of_kind(ours, word)
    assert order == _of_kind(theirs, word)[: len(order)]
    if not _of_kind(theirs, anything):
        assert set(_of_kind(ours, keyword)) <= set(theirs.parameters)
    for name in set(ours.parameters) & set(theirs.parameters):
        mine, real = ours.parameters[name].default, theirs.parameters[name].default
        assert mine == real, f"{name}={mine}, in CuPy {name}={real}"
        assert (mine is empty) == (real is empty)
