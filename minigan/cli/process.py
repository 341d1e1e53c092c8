"""The surroundings of a command: signals, the output's encoding, Matplotlib's backend.

SIGTERM (``kill``, Slurm, a shutdown) and SIGHUP (a closed terminal) end a command as Ctrl-C does:
a run is saved, a figure drawn.
"""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from minigan.base.starting import leave
from minigan.game.interrupts import ENDINGS


@contextmanager
def settled() -> Iterator[list[int]]:
    """Let no surroundings end a command in a traceback; the list will have the signal that came.

    Text that standard output cannot encode is escaped. A backend that a notebook has chosen for
    Matplotlib, and that may not be installed here, is not looked for.
    """
    if hasattr(sys.stdout, "reconfigure"):  # not in a notebook, nor where output is closed
        sys.stdout.reconfigure(errors="backslashreplace")
    backend = os.environ.get("MPLBACKEND")
    os.environ["MPLBACKEND"] = "agg"
    received: list[int] = []

    def end(number, frame):
        for each in usual:
            signal.signal(each, signal.SIG_IGN)  # some send it twice; the first is being obeyed
        received.append(number)
        raise KeyboardInterrupt

    usual = {number: signal.signal(number, end) for number in _deadly()}
    try:
        yield received
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)
        if backend is None:
            del os.environ["MPLBACKEND"]
        else:
            os.environ["MPLBACKEND"] = backend


def _deadly() -> list[int]:
    """Signals that would end the process at once: not those ignored, as SIGHUP is under nohup."""
    if threading.current_thread() is not threading.main_thread():
        return []  # where no handler can be set
    if signal.getsignal(signal.SIGINT) is leave:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return [number for number in ENDINGS if signal.getsignal(number) is signal.SIG_DFL]
