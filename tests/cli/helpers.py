"""How tests call the command line, and read what it prints."""

import json
import os
import subprocess
import sys

import minigan
from minigan.cli import main

ROOT = os.path.dirname(os.path.dirname(minigan.__file__))
ENVIRONMENT = os.environ | {"PYTHONPATH": ROOT}


def run(*arguments, **options):
    """The command line in a process of its own."""
    command = [sys.executable, "-W", "error", "-m", "minigan", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **options)


def refused(capsys, *arguments):
    """The one line on standard error, after exit code 2 and silence on standard output."""
    try:
        code = main([*map(str, arguments)])
    except SystemExit as end:
        code = end.code
    printed = capsys.readouterr()
    assert code == 2
    assert printed.out == ""
    assert printed.err.endswith("\n") and printed.err.count("\n") == 1
    return printed.err[:-1]


def strictly(text):
    """JSON text read as JSON, without NaN or Infinity."""

    def refuse(constant):
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(text, parse_constant=refuse)
