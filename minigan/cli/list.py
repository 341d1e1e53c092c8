"""``minigan list``: every command with the line that says what it does."""

import argparse
import importlib

from minigan.cli.figure import FIGURES

HELP = "list the commands, a line each"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add no arguments."""


def run(options: argparse.Namespace) -> int:
    """Print the list."""
    from minigan.cli import COMMANDS  # which imports this module first

    others = {name: importlib.import_module(place).HELP for name, place in COMMANDS.items()}
    lines = {name: line for name, (_, line) in FIGURES.items()} | others
    width = max(map(len, lines))
    for name, line in lines.items():
        print(f"minigan {name:{width}}  {line}")
    return 0
