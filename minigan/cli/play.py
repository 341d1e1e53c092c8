"""``minigan play``: the game of Figure 1 as a page in the browser, or recorded as a file."""

import argparse
import os
import threading
import webbrowser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from minigan.base.errors import InputError
from minigan.base.files import write_whole
from minigan.base.validation import whole_number
from minigan.cli.output import progress, remark, written

HELP = "the game of Figure 1, live in the browser: step through it, turn its knobs"
PORT, LENGTH = 8014, 4000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--seed", type=int, default=0, help="of everything random (0)")
    parser.add_argument("--scene", metavar="NAME", help="open a scene, such as figure1-b or ring")
    line = f"of the page; the next free one if it is taken ({PORT})"
    parser.add_argument("--port", type=int, default=PORT, help=line)
    parser.add_argument("--no-browser", action="store_true", help="open no browser")
    line = "play without a page, and write a film of it, one HTML file"
    parser.add_argument("--record", metavar="FILE", help=line)
    parser.add_argument("--steps", type=int, help=f"of the film ({LENGTH})")


def run(options: argparse.Namespace) -> int:
    """Serve the page until Ctrl-C, or write the film."""
    from minigan.play.kinds import opened, staged  # with SciPy: only where it is needed
    from minigan.play.server import serve
    from minigan.play.stage import Stage

    if options.scene is None:
        session = opened("line", {"seed": options.seed})
    else:
        session = staged(options.scene, options.seed)
    if not 1 <= options.port <= 65535:
        raise InputError(f"--port: expected 1 to 65535, got {options.port}")
    if options.record is not None:
        page = _film(options, session)
        write_whole(Path(options.record), lambda file: file.write(page.encode()))
        print(written([options.record]))
        return 0
    if options.steps is not None:
        raise InputError(
            "--steps: expected --record FILE with it, got none: add it, or leave --steps out"
        )
    stage = Stage(session)
    server = serve(stage, options.port)
    port = server.server_port
    if port != options.port:
        remark(f"port {options.port} is taken; this is {port}")
    address = f"http://127.0.0.1:{port}/"
    print(f"minigan play: {address} (Ctrl-C ends it)", flush=True)
    if not options.no_browser:
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    try:
        server.serve_forever(poll_interval=0.2)
    except KeyboardInterrupt:  # how it ends
        return 0
    finally:
        stage.close()
        server.server_close()
    return 0


def _film(options: argparse.Namespace, session: Any) -> str:
    """The page of the film; InputError if the options do not fit."""
    from minigan.play.knobs import STEPS
    from minigan.play.recording import record, record_scene

    steps = LENGTH if options.steps is None else whole_number("--steps", options.steps)
    if options.scene is not None and options.steps is not None:
        raise InputError("--steps: expected none with --scene, which has its own: leave one out")
    if steps > STEPS:
        raise InputError(f"--steps: expected 1 to {STEPS}, got {options.steps}")
    _check_film(options.record)

    def counted(moments: Iterable, n: int | None) -> Iterable:
        return progress(moments, n, "picture")

    if options.scene is not None:
        return record_scene(session, counted)
    return record(session, steps, counted)


def _check_film(name: str) -> None:
    """InputError if no file of that name can be written, before a game is played for it."""
    path = Path(name)
    if path.is_dir() or name.endswith(("/", os.sep)):
        better = path / "film.html"
        raise InputError(f"--record: expected a file, got the directory {name}: try {better}")
    if not path.parent.is_dir():
        where = f"a file in a directory that exists, got {name}"
        raise InputError(f"--record: expected {where}: make {path.parent} first")
    if not os.access(path.parent, os.W_OK):
        where = f"a file in a directory that can be written to, got {name}"
        raise InputError(f"--record: expected {where}: choose another")
