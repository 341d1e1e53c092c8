"""The live page's server: one game, one thread that plays it, as many pages as are open.

A page gets frames as server-sent events, ``GET /events``, and posts commands with the token that
stands in it. The server listens on the loopback only, and answers no page but its own.
"""

import json
import re
import secrets
import threading
import time
from collections import deque
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Any, cast

from minigan.base.errors import InputError
from minigan.base.strict_json import json_text
from minigan.play.frames import frame, numbers, setup
from minigan.play.session import Session
from minigan.play.snippet import snippet

KINDS = {".css": "text/css", ".js": "text/javascript"}  # of the page's files
LONGEST = 4096  # bytes of a command
EVERY = 1 / 30  # seconds between two frames, at least
EXACT_EVERY = 5  # frames of a moving picture for one look at the exact numbers
PORTS = 20  # to try, from the one that was asked for


class Stage:
    """The game, played by one thread, and the frame that was made last.

    ``obey`` hands a command to that thread and waits for its answer; ``wait`` waits for a frame
    after a given one. While nobody watches, nothing moves.
    """

    def __init__(self, session: Session):
        self.session = session
        self.watchers = 0
        self._changed = threading.Condition()
        self._commands: deque[tuple[dict, list, threading.Event]] = deque()
        self._frames, self._latest, self._over = 0, "", False
        self._exact: dict[str, Any] = {}
        self._picture: dict[str, Any] = {}  # the last one that could be made
        self._setup = json_text(setup(session))
        self._render(look=True)
        self._thread = threading.Thread(target=self._play, daemon=True, name="minigan play")
        self._thread.start()

    def obey(self, command: dict) -> str | None:
        """Run a command, {"do": ...}, {"knobs": ...} or {"draw": ...}; the sentence of an error."""
        answer: list[str | None] = []
        done = threading.Event()
        with self._changed:
            self._commands.append((command, answer, done))
            self._changed.notify_all()
        while not done.wait(0.5):
            if self._over:
                return "the game has ended"
        return answer[0]

    def wait(self, after: int, timeout: float = 5.0) -> tuple[int, str, str]:
        """Number, setup and text of the latest frame, once there is one after that number."""
        with self._changed:
            self._changed.wait_for(lambda: self._frames > after or self._over, timeout)
            return self._frames, self._setup, self._latest

    def watch(self, one: int) -> None:
        """Count a page that is opened, 1, or closed, -1."""
        with self._changed:
            self.watchers += one
            self._changed.notify_all()

    def close(self) -> None:
        """End the thread."""
        with self._changed:
            self._over = True
            self._changed.notify_all()
        self._thread.join(timeout=1)

    @property
    def over(self) -> bool:
        """Whether it was closed."""
        return self._over

    def _play(self) -> None:
        try:
            self._run()
        finally:  # whatever ends the thread, nobody waits for it any more
            with self._changed:
                self._over = True
                self._changed.notify_all()

    def _run(self) -> None:
        frames = 0
        while True:
            with self._changed:
                self._changed.wait_for(self._has_work)
                if self._over:
                    return
                commands = list(self._commands)
                self._commands.clear()
            start = time.perf_counter()
            answers = [self._answer(command) for command, _, _ in commands]
            was_moving = self.session.mode != "pause"
            if was_moving and self.watchers and not commands:
                self._tick()
            frames += 1
            still = self.session.mode == "pause"
            self._render(look=still or frames % EXACT_EVERY == 0)
            for (_, answer, done), said in zip(commands, answers, strict=True):
                answer.append(said)
                done.set()
            if not still:
                time.sleep(max(0.0, EVERY - (time.perf_counter() - start)))

    def _has_work(self) -> bool:
        moving = self.session.mode != "pause" and self.watchers > 0
        return self._over or bool(self._commands) or moving

    def _answer(self, command: dict) -> str | None:
        try:
            if command.keys() == {"do"}:
                self.session.do(command["do"])
            elif command.keys() == {"knobs"}:
                self.session.turn_knobs(command["knobs"])
            elif command.keys() == {"draw"}:
                self.session.draw(command["draw"])
            else:
                given = ", ".join(command) or "nothing"
                raise InputError(f"command: expected do, knobs or draw, got {given}")
        except InputError as error:
            return str(error)
        except Exception as error:  # the thread goes on, whatever a command does to the game
            self.session.mode = "pause"
            return _sentence(error)
        return None

    def _tick(self) -> None:
        try:
            self.session.tick()
        except Exception as error:
            self.session.mode, self.session.error = "pause", _sentence(error)

    def _render(self, look: bool) -> None:
        """Make the next frame; the last one with an error and at rest, if there is no picture."""
        try:
            if look:
                self._exact = numbers(self.session)
            picture = frame(self.session, self._exact)
            text, fixed = json_text(picture), json_text(setup(self.session))
            self._picture = picture
        except Exception as error:
            self.session.mode = "pause"
            text = json_text(self._picture | {"mode": "pause", "error": _sentence(error)})
            fixed = self._setup
        with self._changed:
            self._frames += 1
            self._latest, self._setup = text, fixed
            self._changed.notify_all()


def _sentence(error: Exception) -> str:
    return str(error) if isinstance(error, InputError) else f"{type(error).__name__}: {error}"


def serve(stage: Stage, port: int) -> ThreadingHTTPServer:
    """A server on the loopback, at the port or at the first free one after it."""
    token = secrets.token_urlsafe(16)
    for candidate in range(port, port + PORTS):
        handler = type("Page", (_Page,), {"stage": stage, "token": token})
        try:
            server = _Server(("127.0.0.1", candidate), handler)
        except (OSError, OverflowError):
            continue
        return server
    raise InputError(f"--port: expected a free one from {port} to {port + PORTS - 1}, got none")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = False


class _Page(BaseHTTPRequestHandler):
    """One request; of a client that leaves before the answer nothing is said."""

    stage: Stage
    token: str
    protocol_version = "HTTP/1.1"

    def handle(self) -> None:
        with suppress(ConnectionError):
            super().handle()

    def finish(self) -> None:
        with suppress(ConnectionError):
            super().finish()

    def do_GET(self) -> None:
        if not self._is_own():
            return
        path = self.path.partition("?")[0]  # knobs may follow, which the page reads
        if path == "/events":
            self._send_events()
        elif path == "/":
            body = page_file("index.html").replace("{{token}}", self.token)
            self._answer(HTTPStatus.OK, body, "text/html; charset=utf-8")
        elif path[1:] in page_parts():
            kind = KINDS[PurePosixPath(path).suffix]
            self._answer(HTTPStatus.OK, page_file(path[1:]), f"{kind}; charset=utf-8")
        elif path == "/python":
            session = self.stage.session
            self._answer(HTTPStatus.OK, snippet(session.knobs, session.log))
        elif path == "/favicon.ico":
            self._answer(HTTPStatus.NO_CONTENT, "")
        else:
            self._answer(HTTPStatus.NOT_FOUND, "there is no such page")

    def do_POST(self) -> None:
        if not self._is_own():
            return
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > LONGEST:
            self.close_connection = True
            what = f"expected a body of at most {LONGEST} bytes, got {length or 'no length'}"
            return self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, what)
        body = self.rfile.read(int(length))
        given = self.headers.get("X-Token", "")
        if not secrets.compare_digest(given.encode(errors="replace"), self.token.encode()):
            return self._answer(HTTPStatus.FORBIDDEN, "expected the token of the page in X-Token")
        try:
            command = json.loads(body)
        except (ValueError, RecursionError):
            command = None
        if self.path != "/command" or not isinstance(command, dict):
            return self._answer(HTTPStatus.BAD_REQUEST, "expected a JSON object at /command")
        error = self.stage.obey(command)
        self._answer(HTTPStatus.OK if error is None else HTTPStatus.BAD_REQUEST, error or "")

    def _is_own(self) -> bool:
        """Refuse requests that another site makes a browser send."""
        port = cast(ThreadingHTTPServer, self.server).server_port
        hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost")}
        origin = self.headers.get("Origin")
        if self.headers.get("Host") in hosts and (
            origin is None or origin.removeprefix("http://") in hosts
        ):
            return True
        self.close_connection = True
        self._answer(HTTPStatus.FORBIDDEN, "expected this machine's own page")
        return False

    def _send_events(self) -> None:
        self.close_connection = True
        self.send_response(HTTPStatus.OK)
        self.send_header("Connection", "close")
        self._send_headers("text/event-stream")
        self.stage.watch(1)
        try:
            seen, fixed = 0, ""
            while not self.stage.over:
                number, setup_now, text = self.stage.wait(seen)
                if setup_now != fixed:
                    fixed = setup_now
                    self.wfile.write(f"event: setup\ndata: {fixed}\n\n".encode())
                what = f"data: {text}\n\n" if number > seen else ": still here\n\n"
                seen = number
                self.wfile.write(what.encode())
                self.wfile.flush()
        except OSError:  # the page was closed
            pass
        finally:
            self.stage.watch(-1)

    def _answer(self, status: HTTPStatus, body: str, kind: str = "text/plain") -> None:
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self._send_headers(kind)
        self.wfile.write(data)

    def _send_headers(self, kind: str) -> None:
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", "default-src 'self'")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing: the terminal is the user's."""


def page_parts() -> list[str]:
    """Names of the styles and scripts that the page is made of, as they stand in it."""
    return re.findall(r'(?:href|src)="(\w+\.(?:css|js))"', page_file("index.html"))


def page_file(name: str) -> str:
    """Text of a file of the page."""
    return files("minigan.play").joinpath("page", name).read_text(encoding="utf-8")
