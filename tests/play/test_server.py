"""The page's server: its own page only, a token on every command, one game for all readers."""

import http.client
import json
import re
import socket
import struct
import threading
import time
from contextlib import contextmanager

import numpy as np
import pytest

import minigan as mg
from minigan import InputError
from minigan.play.knobs import POINTS
from minigan.play.server import LONGEST, PORTS, Stage, serve
from minigan.play.session import SLOW, Session
from minigan.theory import GeneratorState

NONE = "command: expected one of do, knobs, draw, open, scene; got "


@contextmanager
def served():
    stage = Stage(Session())
    server = serve(stage, 18_000)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield stage, server.server_port
    stage.close()
    server.shutdown()
    server.server_close()


@pytest.fixture
def running():
    with served() as stage_and_port:
        yield stage_and_port


@pytest.fixture(scope="module")
def idle():
    """A game that is only looked at, or asked for what it refuses."""
    with served() as stage_and_port:
        yield stage_and_port


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


def test_the_page_and_its_parts_are_served_and_nothing_else(idle):
    _, port = idle
    page = ask(port, "GET", "/")[1]
    scripts = re.findall('src="([^"]+)"', page)
    assert "play.js" in scripts
    kinds = {"/": "html", "/play.css": "css"} | {f"/{name}": "javascript" for name in scripts}
    for path, kind in kinds.items():
        status, text, answer = ask(port, "GET", path)
        assert status == 200 and text
        assert kind in answer.getheader("Content-Type")
        assert answer.getheader("Content-Security-Policy") == "default-src 'self'"
    assert "<script>" not in page
    for path in ("/../setup.cfg", "/page/index.html", "/etc/passwd", "/command"):
        assert ask(port, "GET", path)[0] == 404


def test_the_first_frame_comes_at_once_with_the_numbers_of_the_theory(idle):
    stage, port = idle
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
        ({"X-Token": "\xe9"}, 403),
        ({"Host": "example.org"}, 403),
        ({"Host": "127.0.0.1:1"}, 403),
        ({"Origin": "https://example.org"}, 403),
        ({"Origin": "null"}, 403),
    ],
    ids=str,
)
def test_commands_from_elsewhere_are_refused(idle, headers, status):
    stage, port = idle
    assert say(port, {"do": "step"}, **headers)[0] == status
    assert stage.session.game.steps_done == 0


def test_pages_for_other_hosts_are_refused(idle):
    _, port = idle
    assert ask(port, "GET", "/", Host="evil.example")[0] == 403
    assert ask(port, "GET", "/events", Host="evil.example")[0] == 403
    assert ask(port, "GET", "/", Origin=f"http://localhost:{port}")[0] == 200


@pytest.mark.parametrize(
    ("command", "status", "message"),
    [
        ("{", 400, "expected a JSON object at /command"),
        ("[]", 400, "expected a JSON object"),
        ("[" * 4000, 400, "expected a JSON object"),
        (b"\xff\xfe", 400, "expected a JSON object"),
        ({}, 400, NONE + "nothing"),
        ({"draw": {"H": [[0, 1], [0, 1]]}}, 400, "draw: expected G or D"),
        ({"draw": {"G": [[0, 1], [0, "x"]]}}, 400, "G: expected two lists of 2 to 41 numbers each"),
        ({"draw": {"D": [[1, 0], [0, 1]]}}, 400, "D: expected the first list ascending"),
        ({"draw": {"D": 3}}, 400, "D: expected two lists of 2 to 41 numbers each"),
        ({"draw": {"G": [[0, 1], [1e308, -1e308]]}}, 400, "G: expected numbers from -1e+06"),
        ({"draw": {"G": [[0, 1], [0, 10**400]]}}, 400, "G: expected two lists of 2 to 41 numbers"),
        ({"do": "dance"}, 400, "do: expected one of"),
        ({"do": ["step"]}, 400, "do: expected one of"),
        ({"knobs": {"k": "3"}}, 400, "k: expected"),
        (
            {"do": "step", "knobs": {}},
            400,
            NONE + "do, knobs",
        ),
        ("x" * (LONGEST + 1), 413, "expected a body of at most 4096 bytes, got 4097"),
    ],
)
def test_commands_that_are_none_come_back_as_a_sentence(idle, command, status, message):
    stage, port = idle
    found, said = say(port, command)
    assert found == status
    assert said.startswith(message)
    assert stage.session.game.steps_done == 0


@pytest.mark.parametrize("length", ["\u00b2", "-1", "9" * 5000, "1e3"])
def test_a_length_that_is_none_is_a_sentence_and_no_traceback(idle, capfd, length):
    _, port = idle
    headers = {"X-Token": token(port), "Content-Length": length}
    status, said, _ = ask(port, "POST", "/command", None, **headers)
    assert status == 413 and said == f"expected a body of at most 4096 bytes, got {length[:20]}"
    assert capfd.readouterr().err == ""


def test_data_by_hand_fit_into_a_command_with_all_points(running):
    stage, port = running
    x = [round(-4 + 9 * i / (POINTS - 1), 3) for i in range(POINTS)]
    knobs = {"data": "drawn by hand", "drawn": [x, [0.123456] * POINTS]}
    assert say(port, {"knobs": knobs}) == (200, "")
    assert stage.session.data.interval() == (-4, 5)
    assert "data=mg.PiecewiseLinear([-4.0, " in ask(port, "GET", "/python")[1]


@pytest.mark.slow
def test_a_moving_picture_is_looked_at_exactly_now_and_then(running):
    _, port = running
    reader = Reader(port)
    say(port, {"knobs": {"pace": 1}})
    say(port, {"do": "play"})
    exact = []  # whether the numbers are of the step that is seen
    while sum(exact) < 3 and len(exact) < 400:
        frame = reader.frame()
        if frame["step"] > 1:
            exact.append(frame["seen_at"] == frame["step"])
    reader.close()
    assert 3 <= sum(exact) < len(exact) / 2


def test_a_slow_game_is_interrupted_at_once(running):
    _, port = running
    reader = Reader(port)
    say(port, {"do": "slow"})
    while not reader.frame()["said"]:
        pass
    start = time.perf_counter()
    assert say(port, {"do": "pause"}) == (200, "")
    assert time.perf_counter() - start < SLOW
    reader.close()


WILD = {"optimizer": "SGD with momentum", "rate_G": 10.0, "rate_D": 10.0}


@pytest.mark.slow
def test_a_game_that_leaves_all_bounds_is_a_sentence_and_can_be_begun_anew(running):
    stage, port = running
    assert say(port, {"knobs": WILD})[0] == 200
    for _ in range(4):
        say(port, {"do": "step"})
    found = json.loads(stage.wait(0)[2])
    assert found["mode"] == "pause" and found["error"]
    assert len(found["p_g"]) == len(found["D"])  # the last picture that there was
    assert say(port, {"do": "restart"}) == (200, "")
    assert json.loads(stage.wait(0)[2])["error"] is None
    assert say(port, {"knobs": {"optimizer": "Adam", "rate_G": 0.01, "rate_D": 0.01}})[0] == 200
    assert say(port, {"do": "step"}) == (200, "")
    found = json.loads(stage.wait(0)[2])
    assert found["step"] == 1 and found["error"] is None


def test_a_drawing_out_of_bounds_is_a_sentence_and_the_game_goes_on(running):
    stage, port = running
    say(port, {"draw": {"G": [[0, 1], [1e308, -1e308]]}})
    assert say(port, {"do": "step"}) == (200, "")
    assert json.loads(stage.wait(0)[2])["step"] == 1


@pytest.mark.parametrize("where", ["tick", "do"])
def test_whatever_goes_wrong_pauses_the_game_and_is_said(running, monkeypatch, where):
    stage, port = running
    reader = Reader(port)

    def broken(*_):
        raise ZeroDivisionError("by chance")

    with monkeypatch.context() as patch:
        patch.setattr(stage.session, where, broken)
        status, said = say(port, {"do": "play"})
        if where == "do":
            assert (status, said) == (400, "ZeroDivisionError: by chance")
        else:
            frame = reader.frame()
            while frame["error"] is None:
                frame = reader.frame()
            assert (frame["mode"], frame["error"]) == ("pause", "ZeroDivisionError: by chance")
    assert say(port, {"do": "step"}) == (200, "")
    reader.close()


def test_a_client_that_leaves_before_the_answer_leaves_no_traceback(running, capfd):
    stage, port = running
    entered, leave = threading.Event(), threading.Event()

    def slow(_):
        entered.set()
        leave.wait(20)
        return "x" * 4_000_000

    stage.obey = slow
    body = json.dumps({"do": "step"})
    head = f"POST /command HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Token: {token(port)}\r\n"
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        assert entered.wait(20)
        before = threading.active_count()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    leave.set()
    for _ in range(100):
        if threading.active_count() < before:
            break
        time.sleep(0.05)
    assert threading.active_count() < before
    assert "Traceback" not in capfd.readouterr().err


def test_a_taken_port_picks_the_next(running):
    _, port = running
    other = serve(Stage(Session()), port)
    assert port < other.server_port < port + PORTS
    other.server_close()
    with pytest.raises(InputError, match="--port: expected a free one from 70000"):
        serve(Stage(Session()), 70_000)


def test_networks_by_hand_can_be_fetched_as_files(running, tmp_path):
    stage, port = running
    assert ask(port, "GET", "/G.npz")[0] == 404  # its own come from the seed
    z, x = [-1.0, 0.0, 2.0], [0.5, 0.5, -1.0]
    assert say(port, {"draw": {"G": [z, x]}})[0] == 200
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", "/G.npz")
    (tmp_path / "G.npz").write_bytes(connection.getresponse().read())
    at = np.array([[-3.0], [-0.5], [1.0], [5.0]])
    expected = np.interp(at, z, x)
    np.testing.assert_allclose(mg.load(tmp_path / "G.npz")(at), expected, atol=1e-12)
    connection.request("GET", "/D.npz")
    (tmp_path / "D.npz").write_bytes(connection.getresponse().read())
    assert np.array_equal(mg.load(tmp_path / "D.npz").params, stage.session.game.D.params)
    connection.close()


def test_a_port_is_free_again_as_soon_as_it_is_closed():
    """A page that was ended comes back at the same address, though its connections linger."""
    ports = []
    for _ in range(2):
        stage = Stage(Session())
        server = serve(stage, 18_500)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        ports.append(server.server_port)
        assert ask(ports[-1], "GET", "/", Connection="close")[0] == 200  # the server closes first
        stage.close()
        server.shutdown()
        server.server_close()
    assert ports == [18_500, 18_500]
