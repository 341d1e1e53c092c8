"""Downloads from a server on this computer: checked, resumed, and never half there."""

import hashlib
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from minigan.base.errors import DataError, InputError
from minigan.data import datasets, fetch
from minigan.data.download import CHUNK, Download, download

pytest.importorskip("pooch")
CONTENT = bytes(range(256)) * 1200  # 300 kB: five pieces
SIZE = len(CONTENT)
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """Serves CONTENT in ways that the path names, and notes what was asked for."""

    asked: list

    def do_GET(self):
        start = int(self.headers.get("Range", "bytes=0-")[6:-1])
        way = self.path.split("/")[1]
        self.asked.append((way, start))
        getattr(self, way)(start)

    def send(self, code, body, announced=None, **headers):
        self.send_response(code)
        if announced != "nothing":
            self.send_header("Content-Length", str(announced or len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def good(self, start):
        if start == 0:
            return self.send(200, CONTENT)
        self.send(206, CONTENT[start:], Content_Range=f"bytes {start}-{SIZE - 1}/{SIZE}")

    def whole(self, start):
        """Knows nothing of ranges."""
        self.send(200, CONTENT)

    def silent(self, start):
        """Does not say how much it sends."""
        self.send(200, CONTENT, "nothing")

    def packed(self, start):
        """Claims that the file is packed once more, as some servers do of .gz files."""
        self.send(200, CONTENT, Content_Encoding="gzip")

    def missing(self, start):
        self.send(404, b"not here")

    def page(self, start):
        """Answers all questions with a page of text."""
        self.send(200, b"<html>please log in</html>")

    def silent_page(self, start):
        self.send(200, b"<html>please log in</html>", "nothing")

    def wrong(self, start):
        self.send(200, CONTENT[:-1] + b"x")

    def longer(self, start):
        self.send(200, CONTENT * 3, "nothing")

    def broken(self, start):
        """Stops in the middle of its answer."""
        if start:
            self.send(206, CONTENT[start : start + CHUNK], SIZE - start,
                      Content_Range=f"bytes {start}-{SIZE - 1}/{SIZE}")  # fmt: skip
        else:
            self.send(200, CONTENT[: 2 * CHUNK], SIZE)

    def hanging(self, start):
        """Sends a little, and then nothing for a while."""
        self.send(200, CONTENT[:CHUNK], SIZE)
        self.wfile.flush()
        self.server.patience.wait(5)

    def log_message(self, *_):
        """Nothing."""


@pytest.fixture
def server(monkeypatch):
    """Function from ways of serving to a file that is served in these ways; notes in `asked`."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    asked: list = []
    handler = type("Noting", (Handler,), {"asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        running.patience = threading.Event()
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()

        def item(*ways, size=SIZE, sha256=SHA256):
            place = f"http://127.0.0.1:{running.server_port}"
            return Download("a.gz", size, sha256, tuple(f"{place}/{way}/a.gz" for way in ways))

        item.asked = asked
        yield item
        running.patience.set()
        running.shutdown()
        thread.join()


def left_in(directory):
    return sorted(path.name for path in directory.iterdir())


@pytest.mark.parametrize("way", ["good", "whole", "silent", "packed"])
@pytest.mark.parametrize("size", [SIZE, None])
def test_a_file_arrives_byte_for_byte_and_nothing_else_is_left(way, size, server, tmp_path):
    path = download(server(way, size=size), tmp_path / "new")
    assert path == tmp_path / "new" / "a.gz"
    assert path.read_bytes() == CONTENT
    assert left_in(tmp_path / "new") == ["a.gz"]
    (tmp_path / "other").write_bytes(b"x")  # as readable as any other
    assert path.stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.parametrize("name", ["a.gz", "a.gz.part"])
def test_a_file_that_is_there_is_checked_and_not_fetched_again(name, server, tmp_path):
    (tmp_path / name).write_bytes(CONTENT)
    assert download(server("good"), tmp_path).read_bytes() == CONTENT
    assert server.asked == [] and left_in(tmp_path) == ["a.gz"]
    (tmp_path / "a.gz").write_bytes(b"mine")
    with pytest.raises(DataError, match=r"a.gz: expected the original a.gz .*, got other content"):
        download(server("good"), tmp_path)
    assert (tmp_path / "a.gz").read_bytes() == b"mine"
    assert server.asked == []


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("missing", "404 Client Error: Not Found"),
        ("page", f"expected {SIZE} bytes, announced are 26"),
        ("silent_page", f"expected {SIZE} bytes, got 26"),
        ("wrong", "its SHA-256 is wrong"),
        ("longer", f"expected {SIZE} bytes, got more"),
        ("broken", "the connection broke off"),
    ],
)
def test_the_next_mirror_is_tried_and_the_error_says_what_each_answered(
    bad, reason, server, tmp_path
):
    path = download(server(bad, "good"), tmp_path / "fallen_back")
    assert path.read_bytes() == CONTENT
    assert left_in(tmp_path / "fallen_back") == ["a.gz"]

    item = server(bad, "missing")
    with pytest.raises(DataError) as caught:
        download(item, tmp_path / "failed")
    message = str(caught.value)
    assert f"{item.urls[0]} ({reason})" in message
    assert f"{item.urls[1]} (404 Client Error: Not Found)" in message
    assert message.endswith(f"put it into {tmp_path / 'failed'}")
    assert "\n" not in message
    assert "a.gz" not in left_in(tmp_path / "failed")
    assert set(left_in(tmp_path / "failed")) <= {"a.gz.part"}


def test_a_broken_download_goes_on_where_it_was_cut_off_with_other_mirrors_too(server, tmp_path):
    with pytest.raises(DataError, match="broke off"):
        download(server("broken"), tmp_path)
    assert (tmp_path / "a.gz.part").read_bytes() == CONTENT[: 2 * CHUNK]
    assert download(server("broken", "good"), tmp_path).read_bytes() == CONTENT
    assert server.asked == [("broken", 0), ("broken", 2 * CHUNK), ("good", 3 * CHUNK)]
    assert left_in(tmp_path) == ["a.gz"]


@pytest.mark.parametrize(
    ("kept", "way", "asked"),
    [
        (b"x" * 1000, "good", [1000, 0]),
        (b"x" * SIZE, "good", [0]),
        (b"x" * (SIZE + 1), "good", [0]),
        (CONTENT[:1000], "whole", [1000]),  # which cannot go on
    ],
)
def test_if_what_was_kept_is_wrong_the_mirror_is_asked_for_all_of_it(
    kept, way, asked, server, tmp_path
):
    (tmp_path / "a.gz.part").write_bytes(kept)
    assert download(server(way), tmp_path).read_bytes() == CONTENT
    assert server.asked == [(way, start) for start in asked]
    assert left_in(tmp_path) == ["a.gz"]


def test_ctrl_c_keeps_what_has_arrived_and_progress_is_told_how_much_will_come(server, tmp_path):
    told = []

    def progress(pieces, total, unit):
        told.append((total, unit))
        for i, piece in enumerate(pieces):
            if i == 2 and len(told) == 1:
                raise KeyboardInterrupt
            yield piece

    with pytest.raises(KeyboardInterrupt):
        download(server("good"), tmp_path, progress)
    assert left_in(tmp_path) == ["a.gz.part"]
    assert download(server("good"), tmp_path, progress).read_bytes() == CONTENT
    assert server.asked == [("good", 0), ("good", 2 * CHUNK)]
    assert told == [(5, " x 64 kB"), (3, " x 64 kB")]


def test_a_server_that_falls_silent_is_given_up(server, tmp_path, monkeypatch):
    monkeypatch.setattr("minigan.data.download.PATIENCE", 0.2)
    assert download(server("hanging", "good"), tmp_path).read_bytes() == CONTENT
    assert server.asked == [("hanging", 0), ("good", CHUNK)]


def test_without_a_network_the_error_names_urls_file_and_directory(tmp_path):
    item = Download("a.gz", SIZE, SHA256, ("http://127.0.0.1:9/a.gz", "http://127.0.0.1:9/b/a.gz"))
    with pytest.raises(DataError) as caught:
        download(item, tmp_path)
    assert str(caught.value) == (
        "a.gz: no mirror gave it: http://127.0.0.1:9/a.gz (no connection: ConnectionError), "
        "http://127.0.0.1:9/b/a.gz (no connection: ConnectionError); "
        f"get it elsewhere and put it into {tmp_path}"
    )
    assert left_in(tmp_path) == []


def test_a_file_of_unknown_size_has_a_limit(server, tmp_path, monkeypatch):
    monkeypatch.setattr("minigan.data.download.MOST", SIZE + 1)
    with pytest.raises(DataError, match=f"expected {SIZE + 1} bytes, got more"):
        download(server("longer", size=None), tmp_path)
    assert left_in(tmp_path) == []


def test_a_place_that_takes_nothing_is_named_as_the_reason(server, tmp_path):
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(InputError, match="expected a directory that can be written to"):
        download(server("good"), tmp_path / "file")
    assert server.asked == []
    (tmp_path / "a.gz.part").mkdir()
    with pytest.raises(DataError, match=r"good/a.gz \(cannot be written: Is a directory\)"):
        download(server("good", size=None), tmp_path)


# By the name of a data set.


@pytest.fixture
def one_file(server, monkeypatch):
    """MNIST as a data set of one file on the server."""

    def known(*ways):
        item = server(*ways)
        monkeypatch.setitem(
            datasets.KNOWN, "mnist", datasets.Known("", lambda _: [], lambda *_: None, (item,))
        )

    return known


def test_a_file_that_lies_beside_that_directory_is_not_fetched_again(one_file, server, tmp_path):
    one_file("good")
    (tmp_path / "a.gz").write_bytes(CONTENT)
    assert fetch("mnist", tmp_path) == [tmp_path / "a.gz"]
    assert server.asked == []


def test_it_goes_where_it_is_told_or_the_variable_says_or_else_into_the_cache(
    one_file, tmp_path, monkeypatch
):
    one_file("good")
    assert fetch("mnist", tmp_path / "new") == [tmp_path / "new" / "mnist" / "a.gz"]
    assert (tmp_path / "new" / "mnist" / "a.gz").read_bytes() == CONTENT
    monkeypatch.setattr("minigan.data.places.cache", lambda: tmp_path / "cache")
    monkeypatch.setenv("MINIGAN_DATA", str(tmp_path / "named"))
    assert fetch("mnist") == [tmp_path / "named" / "mnist" / "a.gz"]
    monkeypatch.delenv("MINIGAN_DATA")
    assert fetch("mnist") == [tmp_path / "cache" / "mnist" / "a.gz"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("digits", "digits: expected one that can be downloaded: mnist, cifar10, olivetti"),
        ("tfd", "tfd: expected one that can be downloaded: mnist, cifar10, olivetti"),
        ("mnits", "data set: expected one of digits, mnist, .*, got 'mnits'"),
    ],
)
def test_what_cannot_be_fetched_is_refused(name, message, tmp_path):
    with pytest.raises(InputError, match=message):
        fetch(name, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_every_download_has_an_https_mirror_for_its_own_file_and_a_checksum():
    for known in datasets.KNOWN.values():
        for item in known.downloads:
            assert len(item.sha256) == 64 and int(item.sha256, 16)
            assert all(url.startswith("https://") for url in item.urls)
            assert len(item.urls) >= 2
