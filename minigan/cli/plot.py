"""``minigan plot``: draw the table that a run has written so far, also while it goes on."""

import argparse
from pathlib import Path

from minigan.base.errors import InputError
from minigan.base.strict_json import json_text
from minigan.cli.output import add_picture_options, show_pictures, written

HELP = "draw the curves of a run that minigan train has written"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The run's directory."""
    parser.add_argument("directory", metavar="DIR", help="of the run")
    parser.add_argument("--json", action="store_true", help="print the table as JSON")
    add_picture_options(parser)


def run(options: argparse.Namespace) -> int:
    """Draw ``curves.png`` into the directory."""
    from minigan.figures.style import PictureFiles
    from minigan.images.log import NAME, read_log
    from minigan.images.pictures import save_curves

    directory = Path(options.directory)
    pictures = PictureFiles(options.format, options.dpi)
    files = [str(file) for file in save_curves(directory, pictures)]
    if not files:
        found = "none" if (directory / NAME).exists() else f"no {NAME}"
        raise InputError(f"{directory}: expected a run with one epoch or more, got {found}")
    if options.json:
        print(json_text({"epochs": read_log(directory), "files": files}))
    else:
        print(written(files))
    show_pictures(options, files)
    return 0
