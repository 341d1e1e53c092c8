"""``minigan data``: image data sets are listed, fetched and shown."""

from __future__ import annotations

import argparse
from pathlib import Path

from minigan.cli.output import json_text, progress

HELP = "image data sets: list, fetch and show them"
COLUMNS = 10  # images in a row of the sheet


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The actions ``list``, ``fetch`` and ``show``, and the options of each."""
    actions = parser.add_subparsers(required=True, metavar="action")

    line = "what is known, and where it was found"
    lister = actions.add_parser("list", help=line, description=line)
    _add_place(lister)
    lister.add_argument("--json", action="store_true", help="print the list as JSON")
    lister.set_defaults(action=_list)

    line = "download a data set, and check every byte of it"
    fetcher = actions.add_parser("fetch", help=line, description=line)
    fetcher.add_argument("name", metavar="NAME", help="mnist, cifar10 or olivetti")
    _add_place(fetcher)
    fetcher.set_defaults(action=_fetch)

    line = "draw a sheet of images, and print the facts"
    shower = actions.add_parser("show", help=line, description=line)
    shower.add_argument("name", metavar="NAME", help="see list; or a path of your own images")
    _add_place(shower)
    shower.add_argument("--split", default="train", help="train, valid or test (train)")
    shower.add_argument("--fold", type=int, default=0, help="of the faces, 0 to 4 (0)")
    shower.add_argument("--images", type=int, default=100, metavar="N", help="on the sheet (100)")
    shower.add_argument("--out", default="sheets", metavar="DIR", help="for the sheet (sheets)")
    shower.add_argument("--json", action="store_true", help="print the facts as a JSON object")
    shower.set_defaults(action=_show)


def _add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data-dir", metavar="D", help="where the files are ($MINIGAN_DATA, or else the cache)"
    )


def run(options: argparse.Namespace) -> int:
    """Do what was asked for."""
    return options.action(options)


def _list(options: argparse.Namespace) -> int:
    from minigan.base.errors import DataError
    from minigan.data import KNOWN, find  # each command imports what it needs

    rows = []
    for name, known in KNOWN.items():
        try:
            files = [str(path) for path in find(name, options.data_dir)]
            rows.append({"name": name, "about": known.about, "found": True, "files": files})
        except DataError as error:
            rows.append({"name": name, "about": known.about, "found": False, "why": str(error)})
    print(json_text({"data_sets": rows}) if options.json else _list_text(rows))
    return 0


def _list_text(rows: list[dict]) -> str:
    """A line for each data set, and below it where it is, or what is missing."""
    width = max(len(row["name"]) for row in rows)
    lines = []
    for row in rows:
        lines.append(f"{row['name']:{width}}  {row['about']}")
        if row["found"]:
            places = dict.fromkeys(str(Path(file).parent) for file in row["files"])
            lines.append(f"{'':{width}}  found in {', '.join(places)}")
        else:
            lines.append(f"{'':{width}}  not found: {row['why']}")
    return "\n".join(lines)


def _fetch(options: argparse.Namespace) -> int:
    from minigan.data import fetch

    for path in fetch(options.name, options.data_dir, progress):
        print(path)
    return 0


def _show(options: argparse.Namespace) -> int:
    from minigan.base.files import writable_directory
    from minigan.base.validation import whole_number
    from minigan.data import load
    from minigan.images.drawings import image_sheet, save_png

    count = whole_number("--images", options.images)
    data = load(options.name, options.data_dir, options.split, options.fold)
    sheet = image_sheet(data.X[:count], data.shape, COLUMNS)
    path = save_png(writable_directory(options.out) / f"{data.name}-{data.split}.png", sheet)
    facts = {
        "name": data.name,
        "split": data.split,
        "examples": len(data.X),
        "shape": data.shape,
        "min": float(data.X.min()),
        "max": float(data.X.max()),
        "mean": float(data.X.mean(dtype="float64")),
        "sizes": data.sizes,
        "files": [str(path)],
    }
    print(json_text(facts) if options.json else _facts_text(facts))
    return 0


def _facts_text(facts: dict) -> str:
    channels, rows, columns = facts["shape"]
    sizes = ", ".join(f"{n} {split}" for split, n in facts["sizes"].items())
    return (
        f"{facts['name']}, {facts['split']}: {facts['examples']} images ({sizes})\n"
        f"shape: {channels} x {rows} x {columns} (channels, rows, columns)\n"
        f"range: {facts['min']:.4g} to {facts['max']:.4g}, mean {facts['mean']:.4f}\n\n"
        f"written: {', '.join(facts['files'])}"
    )
