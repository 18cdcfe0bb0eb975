"""What uploaded files may take of the server's memory, and how soon they are let go.

Streamlit keeps every file's bytes until its visitor's session is closed. Here a file is decoded as it arrives, one at a
time, and what is stored in its place is the picture of at most 640 pixels, or the sentence that says why there is none.
Only addresses that the server gave out are accepted, each once.
"""

import asyncio
import os
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio.to_thread
import streamlit as st
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fmnist_app import streamlit_internals as internals

if TYPE_CHECKING:
    from fmnist_core.photos.decoding import Photo

VISITOR_MB, ALL_MB = 100, 400
MAX_ADDRESSES = 1000  # of a visitor that are given out and not used yet
MAX_STORED = 200  # files of a visitor, those that were refused among them
MAX_AT_ONCE = 64  # of a visitor; browsers send six, a proxy may send more
MIN_BYTES = 64_000  # what any file counts for, so that many small ones are bounded too
PICTURE_BYTES = 4 * 640 * 640  # of the largest decoded picture
PATIENCE = 60.0  # seconds that a file waits until others have arrived
SLOWEST = 100_000  # bytes a second; half a minute is added for the start
HEAD = 16_384  # bytes in which a form's first part must begin


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
    """What is stored in the place of a file: no bytes, and its picture or the sentence that says why there is none."""

    picture: "Photo | str"

    def __new__(cls, picture: "Photo | str") -> "Received":
        made = super().__new__(cls)
        made.picture = picture
        return made


def weight(content: bytes) -> int:
    """Return the bytes that a stored file counts for."""
    held = len(content)
    if isinstance(content, Received) and not isinstance(content.picture, str):
        held = content.picture.rgba.nbytes
    return max(held, MIN_BYTES)


def read(content: bytes) -> Received:
    """Decode a file; what is needed for it may still have to be imported."""
    from fmnist_app import loading

    loading.garment()
    from fmnist_core.photos.decoding import PhotoError, decode

    try:
        return Received(decode(content))
    except PhotoError as problem:
        return Received(str(problem))


class TooSlowError(Exception):
    """A file has not arrived in time."""


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
        if not internals.is_connected(session):
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


class UploadLimits:
    """Middleware for the address that browsers send files to.

    Args:
        app: what answers in the end.
        uploads: the server's one.
    """

    def __init__(self, app: ASGIApp, uploads: Uploads):
        self.app, self.uploads = app, uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        upload = scope["type"] == "http" and scope["method"] == "PUT" and internals.UPLOAD_PATH.fullmatch(scope["path"])
        # What Streamlit refuses before it reads, it may refuse itself: a stranger's session, too large a file.
        if not upload or not internals.is_connected(upload[1]) or (size := declared(scope)) is None:
            await self.app(scope, receive, send)
            return
        session, file = upload.groups()
        refused = self.uploads.redeem(session, file)
        if refused:
            await read_some(receive)
            await PlainTextResponse(refused[1], refused[0])(scope, receive, send)
            return
        answers: list[Message] = []

        async def hold(message: Message) -> None:
            answers.append(message)

        try:
            await self._receive(scope, receive, hold, session, file, size)
        except TooSlowError:
            answers.clear()
            await PlainTextResponse("The file did not arrive in time.", 408)(scope, receive, hold)
        except ClientDisconnect:
            return
        finally:
            self.uploads.done(session)
        for message in answers:
            await send(message)

    async def _receive(self, scope: Scope, receive: Receive, send: Send, session: str, file: str, size: int) -> None:
        reserved = max(size, PICTURE_BYTES)
        problem = await self.uploads.reserve(session, reserved)
        deadline = asyncio.get_running_loop().time() + 30 + size / SLOWEST
        slow = in_time(receive, deadline)
        if problem:
            await self.app(scope, await without_content(scope, slow), send)
            internals.replace_file(session, file, Received(problem))
            return
        turns = 0

        async def receive_in_turn() -> Message:
            nonlocal turns
            message = await slow()
            if not message.get("more_body") and not turns:
                await self.uploads.turn.acquire()
                turns = 1
            return message

        try:
            await self.app(scope, receive_in_turn, send)
            content = internals.stored_file(session, file)
            if content is not None:
                try:
                    content = await anyio.to_thread.run_sync(read, content)
                finally:
                    if isinstance(content, Received):
                        internals.replace_file(session, file, content)
                    else:
                        internals.remove_file(session, file)
        finally:
            self.uploads.release(session, reserved)
            if turns:
                self.uploads.turn.release()


def declared(scope: Scope) -> int | None:
    """Return the bytes that a request says it has, the most there may be when it does not say; None for too many."""
    most = st.get_option("server.maxUploadSize") * 1024 * 1024
    text = Headers(scope=scope).get("content-length", str(most))
    return int(text) if re.fullmatch(r"[0-9]{1,12}", text, re.ASCII) and int(text) <= most else None


def in_time(receive: Receive, deadline: float) -> Callable[[], Awaitable[Message]]:
    """Return a `receive` that raises TooSlowError at a time of the event loop's clock."""

    async def receive_in_time() -> Message:
        try:
            async with asyncio.timeout_at(deadline):
                return await receive()
        except TimeoutError:
            raise TooSlowError from None

    return receive_in_time


async def read_some(receive: Receive, most: int = 1_000_000, seconds: float = 5.0) -> None:
    """Read the rest of a small request: who is interrupted in sending may never see the answer."""
    slow = in_time(receive, asyncio.get_running_loop().time() + seconds)
    with suppress(TooSlowError):
        while most > 0:
            message = await slow()
            most -= len(message.get("body", b""))
            if not message.get("more_body"):
                return


async def without_content(scope: Scope, receive: Receive) -> Receive:
    """Read a form with a file to its end, and return a `receive` that gives it with an empty file."""
    head, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        head = (head + message.get("body", b""))[:HEAD]
        more = message.get("more_body", False)
    first, _, _ = head.partition(b"\r\n\r\n")
    boundary, _, _ = first.partition(b"\r\n")
    body = first + b"\r\n\r\n\r\n" + boundary + b"--\r\n"

    async def give() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return give
