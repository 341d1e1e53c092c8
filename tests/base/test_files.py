"""Files appear whole or not at all, and directories are looked at before the work."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from minigan import InputError
from minigan.base.files import LOCK, locked, writable_directory, write_whole


class Disc(OSError):
    """A disc that is full."""

    def __init__(self):
        super().__init__(28, "No space left on device")


def failing(error, after=b"half"):
    """A writer that fails on the way."""

    def write(file):
        file.write(after)
        raise error

    return write


# A file.


def test_a_file_is_written_and_replaced_and_nothing_else_is_left(tmp_path):
    for content in (b"\x00\xff\n an older and longer text", b"new"):
        write_whole(tmp_path / "a", lambda file, content=content: file.write(content))
        assert (tmp_path / "a").read_bytes() == content
        assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_what_is_no_file_is_not_moved_out_of_the_way(tmp_path):
    pipe = tmp_path / "pipe"  # as /dev/null would be
    os.mkfifo(pipe)
    with pytest.raises(InputError, match="expected a file, not a device or a pipe"):
        write_whole(pipe, lambda file: file.write(b"new"))
    assert pipe.is_fifo()
    assert os.listdir(tmp_path) == ["pipe"]


def test_nobody_sees_a_part_of_the_file(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    seen = []

    def write(file):
        file.write(b"ne")
        file.flush()
        seen.append(path.read_bytes())
        file.write(b"w")

    write_whole(path, write)
    assert seen == [b"old"]
    assert path.read_bytes() == b"new"


def test_a_new_file_is_not_there_until_it_is_whole(tmp_path):
    seen = []
    write_whole(tmp_path / "a", lambda file: seen.append((tmp_path / "a").exists()))
    assert seen == [False]


def test_the_content_is_on_the_disc_before_the_file_gets_its_name(tmp_path, monkeypatch):
    calls = []
    fsync, replace = os.fsync, os.replace

    def noted(handle):
        calls.append(os.fstat(handle).st_ino)
        fsync(handle)

    monkeypatch.setattr(os, "fsync", noted)
    monkeypatch.setattr(os, "replace", lambda *names: calls.append("replace") or replace(*names))
    write_whole(tmp_path / "a", lambda file: file.write(b"x"))
    expected = [(tmp_path / "a").stat().st_ino, "replace"]
    if os.name == "posix":  # the new name too: elsewhere a directory cannot be opened
        expected.append(tmp_path.stat().st_ino)
    assert calls == expected


def test_the_file_is_as_readable_as_any_other(tmp_path):
    write_whole(tmp_path / "a", lambda file: file.write(b"x"))
    (tmp_path / "b").write_bytes(b"x")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), SystemExit(3), Disc()])
@pytest.mark.parametrize("before", [[], ["a"]])
def test_when_the_writer_fails_its_error_arrives_and_all_is_as_it_was(tmp_path, error, before):
    for name in before:
        (tmp_path / name).write_bytes(b"old")
    full = isinstance(error, Disc)  # which is told in a line
    with pytest.raises(InputError if full else type(error)) as caught:
        write_whole(tmp_path / "a", failing(error))
    if full:
        assert str(caught.value).endswith("a: cannot be written: No space left on device")
    else:
        assert caught.value is error
    assert [path.name for path in tmp_path.iterdir()] == before
    assert all((tmp_path / name).read_bytes() == b"old" for name in before)


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("missing/a", "No such file or directory"),
        ("file/a", "Not a directory"),
        ("directory", "Is a directory"),
    ],
)
def test_a_file_that_cannot_be_is_refused_and_nothing_is_left(tmp_path, place, reason):
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "directory").mkdir()
    with pytest.raises(InputError, match=rf"{place}: cannot be written: {reason}$"):
        write_whole(tmp_path / place, lambda file: file.write(b"x"))
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["directory", "file"]


@pytest.mark.skipif(
    not Path("/proc/self").exists(),
    reason="needs a directory that not even root can write to: /proc",
)
def test_a_directory_that_takes_no_files_is_refused():
    with pytest.raises(InputError, match=r"^/proc/a: cannot be written: "):
        write_whole(Path("/proc/a"), lambda file: file.write(b"x"))


def test_a_process_that_is_killed_leaves_the_old_file(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    code = """
import os, signal, sys
from pathlib import Path
from minigan.base.files import write_whole
def write(file):
    file.write(b"new")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
write_whole(Path(sys.argv[1]), write)
"""
    ended = subprocess.run([sys.executable, "-c", code, str(path)], timeout=60)
    assert ended.returncode == -9
    assert path.read_bytes() == b"old"


def test_what_a_killed_process_left_of_a_file_is_removed_by_the_next_that_writes_it(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    half = tmp_path / f".a.png.{ended.pid}"
    kept = [f".a.png.{os.getppid()}", f".b.png.{ended.pid}", ".a.png.old", f".a.png.{10**30}"]
    for name in (half.name, *kept):
        (tmp_path / name).write_bytes(b"half")
    write_whole(tmp_path / "a.png", lambda file: file.write(b"x"))
    assert {path.name for path in tmp_path.iterdir()} == {"a.png", *kept}


# A directory.


def test_a_directory_is_made_with_its_parents(tmp_path):
    path = tmp_path / "a" / "b" / "c"
    assert writable_directory(path) == path
    assert path.is_dir()


def test_a_directory_that_is_there_is_kept_with_what_is_in_it(tmp_path):
    (tmp_path / "a").write_bytes(b"x")
    assert writable_directory(str(tmp_path)) == tmp_path
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_an_empty_name_is_not_the_present_directory():
    with pytest.raises(InputError, match="expected the name of a directory, got an empty one"):
        writable_directory("")


@pytest.mark.parametrize(
    ("place", "reason"), [("file", "File exists"), ("file/a", "Not a directory")]
)
def test_a_file_is_no_directory(tmp_path, place, reason):
    (tmp_path / "file").write_bytes(b"x")
    message = rf"{place}: expected a directory that can be written to \({reason}\)$"
    with pytest.raises(InputError, match=message):
        writable_directory(tmp_path / place)
    assert (tmp_path / "file").read_bytes() == b"x"


@pytest.mark.skipif(
    not Path("/proc/self").exists(),
    reason="needs a directory that not even root can write to: /proc",
)
@pytest.mark.parametrize("path", ["/proc", "/proc/a"])
def test_a_directory_that_cannot_be_written_to_is_refused(path):
    with pytest.raises(InputError, match=rf"^{path}: expected a directory that can be written to"):
        writable_directory(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_in_place_of_a_lock_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / LOCK)
    with pytest.raises(InputError, match=r"\.lock: expected a file, got a pipe or a device: move"):
        locked(tmp_path)
