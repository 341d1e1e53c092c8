"""``minigan list``: every command with a line that says what it does, by section of the papers."""

import argparse
import importlib

from minigan.cli.figure import SECTIONS

HELP = "list the commands, a line each, by section of the papers"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add no arguments."""


def run(options: argparse.Namespace) -> int:
    """Print the list."""
    from minigan.cli import COMMANDS  # which imports this module first

    others = {name: importlib.import_module(place).HELP for name, place in COMMANDS.items()}
    groups = {
        section: {name: line for name, (_, line) in figures.items()}
        for section, figures in SECTIONS.items()
    } | {"For every game": others}
    width = max(len(name) for lines in groups.values() for name in lines)
    for title, lines in groups.items():
        print(f"{title}:")
        for name, line in lines.items():
            print(f"  minigan {name:{width}}  {line}")
    return 0
