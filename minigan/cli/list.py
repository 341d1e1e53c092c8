"""``minigan list``: every command with what it does, and how long, by section of the papers."""

import argparse
import importlib

from minigan.cli.figure import SECTIONS
from minigan.cli.times import measured, took

HELP = "list the commands, a line each, by section of the papers"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add no arguments."""


def run(options: argparse.Namespace) -> int:
    """Print the list."""
    from minigan.cli import COMMANDS  # which imports this module first

    others = {name: importlib.import_module(place).HELP for name, place in COMMANDS.items()}
    groups = {
        section: {name: line + _time(name) for name, (_, line) in figures.items()}
        for section, figures in SECTIONS.items()
    } | {"For every game": others}
    width = max(len(name) for lines in groups.values() for name in lines)
    for title, lines in groups.items():
        print(f"{title}:")
        for name, line in lines.items():
            print(f"  minigan {name:{width}}  {line}")
    print(f"In brackets: processor time on {measured()['machine']}, {measured()['date']}.")
    return 0


def _time(name: str) -> str:
    time = took(name)
    return f" ({time})" if time else ""
