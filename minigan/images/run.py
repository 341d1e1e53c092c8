"""A run on images: epochs that are played, looked at now and then, and kept in a directory.

    log.jsonl           a line for each epoch: costs, D's accuracy, validation log-likelihood
    samples/            a sheet of samples at each look, always from the same noise
    last.npz, best.npz  checkpoints: to go on from, and the best on validation data

A run that was stopped or killed goes on from its last checkpoint as if nothing had happened,
bit for bit, and its table goes on as well.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Self

import numpy as np

from minigan.averages import ParameterAverage
from minigan.base.backend import Device
from minigan.base.errors import CheckpointError, InputError
from minigan.base.files import writable_directory
from minigan.base.validation import whole_number
from minigan.checkpoint import load, read
from minigan.checkpoint.run_directory import BEST, LAST, RunDirectory
from minigan.evaluation.parzen import GRID
from minigan.evaluation.window import log_density
from minigan.figures.style import write_picture
from minigan.game.interrupts import interrupts_wait
from minigan.images.all_recipes import RECIPES
from minigan.images.drawings import image_sheet
from minigan.images.log import Log, Means, read_log
from minigan.images.recipe import Recipe, steps_per_epoch
from minigan.images.sampling import generate, noise
from minigan.images.settings import Settings, Splits, configuration, places
from minigan.networks import Sequential

EXAMPLES, SAMPLES = 1000, 10_000  # of a look: validation images, as in the original code; centres
NUMBERS = 1 << 25  # pixels of all of them: 10,000 of CIFAR-10's, and 128 MiB
SHEET = 100  # images; at each look of the same noise
SAVE = 20.0  # seconds between two checkpoints, if nothing else asks for one,
SHARE = 20  # and so many times as long as the last one took: large nets make large files

Progress = Callable[[Iterable, int], Iterable]


def most_samples(m: int, pixels: int) -> int:
    """So many samples, or fewer where they have so many pixels that memory would be short."""
    return max(1, min(m, NUMBERS // pixels))


class ImageRun:
    """A game on images, with its directory; a context manager, which saves on Ctrl-C.

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
    look_every : int, optional
        Epochs between two looks at the validation data; the recipe's by default.
    device : {"cpu", "cuda"} or Device
    threads : int, optional
        That share a step in this session, to be written down; by default those of the settings.

    Attributes
    ----------
    game : Algorithm1
    directory : pathlib.Path
    seconds : float
        Time that training has taken, all sessions together; looks not counted.
    remarks : list of str
        What is to be known of a run that goes on: a table that had to be mended, another BLAS.

    Raises
    ------
    InputError
        If the directory holds another run or cannot be written to, or a number is out of range.
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
        look_every: int | None = None,
        device: str | Device = "cpu",
        threads: int | None = None,
    ):
        self.settings, self.recipe, self.splits = settings, settings.chosen, splits
        self.directory, self.seconds = Path(directory), 0.0
        self._epochs: int | None = None  # to play, if somebody has said so
        self.remarks: list[str] = []
        self._steps = steps_per_epoch(splits.rows.X, self.recipe.batch)  # of an epoch
        self._keep_every = None if keep_every is None else whole_number("keep", keep_every)
        looks = self.recipe.evaluate_every if look_every is None else look_every
        self._look_every = whole_number("look", looks)
        self._threads = settings.threads if threads is None else whole_number("threads", threads)
        self._means, self._is_best, self._next_save = Means(), False, 0.0
        self._in_step = False  # where a second Ctrl-C may have left the networks half moved
        self._configuration = configuration(settings, splits.rows)
        self._make_game(device, resume)  # before anything is written: it may be refused
        self._checkpoints = RunDirectory(
            directory,
            configuration=self._configuration,
            every=None if self._keep_every is None else self._keep_every * self._steps,
            resume_from=LAST if resume else None,
        )
        try:
            self._begin()
        except BaseException:
            self._checkpoints.close()
            raise

    def _make_game(self, device: str | Device, resume: bool) -> None:
        settings, decay = self.settings, self.recipe.average
        self.game = self.recipe.game(
            self.splits.rows, seed=settings.seed, simultaneous=settings.simultaneous, device=device
        )
        if self.recipe.starts_from is not None and not resume:
            self._adopt_layers(RECIPES[self.recipe.starts_from])
        self._parts: dict[str, Any] = {"game": self.game, "means": self._means}
        self.average = None
        if decay is not None:
            self.average = self._parts["average"] = ParameterAverage(self.game.G, decay)

    def _adopt_layers(self, source: Recipe) -> None:
        """Copy the trained layers of the run in ``settings.start`` into those of the same names.

        It must be a run of that recipe, and on the same training images: others of its images
        may be among those held out here.
        """
        if self.settings.start is None:
            raise InputError(f"start: expected the directory of a run of {source.name}, got none")
        path = Path(self.settings.start) / LAST
        found = read(path)
        twin = Sequential(source.generator(self.splits.rows))
        try:
            params = np.asarray(found.state["game"]["networks"]["G"]["params"])
        except (KeyError, TypeError):
            params = np.empty(0)
        name = found.configuration.get("recipe")
        if name != source.name or params.shape != twin.params.shape:
            raise CheckpointError(
                f"{path}: expected a run of {source.name} with {twin.params.size} parameters in G, "
                f"got one of {name} with {params.size}"
            )
        if found.configuration.get("data") != self._configuration["data"]:
            raise CheckpointError(f"{path}: expected a run on the same training images, got others")
        twin.params = params
        trained = {layer.name: layer for layer in twin.layers if layer.params}
        for layer in self.game.G.layers:
            if layer.name in trained:
                weights = trained[layer.name].flat_params
                layer.flat_params[...] = self.game.G.device.to_device(weights)

    def _begin(self) -> None:
        """Go on from a checkpoint, or save the first; the table is there afterwards."""
        writable_directory(self.directory / "samples")
        if self._checkpoints.resumed is not None:
            saved = self._checkpoints.resumed
            self._restore(saved)
            self._epochs = saved["choices"]["epochs"]
            self._log = Log(self.directory, saved["log"])
            lost = self._lost_best()
            self.remarks += filter(None, (self._log.remark, self._checkpoints.remark, lost))
        else:
            self._log = Log(self.directory)
            self.save()

    def _lost_best(self) -> str | None:
        """A line that says so, if there was a best checkpoint, and is none any more."""
        path = self.directory / BEST
        looks = (line.get("valid_log_likelihood") for line in read_log(self.directory))
        if path.exists() or all(look is None for look in looks):
            return None
        return f"{path}: is not there any more; the best is the best of the looks from here on"

    @property
    def epoch(self) -> int:
        """Epochs completed."""
        return self.game.steps_done // self._steps

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
            At least as many as have been begun. If they are done already, nothing is played.
        progress : callable
            ``progress(iterable, total)`` hands the steps on, and may show how far it is.

        Returns
        -------
        iterator of dict
            The table's line of each epoch: ``epoch, step, seconds, J_D, J_G, real_accuracy,
            fake_accuracy`` (means over its steps), and at a look, which is also made after the
            last, ``valid_log_likelihood`` and ``sigma``.

        Raises
        ------
        InputError
            If there are fewer epochs than have been begun, or a file cannot be written.
        NonFiniteError
            If a cost becomes NaN or infinite; the checkpoints are from before.
        KeyboardInterrupt
            On Ctrl-C, after a whole step.
        """
        self._epochs = whole_number("epochs", epochs)
        last = self._epochs * self._steps
        begun = -(-self.game.steps_done // self._steps)
        if last < self.game.steps_done:
            raise InputError(f"epochs: expected {begun} or more, so many are begun, got {epochs}")
        if self._is_best:
            raise InputError("expected a run as it was last, got one that went back to its best")
        return self._play(last, progress)

    def _play(self, last: int, progress: Progress) -> Iterator[dict[str, Any]]:
        if self._epoch_is_over:  # the last session was stopped during the look at its end
            yield self._end_epoch(last)
        steps = range(self.game.steps_done, last)
        for _ in progress(steps, len(steps)):
            with interrupts_wait():
                start, self._in_step = time.perf_counter(), True
                self._means.add(self.game.step())
                if self.average is not None:
                    self.average.update()
                self.seconds += time.perf_counter() - start
                self._in_step = False
            if self._epoch_is_over:
                yield self._end_epoch(last)
            elif time.monotonic() > self._next_save:
                self.save()

    @property
    def _epoch_is_over(self) -> bool:
        """True when all steps of an epoch are done, but its line is not yet in the table."""
        return self._means.count == self._steps

    def _end_epoch(self, last: int) -> dict[str, Any]:
        epoch, step = self.epoch, self.game.steps_done
        line: dict[str, Any] = {"epoch": epoch, "step": step, "seconds": self.seconds}
        line |= self._means.values()
        if step == last or epoch % self._look_every == 0:
            line |= self.look()
        # The table first: after a crash in between, its line is dropped and written again.
        with interrupts_wait():
            self._log.append(line)
            self._means.clear()
        is_kept = self._keep_every is not None and epoch % self._keep_every == 0
        if "sigma" in line or is_kept or time.monotonic() > self._next_save:
            self.save(line.get("valid_log_likelihood"))
        return line

    def look(self) -> dict[str, float]:
        """Draw the sheet ``samples/epoch-EPOCH.png``, and score 10,000 samples, fewer if large.

        ``valid_log_likelihood`` is the mean over validation images in nats under their Parzen
        window, at the bandwidth ``sigma`` of the grid for which it is largest.
        """
        rows = self.splits.rows
        samples = self.sample(most_samples(SAMPLES, rows.pixels))
        of_valid = log_density(self.splits.valid[:EXAMPLES], samples, GRID).mean(axis=1)
        best = int(of_valid.argmax())
        sheet = image_sheet(self.recipe.picture(samples[:SHEET]), rows.shape)
        write_picture(self.directory / "samples" / f"epoch-{self.epoch:04d}.png", sheet)
        return {"valid_log_likelihood": float(of_valid[best]), "sigma": GRID[best]}

    def sample(self, m: int, seed: int = 0) -> np.ndarray:
        """Draw m samples, shape (m, pixels), on the CPU; ``seed`` is of the noise alone."""
        return self.generate(self.noise(m, seed))

    def noise(self, m: int, seed: int = 0) -> np.ndarray:
        """Noise of `sample`, (m, z's width), the same in every run: training has other streams."""
        return noise(self.recipe, self.settings.seed, m, seed)

    def generate(self, z: np.ndarray) -> np.ndarray:
        """G(z), shape (m, pixels), for noise (m, z's width), both on the CPU."""
        return generate(self.G, z, self.splits.rows.pixels)

    def save(self, validation: float | None = None) -> None:
        """Write a checkpoint to go on from; the best one as well, if ``validation`` is the largest.

        InputError if it cannot be written; what was there is untouched.
        """
        start = time.monotonic()
        state: dict[str, Any] = {name: part.state() for name, part in self._parts.items()}
        state |= {"seconds": self.seconds, "log": self._log.state(), "choices": self._choices()}
        self._checkpoints.save(state, step=self.game.steps_done, validation=validation)
        now = time.monotonic()
        self._next_save = now + max(SAVE, SHARE * (now - start))

    def _choices(self) -> dict[str, Any]:
        """Options of the command that need not be the same when the run goes on."""
        asked = {"epochs": self._epochs, "look": self._look_every, "keep": self._keep_every}
        asked |= {"device": self.game.G.device.name, "threads": self._threads}
        return asked | places(self.settings)

    def go_back_to_best(self) -> None:
        """Restore the run as it was when it was best on the validation data, and end it there."""
        path = self.directory / BEST
        if path.exists():
            self._is_best = True
            self._restore(load(path, configuration=self._configuration))

    def close(self) -> None:
        """Give the directory back to other processes."""
        self._checkpoints.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind, *exception) -> None:
        try:
            if kind is KeyboardInterrupt and not self._is_best and not self._in_step:
                self.save()
        finally:
            self.close()

    def _restore(self, state: dict[str, Any]) -> None:
        for name, part in self._parts.items():
            part.restore(state.get(name, {}))
        for name in ("seconds", "log", "choices"):
            if name not in state:
                raise CheckpointError(f"{self.directory / LAST}: expected {name} in it, got none")
        self.seconds = state["seconds"]
