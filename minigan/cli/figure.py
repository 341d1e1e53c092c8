"""``minigan figure1`` and the other figures: play one, draw it, print its numbers.

Each is a class derived from `minigan.figures.base.Figure`, in the module of the command's name.
With ``--seeds``, `minigan.cli.seeds` plays it many times.
"""

import argparse
import importlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from minigan.base.errors import InputError
from minigan.base.files import LOCK, writable_directory, write_whole
from minigan.base.strict_json import json_text
from minigan.base.validation import whole_number
from minigan.cli.output import add_picture_options, progress, remark, show_pictures, written
from minigan.cli.seeds import run_seeds, seed_list, unless_ended
from minigan.costs import GENERATOR_COSTS
from minigan.figures.base import Figure
from minigan.figures.style import PictureFiles

SECTIONS = {  # of the papers: their figures by name, which is that of the module too, with
    # the class and a line of help
    "Generative Adversarial Nets (2014)": {
        "figure1": ("Figure1", "train a GAN on the line, draw Figure 1 of the 2014 paper"),
        "inner-loop": ("InnerLoop", "train D against a fixed G: how near D comes to D*"),
        "function-space": ("FunctionSpace", "Proposition 2: p_g itself descends, and Algorithm 1"),
        "helvetica": ("Helvetica", "many turns of G without D: too many z go to the same x"),
        "table1": ("Table1", "Table 1's rivals, trained small, in minutes: Parzen scores"),
        "monitor": ("Monitored", "how far a real game is from the theory, step by step"),
    },
    "Generative Adversarial Nets (2014), section 7: extensions": {
        "conditional": ("Conditional", "p(x|c) by a game that sees c, and two right answers"),
        "missing-parts": ("MissingParts", "all p(x_S | rest) with one set of parameters"),
        "better-z": ("BetterZ", "z chosen for a G that stands still, against the exact floor"),
        "z-in-training": ("ZInTraining", "z chosen for every minibatch while G learns (minutes)"),
        "few-labels": ("FewLabels", "K + 1 classes: D learns from images without labels"),
    },
    "2014, section 7, and the tutorial, section 5.5: finding z": {
        "inference": ("Inference", "E finds z while G makes x: ALI and BiGAN, right and wrong"),
        "posterior": ("Posterior", "a net for z given x, where the posterior has two peaks"),
        "infogan": ("InfoGan", "a code that can be read off x, between two bounds of I(c; x)"),
    },
    "NIPS 2016 tutorial, section 2: how generative models work": {
        "taxonomy": (
            "Taxonomy",
            "Figure 9 with a model at every leaf: KL, patterns, cost of a sample",
        ),
    },
    "NIPS 2016 tutorial, section 3: how GANs work": {
        "noise": ("Noise", "noise of a learned size behind G: p_g has a density in the plane"),
        "hidden-noise": (
            "HiddenNoise",
            "noise in the middle of G: its size at the start (minutes)",
        ),
        "lapgan": ("LapGan", "digits coarse first, then their detail: LAPGAN's pyramid of games"),
        "arithmetic": ("Arithmetic", "sums of z, judged by a template; sums of pixels beside them"),
        "costs": ("Costs", "the three generator costs, and where they saturate"),
        "which-kl": ("WhichKL", "one Gaussian fitted to two, under either KL and under JSD"),
        "f-gan": ("FGan", "one Gaussian fitted to two by the game of each f-divergence"),
        "update-rules": ("UpdateRules", "NCE, maximum likelihood and the GAN as one game's rules"),
    },
    "NIPS 2016 tutorial, section 4: tips and tricks": {
        "smoothing": ("Smoothing", "smoothed labels: the slope that two-sided smoothing takes"),
        "batches": ("Batches", "batch norm: a sample depends on its minibatch; two cures"),
    },
    "NIPS 2016 tutorial, section 5: research frontiers": {
        "circling": ("Circling", "V = x y: games that circle, and what helps"),
        "discrete": (
            "Discrete",
            "strings of symbols: REINFORCE, concrete, straight-through, points",
        ),
        "imitation": ("Imitation", "a GAN of visits imitates an expert; cloning beside it"),
        "mode-collapse": ("ModeCollapse", "minimax against maximin: who moves last"),
        "unrolled": ("Unrolled", "V = x y with D's steps looked ahead, and the ring's message"),
        "ring": ("Ring", "mode collapse: every remedy on one ring, from the same seeds"),
    },
    "NIPS 2016 tutorial, section 6: plug and play generative networks": {
        "ppgn": ("Ppgn", "a chain of three terms and a decoder with a GAN, each switched off"),
    },
}
FIGURES = {name: entry for figures in SECTIONS.values() for name, entry in figures.items()}
FRAMES = 56  # of a film, which is then under 500 kB
SWEPT = (  # those with --seeds
    *("figure1", "function-space", "f-gan", "update-rules", "smoothing", "discrete"),
    *("mode-collapse", "conditional", "missing-parts", "batches", "unrolled"),
    *("inference", "posterior", "infogan", "few-labels", "arithmetic"),
    "ppgn",
    "lapgan",
)
OVER_SEEDS = {"ring": "0:8", "taxonomy": None}  # those whose own numbers go over seeds; their seeds


def figure_class(name: str) -> type[Figure]:
    """The class of a figure; imported only now, with the theory that it stands on."""
    module = importlib.import_module(f"minigan.figures.{name.replace('-', '_')}")
    return getattr(module, FIGURES[name][0])


def add_arguments(parser: argparse.ArgumentParser, name: str) -> None:
    """Add options of every figure, of those that are swept over seeds, and of Figure 1."""
    parser.add_argument("--out", default=name, metavar="DIR", help=f"for files ({name})")
    parser.add_argument("--json", action="store_true", help="print numbers as a JSON object")
    add_picture_options(parser)
    given = {"settings": (), "seed": 0, "seeds": None, "jobs": None, "animate": False, "gif": False}
    parser.set_defaults(figure=name, **given)
    one_or_many: Any = parser
    if OVER_SEEDS.get(name) is None:
        one_or_many = parser.add_mutually_exclusive_group()
        # The default is text: argparse takes a number that is the default for one not given.
        line = "of everything random (0)"
        one_or_many.add_argument("--seed", type=int, default="0", help=line)
    if name in SWEPT or name in OVER_SEEDS:
        own = OVER_SEEDS.get(name)
        line = f"seeds, as 0:20 or 1,5,7 ({own})" if own else "many runs, a table: 0:20 or 1,5,7"
        one_or_many.add_argument("--seeds", type=seed_list, default=own, metavar="A:B", help=line)
        line = "runs at once, with --seeds (one for each core)"
        parser.add_argument("--jobs", type=int, metavar="N", help=line)
    if name == "few-labels":
        line = "wider networks, one label of each class (minutes)"
        parser.add_argument("--wide", action="store_true", help=line)
        parser.set_defaults(settings=("wide",))
    if name == "taxonomy":
        parser.add_argument("--only", metavar="NAMES", help="some of the models, as rbm,gan")
        toys, line = (
            ["bars", "ring"],
            "what they learn: bars and stripes, or Gaussians in the plane",
        )
        parser.add_argument("--data", choices=toys, default="bars", help=line)
        parser.add_argument("--full", action="store_true", help="q of all states, in the report")
        parser.set_defaults(settings=("only", "data", "full"))
    if name == "table1":
        sets, line = ["digits", "mnist"], "images (digits, 8 x 8, which come with minigan)"
        parser.add_argument("--data", choices=sets, default="digits", help=line)
        line = "of the whole command, about (5)"
        parser.add_argument("--minutes", type=float, default=5.0, metavar="M", help=line)
        parser.set_defaults(settings=("data", "minutes"))
    if name != "figure1":
        return
    parser.add_argument("--steps", type=int, default=6000, help="of Algorithm 1 (6000)")
    parser.add_argument("--k", type=int, default=1, help="updates of D a step (1)")
    costs, line = list(GENERATOR_COSTS), "what the generator minimises (non-saturating)"
    parser.add_argument("--cost", choices=costs, default="non-saturating", help=line)
    line = "also write a film of the training, a page for any browser"
    parser.add_argument("--animate", action="store_true", help=line)
    parser.add_argument("--gif", action="store_true", help="also write a film of it as a GIF")
    devices, line = ["cpu", "cuda"], "where it is played (cpu)"
    parser.add_argument("--device", choices=devices, default="cpu", help=line)
    parser.set_defaults(settings=("steps", "k", "cost", "gif", "device"))


def run(options: argparse.Namespace) -> int:
    """Play the figure with one seed, or with many."""
    settings = {name: getattr(options, name) for name in options.settings}
    films = [f"--{name}" for name in ("animate", "gif") if getattr(options, name)]
    if options.seeds is None:
        if options.jobs is not None:
            raise InputError(f"--jobs: expected --seeds beside it, got --jobs {options.jobs} alone")
        if options.animate:
            _film_knobs(options)  # before the work, not after it
        if films:
            settings["frames"] = FRAMES
        with _directory(options.out) as directory:
            return _run_one(options, settings | {"seed": options.seed}, directory)
    if films:
        raise InputError(f"{films[0]}: expected --seed, for one film, got --seeds")
    settings.pop("gif", None)
    if options.jobs is not None:
        whole_number("--jobs", options.jobs)
    with _directory(options.out) as directory:
        if options.figure in OVER_SEEDS:
            own = {"seeds": options.seeds, "jobs": options.jobs, "directory": directory}
            return unless_ended(lambda: _run_one(options, settings | own, directory))
        figure = figure_class(options.figure)
        return unless_ended(lambda: run_seeds(options, figure, settings, directory))


def _run_one(options: argparse.Namespace, settings: dict, directory: Path) -> int:
    """Play it once, save its pictures, print its numbers."""
    played = figure_class(options.figure)(**settings).play(progress)
    pictures = PictureFiles(options.format, options.dpi)
    files = [str(file) for file in played.save(directory, pictures)]
    if options.animate and (moments := vars(played)["film"]):
        files.append(_write_film(options, moments, directory / "training.html"))
    if options.json:
        print(json_text(played.report() | {"files": files}))
    else:
        print(played.text(), written(files), sep="\n\n")
    show_pictures(options, files)
    if played.interrupted:
        return remark("interrupted; this is what was learned so far", 130)
    return 0


def _film_knobs(options: argparse.Namespace) -> Any:
    """The knobs of the live page with which its game is Figure 1's; InputError if it has none."""
    from minigan.figures.figure1 import RATE_G
    from minigan.play.knobs import Knobs  # of the floor above figures: only for a film

    try:
        if options.device != "cpu":
            raise InputError(f"device: expected cpu, got {options.device}")
        own = {name: getattr(options, name) for name in ("seed", "steps", "k", "cost")}
        return Knobs(**own, rate_G=RATE_G)
    except InputError as error:
        raise InputError(f"--animate: {error}; --gif makes a film of such a run") from error


def _write_film(options: argparse.Namespace, moments: list, file: Path) -> str:
    """Write the moments of the run as a page that plays them; the file's name."""
    from minigan.play.recording import film_of

    shown = partial(progress, unit="picture")
    page = film_of(moments, _film_knobs(options), shown)
    write_whole(file, lambda opened: opened.write(page.encode()))
    return str(file)


@contextmanager
def _directory(path: str) -> Iterator[Path]:
    """Make a directory that can be written to; remove it again if nothing came of it."""
    is_new = not Path(path).exists()
    directory = writable_directory(path)  # before the work, not after it
    try:
        yield directory
    except BaseException:
        if is_new and {path.name for path in directory.iterdir()} <= {LOCK}:
            with suppress(OSError):
                (directory / LOCK).unlink(missing_ok=True)
                directory.rmdir()
        raise
