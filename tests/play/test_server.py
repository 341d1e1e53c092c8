"""The page's server: its own page only, a token on every command, one game for all readers."""

import http.client
import json
import re
import threading

import numpy as np
import pytest

from minigan import InputError
from minigan.play.server import LONGEST, PORTS, Stage, serve
from minigan.play.session import Session
from minigan.theory import GeneratorState


@pytest.fixture
def running():
    stage = Stage(Session())
    server = serve(stage, 18_000)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield stage, server.server_port
    stage.close()
    server.shutdown()
    server.server_close()


def ask(port, method, path, body=None, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text, answer


def token(port):
    return re.search('name="token" content="([^"]+)"', ask(port, "GET", "/")[1])[1]


def say(port, command, **headers):
    body = command if isinstance(command, str | bytes) else json.dumps(command)
    return ask(port, "POST", "/command", body, **{"X-Token": token(port), **headers})[:2]


class Reader:
    """A page that is open."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        self.connection.request("GET", "/events")
        self.answer = self.connection.getresponse()

    def event(self):
        kind, data = "message", None
        while True:
            line = self.answer.readline().decode().rstrip("\n")
            if line.startswith("event: "):
                kind = line[7:]
            elif line.startswith("data: "):
                data = json.loads(line[6:], parse_constant=pytest.fail)
            elif not line and data is not None:
                return kind, data

    def frame(self):
        kind, data = self.event()
        return data if kind == "message" else self.frame()

    def close(self):
        self.answer.close()
        self.connection.close()


def test_the_page_and_its_parts_are_served_and_nothing_else(running):
    _, port = running
    for path, kind in (("/", "html"), ("/play.js", "javascript"), ("/play.css", "css")):
        status, text, answer = ask(port, "GET", path)
        assert status == 200 and text
        assert kind in answer.getheader("Content-Type")
        assert answer.getheader("Content-Security-Policy") == "default-src 'self'"
    assert "<script>" not in ask(port, "GET", "/")[1]
    for path in ("/../setup.cfg", "/page/index.html", "/etc/passwd", "/command"):
        assert ask(port, "GET", path)[0] == 404


def test_the_first_frame_comes_at_once_with_the_numbers_of_the_theory(running):
    stage, port = running
    reader = Reader(port)
    kind, setup = reader.event()
    assert kind == "setup" and len(setup["x"]) == len(setup["p_data"])
    frame = reader.frame()
    reader.close()
    session = stage.session
    state = GeneratorState(session.game.G, session.noise, session.data)
    assert frame["step"] == 0
    assert frame["jsd"] == pytest.approx(state.jsd, abs=1e-12)
    assert frame["value"] == pytest.approx(state.judge(session.game.D).value, abs=1e-12)


def test_a_command_moves_the_game_and_every_reader_sees_it(running):
    _, port = running
    readers = Reader(port), Reader(port)
    for reader in readers:
        assert reader.frame()["step"] == 0
    assert say(port, {"do": "step"}) == (200, "")
    frames = [reader.frame() for reader in readers]
    assert [frame["step"] for frame in frames] == [1, 1]
    assert frames[0] == frames[1]
    assert say(port, {"knobs": {"data": "two bells"}}) == (200, "")
    assert readers[0].event()[0] == "setup"
    assert readers[0].frame()["step"] == 0
    for reader in readers:
        reader.close()


def test_a_second_reader_does_not_make_the_game_faster_and_none_makes_it_rest(running):
    stage, port = running
    first, second = Reader(port), Reader(port)
    say(port, {"knobs": {"pace": 1}})
    say(port, {"do": "play"})
    steps = [first.frame()["step"] for _ in range(12)]
    moved = np.diff(steps[2:])
    assert set(moved.tolist()) <= {0, 1, 2}  # a slow reader may miss a frame, none is doubled
    first.close()
    second.close()
    for _ in range(100):
        if not stage.watchers:
            break
        stage.wait(10**9, timeout=0.1)
    assert stage.watchers == 0
    at_rest = stage.session.game.steps_done
    stage.wait(10**9, timeout=0.3)
    assert stage.session.game.steps_done <= at_rest + 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-Token": "wrong"}, 403),
        ({"X-Token": ""}, 403),
        ({"Host": "example.org"}, 403),
        ({"Host": "127.0.0.1:1"}, 403),
        ({"Origin": "https://example.org"}, 403),
        ({"Origin": "null"}, 403),
    ],
    ids=str,
)
def test_commands_from_elsewhere_are_refused(running, headers, status):
    stage, port = running
    assert say(port, {"do": "step"}, **headers)[0] == status
    assert stage.session.game.steps_done == 0


def test_pages_for_other_hosts_are_refused(running):
    _, port = running
    assert ask(port, "GET", "/", Host="evil.example")[0] == 403
    assert ask(port, "GET", "/events", Host="evil.example")[0] == 403
    assert ask(port, "GET", "/", Origin=f"http://localhost:{port}")[0] == 200


@pytest.mark.parametrize(
    ("command", "status", "message"),
    [
        ("{", 400, "expected a JSON object at /command"),
        ("[]", 400, "expected a JSON object"),
        (b"\xff\xfe", 400, "expected a JSON object"),
        ({}, 400, "command: expected do, knobs or draw, got nothing"),
        ({"draw": {"H": [[0, 1], [0, 1]]}}, 400, "draw: expected G or D"),
        ({"draw": {"G": [[0, 1], [0, "x"]]}}, 400, "G: expected two lists of 2 to 41 numbers each"),
        ({"draw": {"D": [[1, 0], [0, 1]]}}, 400, "D: expected the first list ascending"),
        ({"draw": {"D": 3}}, 400, "D: expected two lists of 2 to 41 numbers each"),
        ({"draw": {"G": [[0, 1], [1e308, -1e308]]}}, 400, "G: expected numbers from -1e+06"),
        ({"do": "dance"}, 400, "do: expected one of"),
        ({"do": ["step"]}, 400, "do: expected one of"),
        ({"knobs": {"k": "3"}}, 400, "k: expected"),
        ({"do": "step", "knobs": {}}, 400, "command: expected do, knobs or draw, got do, knobs"),
        ("x" * (LONGEST + 1), 413, "expected a body of at most 4096 bytes, got 4097"),
    ],
)
def test_commands_that_are_none_come_back_as_a_sentence(running, command, status, message):
    stage, port = running
    found, said = say(port, command)
    assert found == status
    assert said.startswith(message)
    assert stage.session.game.steps_done == 0


def test_a_taken_port_picks_the_next(running):
    _, port = running
    other = serve(Stage(Session()), port)
    assert port < other.server_port < port + PORTS
    other.server_close()
    with pytest.raises(InputError, match="--port: expected a free one from 70000"):
        serve(Stage(Session()), 70_000)
