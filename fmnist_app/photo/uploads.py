"""What uploaded files may take of the server's memory, and how soon they are let go.

Streamlit keeps every file's bytes until its visitor's session is closed. Here a file is decoded as it arrives, one at a
time, and what is stored in its place is the picture of at most 640 pixels, or the sentence that says why there is none.
Only addresses that the server gave out are accepted, each once.
"""

import asyncio
import os
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fmnist_app import streamlit_internals as internals

if TYPE_CHECKING:
    from fmnist_core.photos.decoding import Photo

VISITOR_MB, ALL_MB = 100, 400
MAX_ADDRESSES = 1000  # of a visitor that are given out and not used yet
MAX_STORED = 200  # files of a visitor, those that were refused among them
MAX_AT_ONCE = 64  # of a visitor; browsers send six, a proxy may send more
MIN_BYTES = 64_000  # what any file counts for, so that many small ones are bounded too
MAX_TABLE = 1_000_000  # bytes of a file that is no picture and is kept all the same
PICTURE_BYTES = 4 * 640 * 640  # of the largest decoded picture
PATIENCE = 60.0  # seconds that a file waits until others have arrived


@dataclass(frozen=True)
class Limits:
    """Bytes that uploads may take, those on their way and the decoded pictures together.

    Attributes:
        visitor: of one visitor.
        everybody: of all visitors.
    """

    visitor: int = VISITOR_MB * 1_000_000
    everybody: int = ALL_MB * 1_000_000

    @classmethod
    def configured(cls, environment: Mapping[str, str] = os.environ) -> "Limits":
        """Return the limits that `FMNIST_UPLOADS_VISITOR_MB` and `FMNIST_UPLOADS_ALL_MB` set, else the usual ones.

        Raises:
            ValueError: one of them is not a number of megabytes, at least 1.
        """

        def read(name: str, usual: int) -> int:
            text = environment.get(name, str(usual))
            if not re.fullmatch(r"[0-9]{1,6}", text, re.ASCII) or int(text) < 1:
                raise ValueError(f"{name} must be a whole number of megabytes, at least 1, received {text[:40]!r}")
            return int(text) * 1_000_000

        return cls(read("FMNIST_UPLOADS_VISITOR_MB", VISITOR_MB), read("FMNIST_UPLOADS_ALL_MB", ALL_MB))


class Received(bytes):
    """What is stored in the place of a file: its picture, or the sentence that says why there is none.

    Of a picture the bytes are let go; a small file that is none, such as a table of votes, keeps them.
    """

    picture: "Photo | str"

    def __new__(cls, picture: "Photo | str", content: bytes = b"") -> "Received":
        made = super().__new__(cls, content)
        made.picture = picture
        return made


def weight(content: bytes) -> int:
    """Return the bytes that a stored file counts for."""
    held = len(content)
    if isinstance(content, Received) and not isinstance(content.picture, str):
        held = content.picture.rgba.nbytes
    return max(held, MIN_BYTES)


def read(content: bytes) -> Received:
    """Decode a file; of one that is no picture the bytes stay where it is small, or a network."""
    from fmnist_core.confined import network
    from fmnist_core.confined.decoding import decode
    from fmnist_core.photos.errors import PhotoError

    if network.is_network(content):
        if len(content) > network.MAX_BYTES:
            return Received(network.TOO_LARGE)
        return Received("a network is no picture", content)
    try:
        return Received(decode(content))
    except PhotoError as problem:
        return Received(str(problem), content if len(content) <= MAX_TABLE else network.head(content))


class Uploads:
    """Who may send what: the addresses that were given out, and the bytes that are on their way.

    Everything happens in the event loop's thread.
    """

    def __init__(self, limits: Limits):
        self.limits = limits
        self.turn = asyncio.Lock()  # one file at a time is whole in memory, and decoded
        self._addresses: dict[str, dict[str, None]] = {}
        self._coming: Counter[str] = Counter()  # bytes, by session
        self._requests: Counter[str] = Counter()
        self._changed = asyncio.Event()

    def watch(self) -> None:
        """Learn from now on which addresses the running server gives out."""
        internals.watch_addresses(self.give_out)

    def give_out(self, session: str, files: list[str]) -> None:
        known = self._addresses.setdefault(session, {})
        known.update(dict.fromkeys(files[:MAX_ADDRESSES]))
        for file in list(known)[:-MAX_ADDRESSES]:
            del known[file]

    def forget(self, session: str) -> None:
        """Let go whatever is known of a visitor who has left."""
        internals.remove_files(session)
        self._addresses.pop(session, None)

    def redeem(self, session: str, file: str) -> tuple[int, str] | None:
        """Return why a file is not accepted, status and sentence; None when it is, this once."""
        if file not in self._addresses.get(session, {}):
            return 400, "This address was not given out for a file, or it has been used."
        if len(internals.stored(session)) >= MAX_STORED:
            return 429, f"At most {MAX_STORED} files are kept for a visitor: remove some, then choose this one again."
        if self._requests[session] >= MAX_AT_ONCE:
            return 429, f"At most {MAX_AT_ONCE} files of a visitor are received at once."
        del self._addresses[session][file]
        self._requests[session] += 1
        return None

    def done(self, session: str) -> None:
        """Note that a request which was accepted has been answered."""
        self._requests[session] -= 1
        self._requests += Counter()  # drops what is zero
        if not internals.is_expected(session):
            self.forget(session)

    async def reserve(self, session: str, size: int) -> str | None:
        """Wait until a file may come; return None then, or the sentence that says why it may not.

        A file that may come is `release`d afterwards.
        """
        ours, all_ = self.limits.visitor, self.limits.everybody
        loop = asyncio.get_running_loop()
        until = loop.time() + PATIENCE
        while True:
            own = sum(map(weight, internals.stored(session))) + self._coming[session] + size
            everybody = sum(map(weight, internals.stored())) + self._coming.total() + size
            if own <= ours and everybody <= all_:
                self._coming[session] += size
                return None
            others = self._coming[session] if own > ours else self._coming.total()
            if not others or loop.time() >= until:
                break
            try:
                async with asyncio.timeout_at(until):
                    await self._changed.wait()
            except TimeoutError:
                pass
        if own > ours:
            return (
                f"your pictures may take {ours // 1_000_000} MB of this server, and with this file they would take "
                f"{own / 1e6:.0f} MB: remove some, then choose it again"
            )
        return (
            f"everybody's pictures may take {all_ // 1_000_000} MB of this server, and these are in use: remove the "
            "file, and choose it again in a minute"
        )

    def release(self, session: str, size: int) -> None:
        """Give back what a file had reserved on its way."""
        self._coming[session] -= size
        self._coming += Counter()  # drops what is zero
        self._changed.set()
        self._changed = asyncio.Event()
