"""A turn as a CUDA graph: recorded after the warm-up, or not at all, and the same game."""

import numpy as np
import pytest
import strict_cupy
from games import device_of, game, small, w1, w2, w3
from minigan.cuda import capture
from minigan.cuda.capture import WARM_UP, Replay


class Graph:
    def __init__(self, work):
        self.launch = work


class Stream:
    """Records the calls that are made in its block; what it is told, it notes."""

    def __init__(self, fails=None):
        self.said, self.fails = [], fails

    def __enter__(self):
        self.said.append("enter")

    def __exit__(self, *error):
        self.said.append("leave")

    def begin_capture(self):
        self.said.append("begin")

    def end_capture(self):
        self.said.append("end")
        if self.fails:
            raise self.fails
        return Graph(lambda: self.said.append("replay"))


def test_work_is_recorded_after_the_warm_up_and_replayed_from_then_on():
    calls, stream = [], Stream()
    replay = Replay(lambda: calls.append(len(stream.said)), stream)
    for _ in range(WARM_UP):
        assert not replay.recorded
        replay()
    assert calls == [*[0] * WARM_UP, 2]  # once more, while recording: then nothing is computed
    assert stream.said == ["enter", "begin", "end", "leave"]
    assert replay.recorded
    replay()
    replay()
    assert stream.said[4:] == ["replay", "replay"]
    assert len(calls) == WARM_UP + 1


def test_without_a_stream_nothing_is_recorded():
    calls = []
    replay = Replay(lambda: calls.append(0), None)
    for _ in range(5):
        replay()
    assert len(calls) == 5
    assert not replay.recorded


@pytest.mark.parametrize("where", ["work", "end"])
def test_where_recording_fails_the_game_goes_on_kernel_by_kernel(where):
    calls = []
    stream = Stream(RuntimeError("not supported\nlong story") if where == "end" else None)

    def work():
        calls.append(0)
        if where == "work" and "begin" in stream.said and "end" not in stream.said:
            raise RuntimeError("not supported\nlong story")

    replay = Replay(work, stream)
    for _ in range(WARM_UP - 1):
        replay()
    with pytest.warns(RuntimeWarning, match=r"could not be recorded .*: not supported$"):
        replay()
    assert stream.said == ["enter", "begin", "end", "leave"]
    for _ in range(3):
        replay()
    assert not replay.recorded
    assert len(calls) == WARM_UP + 1 + 3


# On a GPU.


@pytest.fixture
def cupy(gpu):
    if gpu is strict_cupy:
        pytest.skip("a CUDA graph needs a GPU")
    return gpu


GAMES = {
    "W1": w1,
    "W2": w2,
    "W3": w3,
    "every layer": lambda place, **options: game(*small(place, dropout=True), **options),
    "simultaneous": lambda place: w1(place, simultaneous=True),
    "k=3": lambda place: w1(place, k=3),
}


@pytest.mark.parametrize("make", GAMES.values(), ids=GAMES)
def test_replayed_turns_are_the_launched_ones_bit_for_bit(cupy, make, monkeypatch):
    replayed = make(device_of(cupy))
    records = [tuple(record) for record in replayed.play(50)]
    assert replayed._on_gpu.recorded
    monkeypatch.setattr(capture, "WARM_UP", 10**9)
    launched = make(device_of(cupy))
    assert [tuple(record) for record in launched.play(50)] == records
    assert not launched._on_gpu.recorded
    assert np.array_equal(replayed.G.params.get(), launched.G.params.get())
    assert np.array_equal(replayed.D.params.get(), launched.D.params.get())


def test_replaying_takes_no_more_memory(cupy):
    play = w3(device_of(cupy))
    list(play.play(200))
    used, free = cupy.get_default_memory_pool().used_bytes(), cupy.cuda.runtime.memGetInfo()[0]
    list(play.play(500))
    assert cupy.get_default_memory_pool().used_bytes() == used
    assert cupy.cuda.runtime.memGetInfo()[0] >= free - (1 << 20)


def test_what_is_unknown_is_launched_and_not_recorded(cupy):
    play = w1(device_of(cupy), fast=False)
    list(play.play(5))
    assert not play._on_gpu.recorded
