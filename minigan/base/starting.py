"""Ctrl-C while the command ``minigan`` still imports its parts: a line, not a traceback."""

import os
import signal
import sys


def leave(number, frame):
    """End the process, which has done nothing so far, with the code of an interrupted command."""
    os.write(2, b"minigan: interrupted\n")
    os._exit(128 + number)


def is_command() -> bool:
    """Whether this process is ``minigan`` or ``python -m minigan``, not one that imports it."""
    after = " ".join(sys.orig_argv).partition(" -m ")[2]
    if sys.argv[:1] == ["-m"]:  # so it is until Python has found the module
        return after.partition(" ")[0] == "minigan"
    return os.path.basename(sys.argv[0] if sys.argv else "") in ("minigan", "minigan.exe")


if is_command() and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, leave)  # until `minigan.cli.main` begins
