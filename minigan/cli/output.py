"""Output of the commands: remarks on standard error, and progress bars."""

import argparse
import sys
import webbrowser
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

PICTURES = (".png", ".svg", ".pdf", ".gif", ".html")


def show_help(parser: argparse.ArgumentParser) -> Callable[[argparse.Namespace], int]:
    """Run of a command that was given alone, without what it is to do: print its help."""

    def run(options: argparse.Namespace) -> int:
        parser.print_help()
        return 0

    return run


def add_picture_options(parser: argparse.ArgumentParser) -> None:
    """Add how pictures are written, and whether they are shown."""
    line = "of pictures (png)"
    parser.add_argument("--format", choices=("png", "svg", "pdf"), default="png", help=line)
    line = "dots an inch, of a PNG, 20 to 1200 (the picture's own, 100 or 160)"
    parser.add_argument("--dpi", type=_dpi, metavar="N", help=line)
    line = "show the pictures, with the program that opens such files"
    parser.add_argument("--open", action="store_true", help=line)


def _dpi(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 20 <= int(text) <= 1200):
        raise argparse.ArgumentTypeError(f"expected a whole number from 20 to 1200, got {text!r}")
    return int(text)


def show_pictures(options: argparse.Namespace, files: Iterable[object]) -> None:
    """Open the pictures among the files, if ``--open`` asks for it."""
    paths = [Path(str(file)) for file in files] if options.open else []
    for path in paths:
        if path.suffix in PICTURES and not webbrowser.open(path.absolute().as_uri()):
            remark(f"{path}: no program was found that shows it")


def printable(text: object) -> str:
    """The text in one line that cannot change a terminal: control characters are escaped.

    A file may be called anything, and errors name files.
    """
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(text))


def remark(text: object, code: int = 0) -> int:
    """Say a line on standard error, if there is somebody to hear it; the exit code."""
    with suppress(OSError):  # the terminal was closed
        if sys.stderr is not None:
            print(f"minigan: {printable(text)}", file=sys.stderr)
    return code


def counted(n: int, thing: str) -> str:
    """The number and what it counts, as ``1 image`` or ``2 images``."""
    return f"{n} {thing}" if n == 1 else f"{n} {thing}s"


def written(files: Iterable[object]) -> str:
    """The last line of a command: the files that it has written."""
    return f"written: {', '.join(map(printable, files))}"


def progress(iterable: Iterable, total: int | None, unit: str = "step") -> Iterable:
    """The iterable, with a progress bar on standard error if that is a terminal."""
    from tqdm import tqdm  # not needed where nothing runs

    disable = True if sys.stderr is None else None  # closed; None asks whether it is a terminal
    return tqdm(iterable, total=total, unit=unit, leave=False, disable=disable)
