"""``minigan sample RUN``: samples of a run's generator, without the run's data."""

import argparse
import math
from pathlib import Path

from minigan.base.errors import InputError
from minigan.base.strict_json import json_text
from minigan.cli.output import counted, written

HELP = "draw samples from a run of minigan train"
SUFFIXES = (".npy", ".png", ".svg", ".pdf")
SAMPLES, SHEET = 1000, 100  # of them in either, unless so many are asked for


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The run, how many samples, and where they go."""
    parser.add_argument("directory", metavar="RUN", help="its directory; its data are not needed")
    parser.add_argument("-n", type=int, help="samples (1000; on a sheet, 100)")
    parser.add_argument(
        "--seed",
        type=int,
        default=0,
        help="another seed gives other samples (0: those that train scores)",
    )
    line = "for the samples, an image a row; .png, .svg or .pdf: a sheet of them (RUN/samples.npy)"
    parser.add_argument("--out", metavar="FILE", help=line)
    parser.add_argument("--json", action="store_true", help="print what they are as JSON")


def run(options: argparse.Namespace) -> int:
    """Draw the samples, and write them whole or not at all."""
    import numpy as np  # each command imports what it needs

    from minigan.base.files import write_whole
    from minigan.base.validation import whole_number
    from minigan.checkpoint.run_directory import BEST, LAST
    from minigan.figures.style import write_picture
    from minigan.images.drawings import image_sheet
    from minigan.images.sampling import trained_generator

    path = Path(options.out or Path(options.directory) / "samples.npy")
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(f"{path}: expected a name that ends in {', '.join(SUFFIXES)}")
    default = SAMPLES if suffix == ".npy" else SHEET
    n = whole_number("-n", default if options.n is None else options.n)
    if not any((Path(options.directory) / name).exists() for name in (BEST, LAST)):
        raise InputError(f"there is no run in {options.directory}: expected {LAST} there")
    trained = trained_generator(options.directory)
    samples = trained.sample(n, options.seed)
    if suffix == ".npy":
        write_whole(path, lambda file: np.save(file, samples, allow_pickle=False))
    else:
        _, rows, columns = trained.shape
        across = math.ceil(math.sqrt(n * rows / columns))  # the sheet is nearly a square
        write_picture(path, image_sheet(trained.recipe.picture(samples), trained.shape, across))
    if options.json:
        facts = {"samples": len(samples), "shape": trained.shape, "epoch": trained.epoch}
        print(json_text({**facts, "seed": options.seed, "files": [str(path)]}))
    else:
        shape = " x ".join(map(str, trained.shape))
        print(f"{counted(n, 'sample')} of {shape} (channels, rows, columns), epoch {trained.epoch}")
        print(written([path]))
    return 0
