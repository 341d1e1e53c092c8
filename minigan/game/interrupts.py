"""Ctrl-C between two steps, never inside one.

An interrupt in the middle of an update would leave a network half moved.
Inside ``with interrupts_wait():`` it is noted, and raised at the end. A second one is not
held, since a step may last long.
"""

import signal
import threading


class interrupts_wait:
    """Context in which a first interrupt (SIGINT) is held back until the end of the block.

    In a thread other than the main one, where interrupts never arrive, it does nothing. It may
    be entered many times.
    """

    def __init__(self) -> None:
        # A handler that was not set from Python (None) could not be put back.
        self._main = (
            threading.current_thread() is threading.main_thread()
            and signal.getsignal(signal.SIGINT) is not None
        )

    def __enter__(self):
        self._held = False
        if self._main:
            self._usual = signal.signal(signal.SIGINT, self._hold)
        return self

    def __exit__(self, *exception):
        if self._main:
            signal.signal(signal.SIGINT, self._usual)
            if self._held:
                signal.raise_signal(signal.SIGINT)

    def _hold(self, *signal_and_frame):
        if self._held:
            self._held = False
            signal.signal(signal.SIGINT, self._usual)
            signal.raise_signal(signal.SIGINT)
        else:
            self._held = True
