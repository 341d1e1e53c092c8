"""The list of commands."""

from minigan.cli import COMMANDS, main, times
from minigan.cli.figure import FIGURES, SECTIONS


def test_the_list_names_every_command_with_a_line(capsys):
    assert main(["list"]) == 0
    *all_lines, remark = capsys.readouterr().out.splitlines()
    titles = [line for line in all_lines if not line.startswith(" ")]
    assert titles == [f"{title}:" for title in (*SECTIONS, "For every game")]
    lines = [line for line in all_lines if line.startswith(" ")]
    assert len(lines) == len(FIGURES) + len(COMMANDS)
    assert all(len(line.split(maxsplit=2)) == 3 for line in lines)
    assert [line.split()[0] for line in lines] == ["minigan"] * len(lines)
    assert {"figure1", "check", "theory", "list"} <= {line.split()[1] for line in lines}
    timed = {line.split()[1] for line in lines if line.endswith((" s)", " min)"))}
    assert timed == set(times.measured()["seconds"]) <= set(FIGURES)
    assert times.measured()["machine"] in remark


def test_times_are_rounded_to_seconds_and_minutes(monkeypatch):
    seconds = {"a": 0.2, "b": 12.4, "c": 99.4, "d": 100, "e": 269}
    monkeypatch.setattr(times, "measured", lambda: {"seconds": seconds})
    assert [times.took(name) for name in "abcdef"] == ["1 s", "12 s", "99 s", "2 min", "4 min", ""]
