"""Layers to stand in a row: whether they are free, their names, the widths between them."""

from __future__ import annotations

from minigan.base.errors import InputError
from minigan.layers.base import Layer


def check_layers(name: str, layers: tuple[Layer, ...]) -> None:
    """Raise InputError unless they are layers, at least one, and none is in a network already."""
    if not layers:
        raise InputError(f"{name}: expected at least one layer, got none")
    for i, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            raise InputError(f"{name}: expected layers, got {layer!r}")
        if layer.params or any(layer is other for other in layers[:i]):
            raise InputError(f"{name}: {layer} is already part of a network")


def name_layers(layers: tuple[Layer, ...]) -> None:
    """Number the layers that were not named: linear1, relu1, linear2, ..."""
    seen: dict[str, int] = {}
    for layer in layers:
        kind = type(layer).__name__.lower()
        if layer.name in ("", kind):
            seen[kind] = seen.get(kind, 0) + 1
            layer.name = f"{kind}{seen[kind]}"


def widths(name: str, layers: tuple[Layer, ...]) -> list[int | None]:
    """Widths in front of each layer and behind the last; InputError where neighbours disagree."""
    found: list[int | None] = [None]
    before: Layer | None = None
    for i, layer in enumerate(layers):
        width = found[-1]
        if layer.n_in is not None:
            if width is None:
                found[:] = [layer.n_in] * (i + 1)
            elif layer.n_in != width:
                raise InputError(
                    f"{name}: {layer} expected n_in = {width} to follow {before}, got {layer.n_in}"
                )
            width, before = layer.n_out, layer
        found.append(width)
    return found
