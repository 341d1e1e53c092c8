"""The package as a whole: what importing it costs, and what it offers."""

import importlib
import inspect
import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import minigan

HERE = Path(minigan.__file__).parent


def loaded_by(code):
    """Names of the modules that a fresh interpreter has loaded after running code."""
    code += "; import sys; print(*sys.modules)"
    environment = os.environ | {"PYTHONPATH": str(HERE.parent)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    return set(done.stdout.split())


def test_importing_minigan_loads_numpy_and_neither_scipy_nor_matplotlib():
    loaded = loaded_by("import minigan")
    assert {"minigan", "numpy"} <= loaded
    assert not {"scipy", "scipy.stats", "matplotlib", "torch"} & loaded


def test_training_loads_neither_scipy_nor_matplotlib():
    loaded = loaded_by(
        "import minigan as mg\n"
        "G, D = mg.Sequential([mg.Linear(1, 2)]), mg.Sequential([mg.Maxout(2, 1)])\n"
        "game = mg.Algorithm1(G, D, data=mg.ring(), noise=mg.Normal(),"
        " G_optimizer=mg.Adam(G), D_optimizer=mg.SGD(D, .1))\n"
        "record = next(game.play(1))"
    )
    assert "minigan.passes.cpu" in loaded
    assert "numba" in loaded or not {"scipy", "matplotlib"} & loaded  # numba brings them


def test_the_version_is_three_numbers():
    assert re.fullmatch(r"\d+\.\d+\.\d+", minigan.__version__)


def test_all_is_complete():
    found = {
        name
        for name, thing in vars(minigan).items()
        if not name.startswith("_") and not isinstance(thing, ModuleType)
    }
    assert found <= set(minigan.__all__)
    for name in minigan.__all__:
        assert hasattr(minigan, name)


def test_all_is_sorted_acronyms_then_classes_then_functions_without_repeats():
    def isort(name):
        return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)

    assert minigan.__all__ == sorted(set(minigan.__all__), key=isort)


def test_minigan_layers_offers_every_layer():
    layers = importlib.import_module("minigan.layers")
    defined = {
        cls.__name__
        for module in pkgutil.iter_modules(layers.__path__)
        for cls in vars(importlib.import_module(f"minigan.layers.{module.name}")).values()
        if inspect.isclass(cls) and issubclass(cls, minigan.Layer) and not inspect.isabstract(cls)
    }
    assert defined | {"Layer"} == set(layers.__all__)
    assert set(layers.__all__) <= set(minigan.__all__)
