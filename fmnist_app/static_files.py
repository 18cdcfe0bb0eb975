"""Files that Streamlit ships for the browser: from memory, and compressed once for all visitors.

A cold browser asks for about a hundred of them. Through all layers of the server each costs 3 to 4 ms, most of them to
find the file and to read it in another thread: a third of a second in which a first visitor waits and a class queues.
Their names carry a hash of what they hold, so a browser keeps what it has got for good.
"""

import gzip
from collections.abc import Callable, Mapping
from pathlib import Path

import streamlit as st
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from fmnist_app import streamlit_internals as internals

YEAR = 31_536_000  # seconds
MIN_COMPRESSED, LEVEL = 1024, 6  # bytes; of gzip: once for all visitors, it may take longer than for each
MAX_KEPT = 8_000_000  # bytes of compressed files in memory; all that there are take 7 MB
# Not as the system would have it: some take scripts for plain text, and browsers then refuse them.
TYPES = {
    ".css": "text/css",
    ".gif": "image/gif",
    ".js": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
COMPRESSIBLE = (".css", ".js", ".svg")  # the others are compressed already
LARGE = 2_000_000  # bytes; larger files that are not compressed go the server's own way, piece by piece


class StaticFiles:
    """Answers requests for the files whose names carry a hash; every other request goes on.

    Args:
        app: what answers everything else, conditional requests and those for a part of a file among it.
        compresses: whether the answer to a request should be compressed, if it can be.
        static: Streamlit's folder of files for the browser.
    """

    def __init__(self, app: ASGIApp, compresses: Callable[[Scope], bool], static: Path = internals.STATIC):
        self.app, self.compresses = app, compresses
        base = st.get_option("server.baseUrlPath").strip("/")
        prefix = f"/{base}" if base else ""
        self.files: Mapping[str, Path] = {
            f"{prefix}/{path.relative_to(static).as_posix()}": path
            for path in internals.hashed_files(static)
            if path.suffix in TYPES
        }
        self.large = {path for path in self.files.values() if path.stat().st_size > LARGE}
        self.compressed: dict[Path, bytes] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = self.files.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "GET" else None
        compress = path is not None and path.suffix in COMPRESSIBLE and self.compresses(scope)
        if (
            path is None
            or {"range", "if-none-match"} & set(Headers(scope=scope))
            or (path in self.large and not compress)
        ):
            await self.app(scope, receive, send)
            return
        body, encoded = self._content(path, compress)
        headers = [
            (b"content-type", TYPES[path.suffix].encode()),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", f"public, immutable, max-age={YEAR}".encode()),
            (b"vary", b"Accept-Encoding"),
            *([(b"content-encoding", b"gzip")] if encoded else []),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _content(self, path: Path, compress: bool) -> tuple[bytes, bool]:
        """Return a file's bytes, and whether they are compressed."""
        if compress and path in self.compressed:
            return self.compressed[path], True
        content = path.read_bytes()  # from the system's cache
        if not compress or len(content) < MIN_COMPRESSED:
            return content, False
        small = gzip.compress(content, LEVEL, mtime=0)
        if sum(map(len, self.compressed.values())) + len(small) <= MAX_KEPT:
            self.compressed[path] = small
        return small, True
