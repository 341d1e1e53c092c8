"""The list of commands."""

from minigan.cli import main


def test_the_list_names_every_command(capsys):
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["minigan"] * len(lines)
    assert {"figure1", "check", "theory", "list"} <= {line.split()[1] for line in lines}
