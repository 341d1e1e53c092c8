"""``minigan data``: image data sets are listed, fetched and shown."""

import argparse
from collections.abc import Callable
from pathlib import Path

from minigan.base.strict_json import json_text
from minigan.cli.output import (
    add_picture_options,
    counted,
    printable,
    progress,
    remark,
    show_help,
    show_pictures,
    written,
)

HELP = "image data sets: list, fetch and show them"
OWN = "a path of your own images: .npy, .npz, .mat, .csv, idx, or a folder of pictures"
COLUMNS = 10  # images in a row of the sheet


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The actions ``list``, ``fetch`` and ``show``, and the options of each."""
    parser.set_defaults(action=show_help(parser))
    actions = parser.add_subparsers(metavar="action")

    def add(action: Callable, name: str, line: str) -> Callable:
        one = actions.add_parser(name, help=line, description=line)
        place = "where the files are ($MINIGAN_DATA, or else the cache)"
        one.add_argument("--data-dir", metavar="D", help=place)
        one.set_defaults(action=action)
        return one.add_argument

    listed = add(_list, "list", "what is known, and where it was found")
    listed("--json", action="store_true", help="print the list as JSON")
    fetched = add(_fetch, "fetch", "download a data set, and check every byte of it")
    fetched("name", metavar="NAME", help="mnist, cifar10 or olivetti")
    shown = add(_show, "show", "draw a sheet of images, and print the facts")
    shown("name", metavar="NAME|PATH", help=f"one that minigan data list has; or {OWN}")
    shown("--split", default="train", help="train, valid or test (train)")
    shown("--fold", type=int, default=0, help="of the faces, 0 to 4 (0)")
    add_own_images(shown)
    shown("--images", type=int, default=100, metavar="N", help="on the sheet (100)")
    shown("--out", default="sheets", metavar="DIR", help="for the sheet (sheets)")
    shown("--json", action="store_true", help="print the facts as a JSON object")
    add_picture_options(actions.choices["show"])


def add_own_images(add: Callable) -> None:
    """Options of one's own images, where their file leaves a choice, to a parser's add_argument."""
    add("--array", metavar="NAME", help="of a .npz or .mat file with several arrays")
    line = "of a picture that is a flat row: ROWS,COLUMNS or 3,ROWS,COLUMNS or ROWS,COLUMNS,3"
    add("--shape", type=_shape, metavar="SHAPE", help=line)


def _shape(text: str) -> tuple[int, ...]:
    try:
        return tuple(map(int, text.split(",")))
    except ValueError:
        message = f"expected whole numbers with commas between, as 3,32,32, got {text!r}"
        raise argparse.ArgumentTypeError(message) from None


def run(options: argparse.Namespace) -> int:
    """List, fetch or show data sets."""
    return options.action(options)


def _list(options: argparse.Namespace) -> int:
    from minigan.base.errors import DataError
    from minigan.data import KNOWN, find  # each command imports what it needs

    rows, width = [], max(map(len, KNOWN))
    lines = []  # one for each data set, and below it where it is, or what is missing
    for name, known in KNOWN.items():
        lines.append(f"{name:{width}}  {known.about}")
        try:
            files = [str(path) for path in find(name, options.data_dir)]
            rows.append({"name": name, "about": known.about, "found": True, "files": files})
            places = dict.fromkeys(str(Path(file).parent) for file in files)
            lines.append(f"{'':{width}}  found in {', '.join(map(printable, places))}")
        except DataError as error:
            rows.append({"name": name, "about": known.about, "found": False, "why": str(error)})
            lines.append(f"{'':{width}}  not found: {printable(error)}")
    print(json_text({"data_sets": rows}) if options.json else "\n".join(lines))
    return 0


def _fetch(options: argparse.Namespace) -> int:
    from minigan.data import fetch

    for path in fetch(options.name, options.data_dir, progress):
        print(printable(path))
    return 0


def _show(options: argparse.Namespace) -> int:
    from minigan.base.files import writable_directory
    from minigan.base.validation import whole_number
    from minigan.data import KNOWN, load
    from minigan.figures.style import PictureFiles
    from minigan.images.drawings import image_sheet
    from minigan.images.remarks import remarks_on_images

    count = whole_number("--images", options.images)
    data = load(
        options.name,
        options.data_dir,
        options.split,
        options.fold,
        array=options.array,
        shape=options.shape,
    )
    sheet = image_sheet(data.X[:count], data.shape, COLUMNS)
    name = data.name if options.name in KNOWN else Path(options.name).resolve().name
    stem = writable_directory(options.out) / f"{name}-{data.split}"
    path = PictureFiles(options.format, options.dpi).write(stem, sheet)
    for line in remarks_on_images(data.X, data.shape):
        remark(line)
    kinds = None if data.labels is None else len(set(data.labels.tolist()))
    facts = {
        "name": data.name,
        "split": data.split,
        "examples": len(data.X),
        "shape": data.shape,
        "min": float(data.X.min()),
        "max": float(data.X.max()),
        "mean": float(data.X.mean(dtype="float64")),
        "sizes": data.sizes,
        "labels": kinds,
        "files": [str(path)],
    }
    show_pictures(options, [path])
    if options.json:
        print(json_text(facts))
        return 0
    labels = "none" if kinds is None else counted(kinds, "kind")
    sizes = ", ".join(f"{n} {split}" for split, n in data.sizes.items())
    print(
        f"{printable(data.name)}, {data.split}: {counted(len(data.X), 'image')} ({sizes})\n"
        f"shape: {' x '.join(map(str, data.shape))} (channels, rows, columns)\n"
        f"labels: {labels}\n"
        f"range: {facts['min']:.4g} to {facts['max']:.4g}, mean {facts['mean']:.4f}\n\n"
        f"{written([path])}"
    )
    return 0
