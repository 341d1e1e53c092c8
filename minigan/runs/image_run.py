"""A run on images: play epochs, look now and then, and leave everything in a directory.

    log.jsonl           a line for each epoch: costs, D's accuracy, validation log-likelihood
    samples/            a sheet of samples at each look, always from the same noise
    last.npz, best.npz  checkpoints: to go on from, and the best on validation data

A run that was killed goes on from its last checkpoint as if nothing had happened, bit for bit.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from minigan.backend import to_host
from minigan.checkpoint import load
from minigan.evaluation.parzen import GRID
from minigan.evaluation.window import log_density
from minigan.files import writable_directory, write_whole
from minigan.optimizers import ParameterAverage
from minigan.randomness import generator
from minigan.recipes.base import steps_per_epoch
from minigan.runs.log import Log
from minigan.runs.settings import Settings, Splits, configuration
from minigan.runs.start import adopt_layers
from minigan.training.keeper import BEST, LAST, Keeper
from minigan.training.state import game_state, restore_game
from minigan.validation import whole_number

if TYPE_CHECKING:
    from minigan.backend import Device
    from minigan.layers.sequential import Sequential
    from minigan.states import Stateful

EXAMPLES = 1000  # of the validation data, as in the original code
SAMPLES = 10_000  # centres of the Parzen window
LOOK = 10  # steps between two records that enter an epoch's means
SHEET = 100  # images
SAVE = 20.0  # seconds between two checkpoints, if nothing else asks for one

Progress = Callable[[Iterable, int], Iterable]


class ImageRun:
    """A game on images, with its directory; a context manager.

    Parameters
    ----------
    settings : Settings
    splits : Splits
        The data, from `read_splits`.
    directory : str or os.PathLike
        For this run alone; made if need be.
    resume : bool
        Go on from the last checkpoint there, instead of beginning.
    keep_every : int, optional
        Epochs between two checkpoints that are kept for good; none by default.
    device : {"cpu", "cuda"} or Device

    Attributes
    ----------
    game : Algorithm1
    epoch : int
        Epochs completed.
    seconds : float
        Time that training has taken, all sessions together; looks not counted.

    Raises
    ------
    InputError
        If the directory holds another run, or cannot be written to.
    CheckpointError
        If there is nothing to resume, or the checkpoint is of another run, or damaged.
    """

    def __init__(
        self,
        settings: Settings,
        splits: Splits,
        directory,
        *,
        resume: bool = False,
        keep_every: int | None = None,
        device: str | Device = "cpu",
    ):
        self.settings, self.recipe, self.splits = settings, settings.chosen, splits
        self.game = self.recipe.game(
            splits.rows, seed=settings.seed, simultaneous=settings.simultaneous, device=device
        )
        self.steps_an_epoch = steps_per_epoch(splits.rows.X, self.recipe.batch)
        decay = self.recipe.average
        self.average = None if decay is None else ParameterAverage(self.game.G, decay)
        self._extras: dict[str, Stateful] = (
            {} if self.average is None else {"average": self.average}
        )
        self.seconds, self._sums, self._counted = 0.0, np.zeros(4), 0
        self._saved = time.monotonic()
        every = None if keep_every is None else keep_every * self.steps_an_epoch
        self._configuration = configuration(settings, splits.rows)
        self._keeper = Keeper(
            directory,
            configuration=self._configuration,
            every=every,
            resume_from=LAST if resume else None,
        )
        try:
            if self._keeper.resumed is not None:
                self._restore(self._keeper.resumed)
            elif self.recipe.starts_from is not None:
                adopt_layers(self.game.G, settings, splits.rows)
            self.directory = Path(directory)
            self._sheets = writable_directory(self.directory / "samples")
            self._log = Log(self.directory, self.game.steps_done)
        except BaseException:
            self._keeper.close()
            raise

    @property
    def epoch(self) -> int:
        """Epochs completed."""
        return self.game.steps_done // self.steps_an_epoch

    @property
    def G(self) -> Sequential:
        """The generator that samples are drawn from: the average, if the recipe has one."""
        return self.game.G if self.average is None else self.average.network

    def play(
        self, epochs: int, progress: Progress = lambda iterable, total: iterable
    ) -> Iterator[dict[str, Any]]:
        """Play until so many epochs are done, those of earlier sessions included.

        Parameters
        ----------
        epochs : int
            >= 1. If they are done already, nothing is played.
        progress : callable
            ``progress(iterable, total)`` hands the steps on, and may show how far it is.

        Returns
        -------
        iterator of dict
            The table's line of each epoch: ``epoch, step, seconds, J_D, J_G, real_accuracy,
            fake_accuracy`` (means over every tenth step), and at a look
            ``valid_log_likelihood`` and ``sigma``.

        Raises
        ------
        NonFiniteError
            If a cost becomes NaN or infinite; the last checkpoint is that of the last epoch.
        KeyboardInterrupt
            On Ctrl-C, after a whole step, and after a checkpoint has been written.
        """
        total = whole_number("epochs", epochs) * self.steps_an_epoch - self.game.steps_done
        if total <= 0:
            return
        start = time.perf_counter()
        try:
            for record in progress(self.game.play(total), total):
                if self.average is not None:
                    self.average.update()
                if record.step % LOOK == 0:
                    self._sums += record[1:5]
                    self._counted += 1
                if record.step % self.steps_an_epoch == 0:
                    self.seconds += time.perf_counter() - start
                    yield self._end_epoch(is_last=record.step == epochs * self.steps_an_epoch)
                    start = time.perf_counter()
        except KeyboardInterrupt:
            self.seconds += time.perf_counter() - start
            self._save()
            raise

    def sample(self, m: int, seed: int = 0) -> np.ndarray:
        """Draw from the generator; the same noise for the same seed, run after run.

        Parameters
        ----------
        m : int
            Samples, >= 1.
        seed : int
            Of the noise alone.

        Returns
        -------
        array, shape (m, pixels)
            On the CPU.
        """
        return self.generate(self.noise(whole_number("m", m), seed))

    def noise(self, m: int, seed: int = 0) -> np.ndarray:
        """Noise for samples, drawn on the CPU by a stream that training does not use.

        Parameters
        ----------
        m, seed : int
            As in `sample`.

        Returns
        -------
        array, shape (m, z's width)
        """
        entropy = [self.settings.seed, whole_number("seed", seed, 0)]
        return self.recipe.noise.sample(m, generator(np.random.SeedSequence(entropy)))

    def generate(self, z: np.ndarray) -> np.ndarray:
        """G(z) for noise on the CPU, a thousand at a time.

        Parameters
        ----------
        z : array, shape (m, z's width)

        Returns
        -------
        array, shape (m, pixels)
        """
        pieces = np.split(z, range(1000, len(z), 1000))
        return np.concatenate([to_host(self.G(self.G.device.to_device(part))) for part in pieces])

    def go_back_to_best(self) -> None:
        """Be again what the run was when it was best on the validation data.

        Raises
        ------
        CheckpointError
            If the checkpoint is damaged.
        """
        path = self.directory / BEST
        if path.exists():
            self._restore(load(path, configuration=self._configuration))

    def close(self) -> None:
        """Give the directory back to other processes."""
        self._keeper.close()

    def __enter__(self) -> ImageRun:
        return self

    def __exit__(self, *exception) -> None:
        self.close()

    def _end_epoch(self, is_last: bool) -> dict[str, Any]:
        J_D, J_G, real, fake = self._sums / max(self._counted, 1)
        self._sums, self._counted = np.zeros(4), 0
        line = {
            "epoch": self.epoch,
            "step": self.game.steps_done,
            "seconds": self.seconds,
            "J_D": float(J_D),
            "J_G": float(J_G),
            "real_accuracy": float(real),
            "fake_accuracy": float(fake),
        }
        if is_last or self.epoch % self.recipe.evaluate_every == 0:
            line |= self._look()
        # The table first: after a crash in between, its line is dropped and written again.
        self._log.append(line)
        if "sigma" in line or time.monotonic() - self._saved > SAVE:
            self._save(line.get("valid_log_likelihood"))
        return line

    def _save(self, validation: float | None = None) -> None:
        self._keeper.save(self._state(), step=self.game.steps_done, validation=validation)
        self._saved = time.monotonic()

    def _look(self) -> dict[str, float]:
        """Validation log-likelihood at the best bandwidth, and a sheet of samples."""
        from minigan.plots.sheet import image_sheet  # matplotlib: only to draw

        samples = self.sample(SAMPLES)
        grid = np.asarray(GRID)
        of_valid = log_density(self.splits.valid[:EXAMPLES], samples, grid).mean(axis=1)
        best = int(of_valid.argmax())
        pictures = self.recipe.picture(samples[:SHEET])
        sheet = image_sheet(pictures, self.splits.rows.shape)
        name = self._sheets / f"epoch-{self.epoch:04d}.png"
        write_whole(name, lambda file: sheet.savefig(file, format="png"))
        return {"valid_log_likelihood": float(of_valid[best]), "sigma": float(grid[best])}

    def _state(self) -> dict[str, Any]:
        return {
            "game": game_state(self.game, self._extras),
            "seconds": self.seconds,
            "sums": self._sums,
            "counted": self._counted,
        }

    def _restore(self, state: dict[str, Any]) -> None:
        restore_game(self.game, state["game"], self._extras)
        self.seconds, self._counted = state["seconds"], state["counted"]
        self._sums = np.array(state["sums"])
