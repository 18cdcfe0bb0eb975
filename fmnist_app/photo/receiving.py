"""Middleware that receives uploaded files: within limits, in time, and decoded before the browser is answered."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress

import anyio.to_thread
import streamlit as st
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fmnist_app import streamlit_internals as internals
from fmnist_app.photo.uploads import PICTURE_BYTES, Received, Uploads, read
from fmnist_app.switches import SWITCHES

SLOWEST = 100_000  # bytes a second; half a minute is added for the start
HEAD = 16_384  # bytes in which a form's first part must begin


class TooSlowError(Exception):
    """A file has not arrived in time."""


class UploadLimits:
    """Middleware for the address that browsers send files to.

    Args:
        app: what answers in the end.
        uploads: the server's one.
        before_reading: called before a file is decoded; what is needed for it may still have to be imported.
    """

    def __init__(self, app: ASGIApp, uploads: Uploads, before_reading: Callable[[], None]):
        self.app, self.uploads, self.before_reading = app, uploads, before_reading

    def _read(self, content: bytes) -> Received:
        self.before_reading()
        return read(content)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        upload = scope["type"] == "http" and scope["method"] == "PUT" and internals.UPLOAD_PATH.fullmatch(scope["path"])
        # What Streamlit refuses before it reads, it may refuse itself: a stranger's session, too large a file.
        if not upload or not internals.is_connected(upload[1]) or (size := declared(scope)) is None:
            await self.app(scope, receive, send)
            return
        session, file = upload.groups()
        if not (SWITCHES.uploads or SWITCHES.camera):
            await read_some(receive)
            await PlainTextResponse("This server takes no pictures.", 403)(scope, receive, send)
            return
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
                    content = await anyio.to_thread.run_sync(self._read, content)
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
