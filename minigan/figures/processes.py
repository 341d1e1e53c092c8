"""The processes that a sweep starts: they leave Ctrl-C to it, and do not outlive it."""

import functools
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

LOOK = 1.0  # seconds after which a process looks again whether its sweep still runs


@contextmanager
def interrupts_ignored() -> Iterator[None]:
    """Processes started in here never see Ctrl-C: it is for the sweep, which ends them.

    Nor do they see that their terminal was closed. In a thread other than the main one, where
    signals are not to be set, it does nothing.
    """
    usual = {}
    if threading.current_thread() is threading.main_thread():
        numbers = [getattr(signal, name) for name in ("SIGINT", "SIGHUP") if hasattr(signal, name)]
        found = {number: signal.getsignal(number) for number in numbers}
        usual = {number: handler for number, handler in found.items() if handler is not None}
    for number in usual:
        signal.signal(number, signal.SIG_IGN)  # a new process inherits it
    try:
        yield
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)


@functools.cache
def end_with(sweeps: int) -> None:
    """End this process when that of the sweep has ended, if that has started it: once a process.

    Otherwise it would play its game to the end, and wait some minutes for another. A process of
    another system than POSIX would not see it.
    """
    parent = multiprocessing.parent_process()
    if parent is None or parent.pid != sweeps:
        return  # the sweep's own, or one of a cluster

    def watch() -> None:
        while os.getppid() == sweeps:
            time.sleep(LOOK)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
