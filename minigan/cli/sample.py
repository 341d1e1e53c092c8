"""``minigan sample RUN``: samples of a run's generator, without the run's data."""

import argparse
from pathlib import Path

from minigan.base.errors import InputError
from minigan.base.strict_json import json_text
from minigan.cli.output import written

HELP = "draw samples from a run of minigan train"
SUFFIXES = (".npy", ".png")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The run, how many samples, and where they go."""
    parser.add_argument("directory", metavar="RUN", help="its directory; its data are not needed")
    parser.add_argument("-n", type=int, default=1000, help="samples (1000)")
    parser.add_argument(
        "--seed", type=int, default=0, help="of the noise (0: those that it scores)"
    )
    line = "for the samples, an image a row; .png: a sheet of them (RUN/samples.npy)"
    parser.add_argument("--out", metavar="FILE", help=line)
    parser.add_argument("--json", action="store_true", help="print what they are as JSON")


def run(options: argparse.Namespace) -> int:
    """Draw the samples, and write them whole or not at all."""
    import numpy as np  # each command imports what it needs

    from minigan.base.files import write_whole
    from minigan.base.validation import whole_number
    from minigan.figures.base import write_picture
    from minigan.images.drawings import image_sheet
    from minigan.images.sampling import trained_generator

    path = Path(options.out or Path(options.directory) / "samples.npy")
    if path.suffix not in SUFFIXES:
        raise InputError(f"{path}: expected a name that ends in {' or '.join(SUFFIXES)}")
    whole_number("-n", options.n)
    trained = trained_generator(options.directory)
    samples = trained.sample(options.n, options.seed)
    if path.suffix == ".png":
        write_picture(path, image_sheet(trained.recipe.picture(samples), trained.shape))
    else:
        write_whole(path, lambda file: np.save(file, samples, allow_pickle=False))
    if options.json:
        facts = {"samples": len(samples), "shape": trained.shape, "epoch": trained.epoch}
        print(json_text({**facts, "seed": options.seed, "files": [str(path)]}))
    else:
        shape = " x ".join(map(str, trained.shape))
        print(f"{len(samples)} samples of {shape} (channels, rows, columns), epoch {trained.epoch}")
        print(written([path]))
    return 0
