#!/usr/bin/env python
"""How long each figure's command takes, and a small picture of what it draws.

    python benchmarks/figures.py [NAME ...]

Each command runs as a user calls it, in a process of its own, one game at a time and with one
thread for linear algebra. Counted are processor seconds, its own and its processes': what one
waits on a core that has nothing else to do. Written are ``minigan/cli/times.json``, which
`minigan list` and the documentation read, and ``docs/gallery/NAME.png``.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from measure import machine
from PIL import Image

from minigan.cli.figure import FIGURES, OVER_SEEDS

ROOT = Path(__file__).resolve().parents[1]
TIMES, GALLERY = ROOT / "minigan" / "cli" / "times.json", ROOT / "docs" / "gallery"
WIDTH, COLOURS = 480, 48
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def main():
    """Measure the figures that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="of figures; all by default")
    names = parser.parse_args().names or list(FIGURES)
    for name in names:
        with tempfile.TemporaryDirectory() as directory:
            seconds = play(name, directory)
            shrink(Path(directory) / f"{name.replace('-', '_')}.png", GALLERY / f"{name}.png")
        print(f"{name:16}{seconds:8.1f} s", flush=True)
        write(name, seconds)


def play(name, directory):
    """Processor seconds of a command."""
    command = [sys.executable, "-m", "minigan", name, "--out", directory]
    command += ["--jobs", "1"] if OVER_SEEDS.get(name) else []
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(command, env=os.environ | ONE_THREAD, check=True, **quiet)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def shrink(picture, to):
    """A copy of a picture, small and in few colours."""
    to.parent.mkdir(exist_ok=True)
    with Image.open(picture) as opened:
        size = (WIDTH, round(opened.height * WIDTH / opened.width))
        small = opened.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    small.quantize(COLOURS).save(to, optimize=True)


def write(name, seconds):
    """Put one measurement among the others."""
    known = json.loads(TIMES.read_text(encoding="utf-8"))["seconds"] if TIMES.exists() else {}
    known[name] = round(seconds, 1)
    kept = {each: known[each] for each in FIGURES if each in known}
    core = f"one core of {machine()['processor'].rsplit(', ', 2)[0]}"
    said = {"machine": core, "date": str(date.today()), "seconds": kept}
    TIMES.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
