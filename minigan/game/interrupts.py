"""Ctrl-C between two steps, never inside one.

An interrupt in the middle of an update would leave a network half moved.
Inside ``with interrupts_wait():`` it is noted, and raised at the end. A second one is not
held, since a step may last long.
"""

import signal
import threading

# What asks a process to end; SIGHUP (a terminal that was closed) is not known to Windows.
ENDINGS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


class interrupts_wait:
    """Context in which a first interrupt (SIGINT) is held back until the end of the block.

    So are those of `ENDINGS` that a Python function handles, as it does in ``minigan``'s commands.
    In a thread other than the main one, where signals never arrive, it does nothing. It may
    be entered many times.
    """

    def __init__(self) -> None:
        self._held: int | None = None
        handled = [n for n in ENDINGS if callable(signal.getsignal(n))]
        # A handler that was not set from Python (None) could not be put back.
        handled += [signal.SIGINT] * (signal.getsignal(signal.SIGINT) is not None)
        is_main = threading.current_thread() is threading.main_thread()
        self._numbers = handled if is_main else []

    def __enter__(self):
        self._held = None
        self._usual = {number: signal.signal(number, self._hold) for number in self._numbers}
        return self

    def __exit__(self, *exception):
        for number, handler in self._usual.items():
            signal.signal(number, handler)
        if self._held is not None:
            signal.raise_signal(self._held)

    def _hold(self, number, frame):
        if self._held is None:
            self._held = number
        elif number == signal.SIGINT:
            self._held = None
            signal.signal(number, self._usual[number])
            signal.raise_signal(number)
