"""``minigan train``: play a recipe on images, in a directory that can be resumed."""

import argparse
import os
import shlex
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

from minigan.base.errors import InputError
from minigan.base.strict_json import json_text
from minigan.base.validation import whole_number
from minigan.cli.data import OWN, add_own_images
from minigan.cli.output import add_picture_options, progress, remark, show_pictures, written

HELP = "train a GAN on images: digits, mnist, faces, CIFAR-10 or one's own"

HERE = "--out"  # of --resume without a directory: it is the one of --out
FREE = ("recipe", "epochs", "look", "keep", "device", "data", "data_dir")  # when a run goes on
CONVOLVE = ("cifar10-convolutional", "dcgan")  # recipes whose bits depend on threads
BUSIEST = 4  # threads for each core
SMALL = ("digits", "mnist-quick", "dcgan")  # recipes whose products gain little from a second core


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of a run."""
    parser.add_argument("recipe", nargs="?", help="without one, all are listed")
    line = "in all, not more: those done before --resume count (the recipe's number)"
    parser.add_argument("--epochs", type=int, help=line)
    parser.add_argument("--seed", type=int, help="of everything random (0)")
    parser.add_argument("--out", metavar="DIR", help="of the run (the recipe's name)")
    line = "go on with the run in a directory (DIR), which knows all other options"
    parser.add_argument("--resume", nargs="?", metavar="RUN", const=HERE, help=line)
    parser.add_argument(
        "--data", metavar="NAME|PATH", help=f"one that minigan data list has, or {OWN}"
    )
    add_own_images(parser.add_argument)
    parser.add_argument("--data-dir", metavar="DIR", help="where the data set's files are")
    parser.add_argument("--fold", type=int, help="of a data set that has folds (0)")
    parser.add_argument("--width", type=float, help="of hidden layers; 1 is full size (1)")
    line = "of the recipe tfd alone: a finished run of tfd-pretrain, whose G it begins with"
    parser.add_argument("--start", metavar="RUN", help=line)
    moves = parser.add_mutually_exclusive_group()
    order: dict[str, Any] = {"dest": "simultaneous", "action": "store_const"}
    moves.add_argument("--alternate", **order, const=False, help="Algorithm 1: D moves, then G")
    line = "both players move at once, as in the paper's code"
    moves.add_argument("--simultaneous", **order, const=True, help=line)
    line = "score and draw samples every N epochs (the recipe's number)"
    parser.add_argument("--look", type=int, metavar="N", help=line)
    line = "keep a checkpoint for good every N epochs, besides the last and the best (none)"
    parser.add_argument("--keep", type=int, metavar="N", help=line)
    parser.add_argument("--device", choices=["cpu", "cuda"], help="where (cpu)")
    line = "that share a step of large nets (one a core; 1 for small nets)"
    parser.add_argument("--threads", type=int, help=line)
    parser.add_argument("--json", action="store_true", help="print JSON, a line for each epoch")
    add_picture_options(parser)


def run(options: argparse.Namespace) -> int:
    """Train, and score and draw what came out of it."""
    from joblib import cpu_count
    from threadpoolctl import threadpool_limits

    from minigan.images import RECIPES

    if options.recipe is None and options.resume is None:
        width = max(map(len, RECIPES))
        for name, recipe in RECIPES.items():
            print(f"{name:{width}}  {recipe.about}")
        return 0
    directory = _directory(options)
    _expect_threads(options.threads)
    if options.resume is not None:
        _complete(options, directory)
    if options.threads is None:  # small nets lose by a second one, where the cores are busy
        options.threads = 1 if options.recipe in SMALL else cpu_count()  # those it may use
    with threadpool_limits(whole_number("--threads", options.threads)):
        return _train(options, directory)


def _expect_threads(threads: int | None) -> None:
    """Raise InputError of more threads than can be meant; a run's own number is not asked for."""
    cores = os.cpu_count() or 1
    if threads is not None and threads > BUSIEST * cores:
        raise InputError(
            f"--threads: expected {BUSIEST * cores} at most, as there are {cores} cores, "
            f"got {threads}"
        )


def _directory(options: argparse.Namespace) -> Path:
    named = None if options.resume == HERE else options.resume
    if named is not None and options.out is not None:
        raise InputError(f"--out: expected none beside --resume {named}, got {options.out!r}")
    found = named or options.out or options.recipe
    if found is None:
        raise InputError("--resume: expected the directory of a run, got none")
    if named and os.path.isfile(named):
        cure = f"its directory is {os.path.dirname(named) or '.'}"
        raise InputError(f"--resume: expected the directory of a run, got the file {named}: {cure}")
    return Path(found)


def _complete(options: argparse.Namespace, directory: Path) -> None:
    """Fill in the options that are not given with those of the run."""
    from minigan.data import KNOWN
    from minigan.images.settings import choices_of

    choices = choices_of(directory)
    if options.recipe not in (None, choices["recipe"]):  # its data may not even be here
        raise InputError(
            f"{directory}: expected a run of {options.recipe}, got one of {choices['recipe']}"
        )
    options.images, options.began_with = choices.pop("images"), choices.pop("began_with")
    free = FREE if choices["recipe"] in CONVOLVE else (*FREE, "threads")
    for name, saved in choices.items():
        given, choice = getattr(options, name), tuple(saved) if isinstance(saved, list) else saved
        if given is None:
            setattr(options, name, choice)
        elif name not in free and given != choice:
            raise InputError(
                f"--{name}: expected {choice}, as the run in {directory} has it, got {given}: "
                "leave the option out, or begin a run in another directory"
            )
    if options.data not in (None, *KNOWN) and not os.path.exists(options.data):
        raise InputError(
            f"{options.data}: the images of the run in {directory} are not there: if they were "
            "moved, --data NEWPATH goes on"
        )


def _train(options: argparse.Namespace, directory: Path) -> int:
    from minigan.checkpoint.run_directory import LAST
    from minigan.data import KNOWN
    from minigan.images import ImageRun, Settings, read_splits
    from minigan.images.remarks import expect_small_nets
    from minigan.images.settings import expect_images_of_run

    names = [field.name for field in fields(Settings)]
    given = {name: getattr(options, name) for name in names}
    if options.resume is not None:
        given["threads"] = options.began_with
    settings = Settings(**{name: value for name, value in given.items() if value is not None})
    epochs = settings.chosen.epochs if options.epochs is None else options.epochs
    whole_number("--epochs", epochs)
    try:
        splits = read_splits(settings, options.data_dir)
        if options.resume is not None:
            expect_images_of_run(directory, options.images, settings, splits.rows)
        if options.width is None and settings.source not in KNOWN:
            expect_small_nets(settings.chosen, splits.rows)
        with ImageRun(
            settings,
            splits,
            directory,
            resume=options.resume is not None,
            keep_every=options.keep,
            look_every=options.look,
            device=options.device or "cpu",
            threads=options.threads,
        ) as run:
            for mended in run.remarks:
                remark(mended)
            lines = run.play(epochs, progress)
            _announce(run, options)
            for line in lines:
                if options.json:
                    print(json_text(line), flush=True)
                else:
                    _show(line)
            run.go_back_to_best()
            return _finish(run, options)
    except KeyboardInterrupt:
        begun = (directory / LAST).exists()
        how = f"; minigan train --resume {shlex.quote(str(directory))} goes on from here"
        return remark(f"interrupted{how if begun else ''}", 130)


def _announce(run, options: argparse.Namespace) -> None:
    """Say what the data are, and remark on what looks wrong with them."""
    from minigan.images.remarks import described, remarks_on_run

    if not options.json:
        print(f"data: {described(run)}", flush=True)
    for line in remarks_on_run(run):
        remark(line)


def _finish(run, options: argparse.Namespace) -> int:
    """Table 1's number, and the pictures."""
    from minigan.figures.style import PictureFiles
    from minigan.images.pictures import save_pictures
    from minigan.images.score import score

    found = score(run, options.data_dir, progress)
    if found["sigma"] in (found["grid"][0], found["grid"][-1]):
        remark(f"sigma {found['sigma']:g} is at the edge of the grid: a better one may lie beyond")
    pictures = PictureFiles(options.format, options.dpi)
    files = [str(file) for file in save_pictures(run, pictures)]
    show_pictures(options, files)
    if options.json:
        print(json_text({**found, "files": files}))
        return 0
    print(
        f"\nthe best by validation, epoch {found['epoch']}: Parzen window, "
        f"{found['samples']} samples, sigma {found['sigma']:.4f}"
    )
    print(f"test log-likelihood {_score(found)} nats (standard error)")
    if "folds" in found:
        print(f"mean over folds {_score(found['folds'])} nats (standard error over folds)")
    print("\nwhat that is worth:")
    for row in found["references"]:
        print(f"  {row['name']:34}{_score(row)}")
    print(f"\n{written(files)}")
    return 0


def _score(row: dict) -> str:
    return f"{row['test_log_likelihood']:.2f} +- {row['standard_error']:.2f}"


def _show(line: dict) -> None:
    """Print a line for each epoch if a person looks on, else for the first three and each look."""
    text = (
        f"epoch {line['epoch']:4}  {line['seconds']:7.0f} s  J_D {line['J_D']:.3f}  "
        f"J_G {line['J_G']:.3f}  D right: {line['real_accuracy']:.2f} real, "
        f"{line['fake_accuracy']:.2f} fake"
    )
    if "sigma" in line:
        text += f"  valid {line['valid_log_likelihood']:.1f} nats at sigma {line['sigma']:.4f}"
    if "sigma" in line or line["epoch"] <= 3 or (sys.stderr and sys.stderr.isatty()):
        print(text, flush=True)
