"""The list of commands."""

from minigan.cli import COMMANDS, main
from minigan.cli.figure import FIGURES, SECTIONS


def test_the_list_names_every_command_with_a_line(capsys):
    assert main(["list"]) == 0
    all_lines = capsys.readouterr().out.splitlines()
    titles = [line for line in all_lines if not line.startswith(" ")]
    assert titles == [f"{title}:" for title in (*SECTIONS, "For every game")]
    lines = [line for line in all_lines if line.startswith(" ")]
    assert len(lines) == len(FIGURES) + len(COMMANDS)
    assert all(len(line.split(maxsplit=2)) == 3 for line in lines)
    assert [line.split()[0] for line in lines] == ["minigan"] * len(lines)
    assert {"figure1", "check", "theory", "list"} <= {line.split()[1] for line in lines}
