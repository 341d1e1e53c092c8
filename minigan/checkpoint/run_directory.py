"""The checkpoints of one run, in one directory: the last, the best, and one every so often.

The last is there to go on from; the best, by a number measured on validation data, is the
one to show, because a GAN does not simply get better. A run that was killed in the middle of
a save has lost nothing but the steps since the save before.
"""

import math
import numbers
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from minigan.base.errors import CheckpointError, InputError
from minigan.base.files import locked, writable_directory
from minigan.base.validation import whole_number
from minigan.checkpoint.checkpoints import (
    Checkpoint,
    expect_same_run,
    other_blas,
    read,
    save,
)

LAST, BEST = "last.npz", "best.npz"
NAME = r"(last|best|step-\d{8,})\.npz"


class RunDirectory:
    """Checkpoints of a run in its directory; a context manager, or closed by hand.

    Parameters
    ----------
    directory : str or os.PathLike
        For this run alone; made if need be.
    configuration : dict, optional
        All that makes the run what it is; see `minigan.checkpoint.save`. By default that of the
        checkpoint to go on from, which there must be then.
    every : int, optional
        A checkpoint at each multiple of so many steps is kept for good. None by default.
    resume_from : str, optional
        Name of a checkpoint in the directory to go on from: ``"last.npz"``, as a rule. By
        default a new run begins, and the directory must hold no checkpoints.

    Attributes
    ----------
    resumed : dict or None
        What was saved in the checkpoint to go on from, with its ``step`` and ``validation``.
    configuration : dict
    best : float
        Largest validation number so far; -inf before the first.
    remark : str or None
        A line, if the run goes on under another BLAS, and so not bit for bit.

    Raises
    ------
    CheckpointError
        If the checkpoint to go on from is missing, damaged or of another run. The message
        names those in the directory that are undamaged.
    InputError
        If a new run would overwrite an old one, another process has the directory, or it
        cannot be written to.

    Examples
    --------
    >>> import tempfile, numpy as np
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     with RunDirectory(directory, configuration={"batch": 100}) as run:
    ...         run.save({"x": np.arange(3)}, step=1, validation=0.5)
    ...     with RunDirectory(
    ...         directory, configuration={"batch": 100}, resume_from="last.npz"
    ...     ) as run:
    ...         print(run.resumed["step"], run.resumed["x"], run.best)
    1 [0 1 2] 0.5
    """

    def __init__(
        self,
        directory: str | os.PathLike,
        *,
        configuration: dict[str, Any] | None = None,
        every: int | None = None,
        resume_from: str | None = None,
    ):
        self._every = None if every is None else whole_number("every", every)
        if configuration is None and resume_from is None:
            raise InputError("configuration: expected one for a new run, got none")
        self.configuration: dict[str, Any] = configuration or {}
        self.remark: str | None = None
        if resume_from is not None and not Path(directory).is_dir():
            raise CheckpointError(f"{directory}: expected a directory to resume from, got none")
        self._directory = writable_directory(directory)
        self._lock = locked(self._directory)
        try:
            self._remove_halves()
            self.resumed, self.best = None, -math.inf
            if resume_from is None:
                if names := sorted(path.name for path in self._checkpoints()):
                    raise InputError(
                        f"{directory}: expected no checkpoints where a new run begins, got "
                        f"{', '.join(names)}: resume from one, or take another directory"
                    )
            else:
                self.resumed = self._resume(resume_from, configuration)
                self.best = self._best_so_far()
        except BaseException:
            self.close()
            raise

    def save(self, state: dict[str, Any], *, step: int, validation: float | None = None) -> None:
        """Save a state after so many ``step`` as the last, and as the best or for good if due.

        ``state`` is as for `minigan.checkpoint.save`, without the keys ``step`` and
        ``validation``. The larger ``validation``, the better the networks; NaN is never the best.
        InputError if something cannot be saved; the checkpoints that were there are untouched.
        """
        step = whole_number("step", step, 0)
        if validation is not None:
            if isinstance(validation, bool) or not isinstance(validation, numbers.Real):
                raise InputError(f"validation: expected a number, got {validation!r}")
            validation = float(validation)
        for key in ("step", "validation"):
            if key in state:
                raise InputError(f"state: expected no {key!r} in it, which is given apart")
        state = {**state, "step": step, "validation": validation}
        # The last goes last: killed before, the run repeats these steps, and saves the others
        # again as they are.
        if validation is not None and validation > self.best:
            self._write(BEST, state)
            self.best = validation
        if self._every is not None and step > 0 and step % self._every == 0:
            self._write(f"step-{step:08d}.npz", state)
        self._write(LAST, state)

    def close(self) -> None:
        """Give the directory back to other processes."""
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception) -> None:
        self.close()

    def _write(self, name: str, state: dict[str, Any]) -> None:
        if self._lock.closed:
            raise InputError(f"{self._directory}: expected to save before it is closed")
        save(self._directory / name, state, configuration=self.configuration)

    def _read(self, name: str) -> Checkpoint:
        """Read a checkpoint there, if `save` wrote it."""
        path = self._directory / name
        found = read(path)
        step, validation = found.state.get("step"), found.state.get("validation", "none")
        if type(step) is not int or not (validation is None or type(validation) is float):
            raise CheckpointError(
                f"{path}: expected a step and a validation number, got {step!r} and {validation!r}"
            )
        return found

    def _resume(self, name: str, configuration: dict[str, Any] | None) -> dict[str, Any]:
        try:
            found = self._read(name)
        except CheckpointError as error:
            undamaged = []
            for path in self._checkpoints():
                with suppress(CheckpointError):
                    undamaged.append((self._read(path.name).state["step"], path.name))
            newest_first = sorted(undamaged, reverse=True)
            others = ", ".join(f"{name} (step {step})" for step, name in newest_first) or "none"
            raise CheckpointError(f"{error}; undamaged checkpoints there: {others}") from error
        path = self._directory / name
        expect_same_run(path, found, configuration)
        self.configuration, self.remark = found.configuration, other_blas(path, found)
        return found.state

    def _best_so_far(self) -> float:
        path = self._directory / BEST
        if not path.exists():
            return -math.inf
        try:
            found = self._read(BEST)
            expect_same_run(path, found, self.configuration)
        except CheckpointError as error:
            raise CheckpointError(f"{error}; move it away to go on without it") from error
        return -math.inf if found.state["validation"] is None else found.state["validation"]

    def _checkpoints(self) -> list[Path]:
        return [path for path in self._directory.iterdir() if re.fullmatch(NAME, path.name)]

    def _remove_halves(self) -> None:
        """Remove what a killed process left of files that were not whole yet."""
        for path in self._directory.iterdir():
            if re.fullmatch(rf"\.{NAME}\.\d+", path.name):  # see `minigan.base.files.write_whole`
                path.unlink(missing_ok=True)
