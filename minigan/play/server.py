"""The live page's server: one game, one thread that plays it, as many pages as are open.

A page gets frames as server-sent events, ``GET /events``, and posts commands with the token that
stands in it. The server listens on the loopback only, and answers no page but its own.
"""

import json
import os
import re
import secrets
import tempfile
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Any, cast

from minigan.base.errors import InputError
from minigan.checkpoint.networks import save_network
from minigan.play.kinds import snippet
from minigan.play.session import Session
from minigan.play.stage import Stage

KINDS = {".css": "text/css", ".js": "text/javascript"}  # of the page's files
LONGEST = 4096  # bytes of a command
PORTS = 20  # to try, from the one that was asked for


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
    # A port that was just closed is free again; Windows would give away one that is in use, too.
    allow_reuse_address = os.name == "posix"


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
            self._answer(HTTPStatus.OK, snippet(self.stage.session))
        elif path in ("/G.npz", "/D.npz"):
            self._send_network(path[1])
        elif path == "/favicon.ico":
            self._answer(HTTPStatus.NO_CONTENT, "")
        else:
            self._answer(HTTPStatus.NOT_FOUND, "there is no such page")

    def _send_network(self, name: str) -> None:
        """G or D of a game with a drawing by hand, as a file of `minigan.save`."""
        session = self.stage.session
        if not isinstance(session, Session) or not session.hands:
            return self._answer(HTTPStatus.NOT_FOUND, "neither G nor D is by hand")
        with tempfile.TemporaryDirectory() as directory:
            file = Path(directory, "network.npz")
            save_network(session.network(name), file)
            data = file.read_bytes()
        return self._answer(HTTPStatus.OK, data, "application/octet-stream")

    def do_POST(self) -> None:
        if not self._is_own():
            return
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or len(length) > 9 or int(length) > LONGEST:
            self.close_connection = True
            what = f"expected a body of at most {LONGEST} bytes, got {length[:20] or 'no length'}"
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

    def _answer(self, status: HTTPStatus, body: str | bytes, kind: str = "text/plain") -> None:
        data = body.encode() if isinstance(body, str) else body
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
