"""Streamlit's own files for the browser: the bytes that it ships, compressed where that is wanted, kept for good."""

import asyncio
import gzip
from concurrent.futures import ThreadPoolExecutor

import pytest

from fmnist_app import static_files
from fmnist_app import streamlit_internals as internals
from fmnist_app.static_files import StaticFiles

SCRIPT = next(path for path in internals.hashed_files() if path.name.startswith("NumberInput."))
FONT = next(path for path in internals.hashed_files() if path.suffix == ".woff2")
LARGE = max(internals.hashed_files(), key=lambda path: path.stat().st_size)


def name(path):
    return "/" + path.relative_to(internals.STATIC).as_posix()


async def other(scope, receive, send):
    """Stand for all that answers what these files do not."""
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b"other"})


def answer(files, path, method="GET", headers=()):
    """Return status, headers and body."""
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": list(headers), "query_string": b""}
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, files(scope, None, send)).result()
    found = {key.decode(): value.decode() for key, value in sent[0]["headers"]}
    return sent[0]["status"], found, b"".join(message.get("body", b"") for message in sent)


@pytest.fixture(scope="module")
def plain():
    return StaticFiles(other, lambda scope: False)


@pytest.mark.parametrize("path", [SCRIPT, FONT], ids=lambda path: path.suffix)
def test_a_file_is_what_streamlit_ships_and_may_be_kept(plain, path):
    status, headers, body = answer(plain, name(path))
    assert status == 200
    assert body == path.read_bytes()
    assert headers["content-length"] == str(len(body))
    assert headers["cache-control"] == "public, immutable, max-age=31536000"
    assert headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in headers
    assert headers["content-type"] == {".js": "text/javascript", ".woff2": "font/woff2"}[path.suffix]


def test_what_leaves_the_machine_is_compressed_once(monkeypatch):
    files = StaticFiles(other, lambda scope: True)
    calls = []
    compress = gzip.compress
    monkeypatch.setattr(
        static_files.gzip, "compress", lambda *given, **named: calls.append(1) or compress(*given, **named)
    )
    for _ in range(2):
        _, headers, body = answer(files, name(SCRIPT))
        assert headers["content-encoding"] == "gzip"
        assert headers["content-length"] == str(len(body))
        assert gzip.decompress(body) == SCRIPT.read_bytes()
    assert len(calls) == 1
    _, headers, body = answer(files, name(FONT))
    assert "content-encoding" not in headers
    assert body == FONT.read_bytes()


def test_what_is_kept_is_bounded(monkeypatch):
    files = StaticFiles(other, lambda scope: True)
    monkeypatch.setattr(static_files, "MAX_KEPT", 10)
    assert gzip.decompress(answer(files, name(SCRIPT))[2]) == SCRIPT.read_bytes()
    assert not files.compressed


@pytest.mark.parametrize(
    ("path", "method", "headers"),
    [
        ("/", "GET", []),
        ("/static/js/../../index.html", "GET", []),
        ("/static/js/%2e%2e/index.html", "GET", []),
        ("/static/js/missing.12345678.js", "GET", []),
        ("/static/../../../../../../etc/passwd", "GET", []),
        (name(SCRIPT) + "/", "GET", []),
        (name(SCRIPT), "HEAD", []),
        (name(SCRIPT), "POST", []),
        (name(SCRIPT), "GET", [(b"range", b"bytes=0-3")]),
        (name(SCRIPT), "GET", [(b"if-none-match", b'"x"')]),
        (name(LARGE), "GET", []),
    ],
)
def test_all_else_goes_on(plain, path, method, headers):
    assert answer(plain, path, method, headers)[2] == b"other"


def test_a_base_path_stands_before_the_names(monkeypatch):
    monkeypatch.setattr(static_files.st, "get_option", lambda key: "/garments/")
    files = StaticFiles(other, lambda scope: False)
    assert answer(files, "/garments" + name(SCRIPT))[2] == SCRIPT.read_bytes()
    assert answer(files, name(SCRIPT))[2] == b"other"
