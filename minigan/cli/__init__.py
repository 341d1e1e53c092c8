"""The command line: ``minigan figure1``, ``minigan check``. Parses and prints, computes nothing.

A command is a module with ``HELP``, one line; ``add_arguments(parser)``; and
``run(options)``, which gives the exit code. To add one, write it and name it in
`COMMANDS`. The figures share the module `minigan.cli.figure`.

Exit codes: 0 all is well; 1 a check failed or a cost became NaN; 2 the input does
not fit; 130 interrupted, with what was learned so far written (143 by SIGTERM, 129 by SIGHUP);
141 (128 + SIGPIPE) what read the output has gone.
"""

import argparse
import errno
import importlib
import os
import sys
from typing import NoReturn

from threadpoolctl import threadpool_limits

from minigan.base.errors import InputError, NonFiniteError
from minigan.base.validation import did_you_mean
from minigan.base.version import __version__
from minigan.cli import figure
from minigan.cli.output import printable, remark, show_help
from minigan.cli.process import settled

SIGPIPE = 13  # also where there is no such signal
COMMANDS = {
    "check": "minigan.cli.check",
    "theory": "minigan.cli.theory",
    "train": "minigan.cli.train",
    "sample": "minigan.cli.sample",
    "plot": "minigan.cli.plot",
    "play": "minigan.cli.play",
    "data": "minigan.cli.data",
    "parzen": "minigan.cli.parzen",
    "list": "minigan.cli.list",
}


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line, which names what may have been meant."""

    def __init__(self, **options):
        super().__init__(**options, allow_abbrev=False)
        self.register("type", int, _whole_number)

    def parse_known_args(self, args=None, namespace=None):  # of a command, too
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            near = did_you_mean(unknown[0].partition("=")[0], self._option_string_actions)
            self.error(f"unrecognized arguments: {' '.join(unknown)}{near}")
        return found, unknown

    def _check_value(self, action, value):
        try:
            super()._check_value(action, value)
        except argparse.ArgumentError as error:
            error.message += did_you_mean(value, action.choices)
            raise

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {printable(message)}\n")


def _whole_number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a whole number, got {text!r}") from None


def main(arguments: list[str] | None = None) -> int:
    """Run a command, by the ``arguments`` of the process by default; the exit code."""
    with settled() as signals:
        code = _main(arguments)
    return 128 + signals[0] if signals and code else code


def _main(arguments: list[str] | None) -> int:
    try:
        options = _parser().parse_args(arguments)
        for name, value in vars(options).items():
            if value == "":
                raise InputError(f"{name.replace('_', '-')}: expected a name, got an empty one")
        with threadpool_limits(1):  # small products gain nothing from threads, and seeds repeat
            code = options.command(options)
        print(end="", flush=True)
        return code
    except InputError as error:
        return remark(error, 2)
    except NonFiniteError as error:
        return remark(error, 1)
    except KeyboardInterrupt:
        return remark("interrupted", 130)
    except MemoryError as error:
        return remark(f"not enough memory: {error or 'no more is given'}", 2)
    except OSError as error:  # files have errors of their own: this is what is printed to
        is_closed = error.errno in (errno.EPIPE, errno.EIO)  # what read the output has gone
        if not is_closed and error.errno != errno.ENOSPC:
            raise
        # What is left of the output goes nowhere, so that Python does not fail again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return (
            128 + SIGPIPE
            if is_closed
            else remark(f"the output cannot be written: {error.strerror}", 2)
        )


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="minigan", description="The GAN that you can read.")
    parser.add_argument("--version", action="version", version=f"minigan {__version__}")
    parser.set_defaults(command=show_help(parser))
    commands = parser.add_subparsers(metavar="command")
    for name, (_, line) in figure.FIGURES.items():
        command = commands.add_parser(name, help=line, description=line)
        figure.add_arguments(command, name)
        command.set_defaults(command=figure.run)
    for name, place in COMMANDS.items():
        module = importlib.import_module(place)
        command = commands.add_parser(name, help=module.HELP, description=module.HELP)
        module.add_arguments(command)
        command.set_defaults(command=module.run)
    return parser
