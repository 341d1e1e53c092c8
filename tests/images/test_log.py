"""The table of a run: means of an epoch's records, written, and read again or refused."""

import errno
import json
import math
import os

import numpy as np
import pytest

from minigan.base.errors import InputError
from minigan.game import Record
from minigan.images.log import AT_ONCE, COLUMNS, NAME, Log, Means, read_log


def line(epoch, **more):
    return dict.fromkeys(COLUMNS, 0.5) | {"epoch": epoch, "step": 3 * epoch} | more


@pytest.fixture
def log(tmp_path):
    table = Log(tmp_path)
    for epoch in (1, 2, 3):
        table.append(line(epoch))
    return table


def test_lines_are_json_and_are_read_as_they_were(log, tmp_path):
    log.append(line(4, valid_log_likelihood=-2.5, sigma=0.1))
    text = (tmp_path / NAME).read_text()
    assert text.endswith("}\n")
    assert read_log(tmp_path) == [json.loads(each) for each in text.splitlines()]
    assert read_log(tmp_path)[2:] == [line(3), line(4, valid_log_likelihood=-2.5, sigma=0.1)]


def test_no_table_is_an_empty_one_and_what_is_not_finite_becomes_null(tmp_path):
    assert read_log(tmp_path) == read_log(tmp_path / "nowhere") == []
    Log(tmp_path).append(line(1, J_D=math.nan, J_G=math.inf))
    (found,) = read_log(tmp_path)
    assert found["J_D"] is None and found["J_G"] is None
    assert "NaN" not in (tmp_path / NAME).read_text()


@pytest.mark.parametrize("cut", [1, 10, 1000])
def test_a_last_line_that_was_cut_off_is_not_read(log, tmp_path, cut):
    text = (tmp_path / NAME).read_bytes()
    end = len(text) - min(cut, len(text) // 3)
    (tmp_path / NAME).write_bytes(text[:end])
    assert read_log(tmp_path) == [line(1), line(2)]


def test_lines_of_later_epochs_are_dropped_by_who_goes_on_but_not_by_a_new_run(log, tmp_path):
    with pytest.raises(InputError, match="expected no table where a new run begins, got one of 3"):
        Log(tmp_path)
    assert len(read_log(tmp_path)) == 3
    two = np.frombuffer((tmp_path / NAME).read_bytes(), np.uint8)[: len(log.state()) // 3 * 2]
    again = Log(tmp_path, two)
    again.append(line(3, J_D=7.0))
    assert again.remark is None
    assert read_log(tmp_path) == [line(1), line(2), line(3, J_D=7.0)]


LOST = {  # what may have happened to a table of three lines, and the epochs that are named
    "deleted": (lambda lines: None, "3 of them, from 1 to 3,"),
    "emptied": (lambda lines: [], "3 of them, from 1 to 3,"),
    "the first is missing": (lambda lines: lines[1:], "3 of them, from 1 to 3,"),
    "the last is missing": (lambda lines: lines[:2], "1 of them, from 3 to 3,"),
    "another order": (lambda lines: [lines[1], lines[0], lines[2]], "2 of them, from 1 to 2,"),
    "a number": (lambda lines: [lines[0], lines[1].replace(b"0.5", b"0.4"), lines[2]], "from 2"),
    "no table": (lambda lines: [b"\xff\xfe\n"], "3 of them, from 1 to 3,"),
}


@pytest.mark.parametrize("case", LOST)
def test_a_table_that_was_lost_is_whole_again_and_that_is_said(case, log, tmp_path):
    change, named = LOST[case]
    whole = (tmp_path / NAME).read_bytes()
    changed = change(whole.splitlines(keepends=True))
    (tmp_path / NAME).unlink()
    if changed is not None:
        (tmp_path / NAME).write_bytes(b"".join(changed))
    found = Log(tmp_path, log.state())
    assert (tmp_path / NAME).read_bytes() == whole
    begun = f"{tmp_path / NAME}: expected epochs 1 to 3, got a table in which "
    assert found.remark.startswith(begun) and named in found.remark
    assert found.remark.endswith("; all are written again from the checkpoint")
    assert Log(tmp_path, log.state()).remark is None


@pytest.mark.parametrize(
    "text",
    [
        b"hello\n",
        b"\n",
        b"[1, 2]\n",
        b"3\n",
        b"null\n",
        b"{}\n",
        b'{"epoch": 1, "step": 3}\n',
        json.dumps(line(1, J_D="small")).encode() + b"\n",
        json.dumps(line(1, J_D=[1.0])).encode() + b"\n",
        json.dumps(line(1, step=None)).encode() + b"\n",
        b"\xff\xfe\x00\n",
        b"[" * 100_000 + b"\n",
        json.dumps(line(1)).encode() + json.dumps(line(2)).encode() + b"\n",
    ],
)
def test_a_file_that_is_no_table_is_one_line(tmp_path, text):
    (tmp_path / NAME).write_bytes(json.dumps(line(1)).encode() + b"\n" + text)
    with pytest.raises(InputError) as caught:
        read_log(tmp_path)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / NAME}, line 2: expected numbers epoch, step, ")
    assert "\n" not in message
    (tmp_path / NAME).unlink()
    (tmp_path / NAME).mkdir()
    with pytest.raises(InputError, match=r"log\.jsonl: cannot be read: Is a directory"):
        read_log(tmp_path)


def test_a_full_disk_is_one_line_and_half_a_line_is_no_harm(log, tmp_path, monkeypatch):
    def full(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(InputError, match="cannot be written: No space left on device"):
            log.append(line(4))
    assert [each["epoch"] for each in read_log(tmp_path)] in ([1, 2, 3], [1, 2, 3, 4])
    Log(tmp_path, log.state()).append(line(4))
    assert [each["epoch"] for each in read_log(tmp_path)] == [1, 2, 3, 4]


# Means.


def records(n, seed=0):
    rng = np.random.default_rng(seed)
    names = ("J_D", "J_G", "real_accuracy", "fake_accuracy", "D_grad_norm", "G_grad_norm")
    return [Record(step=step, **dict(zip(names, rng.random(6), strict=True))) for step in range(n)]


@pytest.mark.parametrize("n", [1, 7, AT_ONCE, AT_ONCE + 1, 3 * AT_ONCE])
def test_means_are_those_of_all_steps(n):
    means, played = Means(), records(n)
    for record in played:
        means.add(record)
    assert means.count == n
    columns = np.mean([list(record.values())[1:5] for record in played], axis=0)
    found = means.values()
    assert list(found) == ["J_D", "J_G", "real_accuracy", "fake_accuracy"]
    np.testing.assert_allclose(list(found.values()), columns, rtol=1e-13)


def test_when_they_are_saved_changes_no_bit():
    once, often = Means(), Means()
    for record in records(AT_ONCE + 50):
        once.add(record)
        often.add(record)
        saved, often = often.state(), Means()
        often.restore(saved)
    assert once.values() == often.values()
    once.clear()
    (other,) = records(1, seed=1)
    once.add(other)
    assert once.count == 1 and once.values()["J_D"] == other.J_D


def test_a_record_is_not_read_before_many_are_there():
    class Promise:
        def __getitem__(self, name):
            raise AssertionError(f"{name} was fetched")

    means = Means()
    for _ in range(AT_ONCE - 1):
        means.add(Promise())
    with pytest.raises(AssertionError, match="J_D was fetched"):
        means.add(Promise())


@pytest.mark.parametrize(
    "state", [{}, {"count": 1}, {"count": 1.5, "sums": np.zeros(4)}, {"count": 1, "sums": [0]}]
)
def test_another_state_is_refused_and_nothing_changes(state):
    means = Means()
    means.add(records(1)[0])
    with pytest.raises(InputError, match="means"):
        means.restore(state)
    assert means.count == 1 and means.values()["J_D"] == records(1)[0].J_D


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_in_place_of_a_table_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / NAME)
    with pytest.raises(InputError, match=r"log\.jsonl: expected a file, got a pipe or a device"):
        read_log(tmp_path)
