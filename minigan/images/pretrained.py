"""Layers of a generator that another run has trained, to begin with.

The faces of the 2014 paper are trained in this way: first three layers, then two new ones under
them. Layers are recognised by their names.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from minigan.base.errors import CheckpointError, InputError
from minigan.checkpoint import read
from minigan.checkpoint.run_directory import LAST
from minigan.images.all_recipes import RECIPES
from minigan.images.recipe import Rows
from minigan.images.settings import Settings, configuration
from minigan.networks import Sequential


def adopt_layers(G: Sequential, settings: Settings, rows: Rows) -> None:
    """Copy the layers of the run in ``settings.start`` into those of G with the same names.

    InputError if no run is named. CheckpointError if that run's checkpoint is missing or damaged,
    its networks are others, or it was trained on other images, which may be held out here.
    """
    source = RECIPES[settings.chosen.starts_from or ""]
    if settings.start is None:
        raise InputError(f"start: expected the directory of a run of {source.name}, got none")
    path = Path(settings.start) / LAST
    found = read(path)
    twin = Sequential(source.generator(rows))
    name, params = found.configuration.get("recipe"), _params(found.state)
    if name != source.name or params.shape != twin.params.shape:
        raise CheckpointError(
            f"{path}: expected a run of {source.name} with {twin.params.size} parameters in G, "
            f"got one of {name} with {params.size}"
        )
    if found.configuration.get("data") != configuration(settings, rows)["data"]:
        raise CheckpointError(f"{path}: expected a run on the same training images, got others")
    twin.params = params
    trained = {layer.name: layer for layer in twin.layers if layer.params}
    for layer in G.layers:
        if layer.name in trained:
            layer.flat_params[...] = G.device.to_device(trained[layer.name].flat_params)


def _params(state: dict) -> np.ndarray:
    try:
        return np.asarray(state["game"]["G"]["params"])
    except (KeyError, TypeError):
        return np.empty(0)
