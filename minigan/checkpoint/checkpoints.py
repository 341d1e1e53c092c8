"""A checkpoint: the state of a run, its configuration, and the versions that made it.

A state makes sense only in the run that it was taken from. Going on with another
configuration, or another minigan or NumPy, would be another run under the old name, and is
refused, with all differences named. Another BLAS, or another of its kernels, as on another
processor, rounds sums differently: that is the same run, but not bit for bit, and is said.
"""

import functools
import json
import os
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from threadpoolctl import threadpool_info

from minigan.base.errors import CheckpointError, InputError
from minigan.base.files import write_whole
from minigan.base.version import __version__
from minigan.checkpoint.sealed import read_sealed, seal

FORMAT = 2  # of the file; raised when one minigan could misread another's: 1 was that of 0.1.0
NAMED = 5  # differences named in an error, at most


class Checkpoint(NamedTuple):
    """Contents of a file: a ``state``, the ``configuration`` of its run, and its ``versions``."""

    state: dict[str, Any]
    configuration: dict[str, Any]
    versions: dict[str, str]  # of "minigan" and "numpy", and "blas" with its kernel


def save(path: str | os.PathLike, state: dict[str, Any], *, configuration: dict[str, Any]) -> None:
    """Write a checkpoint, whole or not at all.

    The file is built in memory first, which takes as much again as ``state``.

    Parameters
    ----------
    path : str or os.PathLike
        By custom ``NAME.npz``; a file that is there already is replaced at the end.
    state : dict
        Nested dict of arrays of numbers, numbers, strings, True, False, None and lists; keys
        are letters, digits, ``_``, ``-`` and ``.``.
    configuration : dict
        All that makes the run what it is: nested dicts, with the same keys, and lists of
        numbers and strings.

    Raises
    ------
    InputError
        If something in ``state`` or ``configuration`` cannot be saved, or the file cannot be
        written (a full disk, for one). What was at ``path`` before is untouched.
    """
    for name, given in (("state", state), ("configuration", configuration)):
        if not isinstance(given, dict):
            raise InputError(f"{name}: expected a dict, got {type(given).__name__}")
    tree = {"format": FORMAT, "versions": _present_versions()}
    sealed = seal(tree | {"configuration": _as_json(configuration), "state": state})
    write_whole(Path(path), lambda file: file.write(sealed))


def load(path: str | os.PathLike, *, configuration: dict[str, Any] | None = None) -> dict[str, Any]:
    """The state in the checkpoint at ``path``, to go on with: bit for bit as it was saved.

    ``configuration`` is that of the run that goes on; by default it is not compared.

    Raises
    ------
    CheckpointError
        If the file cannot be read, is damaged, is no checkpoint, or was made by another
        version of minigan or NumPy, or for another configuration.
    """
    found = read(path)
    expect_same_run(path, found, configuration)
    return found.state


def read(path: str | os.PathLike) -> Checkpoint:
    """The checkpoint at ``path``, of any run and version, to look at or to take a network from.

    Raises
    ------
    CheckpointError
        If the file cannot be read, is damaged, or is no checkpoint of this format.
    """
    tree = read_sealed(Path(path))
    if tree.get("format") != FORMAT:
        raise CheckpointError(
            f"{path}: expected a checkpoint of format {FORMAT}, as minigan {__version__} "
            f"writes it, got {tree.get('format')!r}"
        )
    parts: dict[str, Any] = {name: tree.get(name) for name in Checkpoint._fields}
    for name, part in parts.items():
        if not isinstance(part, dict):
            raise CheckpointError(f"{path}: expected a {name}, got {part!r}")
    return Checkpoint(**parts)


def expect_same_run(
    path: str | os.PathLike, found: Checkpoint, configuration: dict[str, Any] | None
) -> None:
    """Raise CheckpointError unless versions, and configuration if given, are the present run's."""
    present = _present_versions()
    if any(found.versions.get(name) != present[name] for name in ("minigan", "numpy")):
        ours, theirs = (
            f"minigan {of.get('minigan')} with NumPy {of.get('numpy')}"
            for of in (present, found.versions)
        )
        raise CheckpointError(
            f"{path}: expected a checkpoint of {ours}, got one of {theirs}, which could not go on "
            "bit for bit; minigan.checkpoint.read takes it all the same"
        )
    if configuration is None:
        return
    differences = _differences(_as_json(configuration), found.configuration)
    if differences:
        rest = len(differences) - NAMED
        raise CheckpointError(
            f"{path}: another configuration: expected {', '.join(differences[:NAMED])}"
            f"{f', and {rest} more' if rest > 0 else ''}"
        )


def other_blas(path: str | os.PathLike, found: Checkpoint) -> str | None:
    """A line that says so, if a checkpoint was saved under another BLAS or another kernel of it."""
    saved, present = found.versions.get("blas"), blas()
    if saved == present:
        return None
    return (
        f"{path}: saved under {saved or 'a BLAS that it does not name'}, goes on under {present}: "
        "bits will differ from those of a run that was never stopped"
    )


@functools.cache
def blas() -> str:
    """Name, version and kernel of NumPy's BLAS, such as "openblas 0.3.31 Haswell"."""
    found = [library for library in threadpool_info() if library["user_api"] == "blas"]
    own = [it for it in found if it["filepath"].startswith(np.__path__[0])]  # SciPy has another
    if not found:
        return "a BLAS that threadpoolctl does not know"
    names = ("internal_api", "version", "architecture")
    return " ".join(str((own or found)[0].get(name)) for name in names)


def _present_versions() -> dict[str, str]:
    return {"minigan": __version__, "numpy": np.__version__, "blas": blas()}


def _as_json(configuration: dict[str, Any]) -> dict[str, Any]:
    """The configuration as it comes back out of a file: with lists for tuples."""
    try:
        return json.loads(json.dumps(configuration))
    except (TypeError, ValueError) as error:
        raise InputError(
            f"configuration: expected dicts and lists of numbers and strings ({error})"
        ) from error


def _differences(expected: Any, got: Any, where: str = "") -> list[str]:
    """One line "key = expected, got other" for each key of which the two disagree."""
    if isinstance(expected, dict) and isinstance(got, dict):
        lines = (
            _differences(expected.get(key, _NOTHING), got.get(key, _NOTHING), f"{where}.{key}")
            for key in expected | got
        )
        return [line for some in lines for line in some]
    same = expected == got or repr(expected) == repr(got)  # a NaN is not equal to itself
    return [] if same else [f"{where[1:]} = {expected!r}, got {got!r}"]


class _Nothing:
    """Stands where one side has no such key."""

    def __repr__(self) -> str:
        return "nothing"


_NOTHING = _Nothing()
