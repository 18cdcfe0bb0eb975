"""What browsers in a class ask every second or so: has anything changed? Only then Streamlit runs.

The token travels in a header, so that no log of addresses holds it. A wrong one is told nothing. Two hundred phones
cost the database one question: who was told a room's version before is answered from the versions of all rooms.
"""

import asyncio
import time

from anyio.to_thread import run_sync
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from fmnist_app import loading
from fmnist_app.switches import SWITCHES

HEADER, PATH = "x-class-token", "/class-pulse"
FRESH = 0.4  # seconds for which the versions of all rooms are taken for true
MAX_KNOWN = 5000  # tokens
AWAY = 2.0  # seconds for which a database that did not answer is not asked again


class Pulse:
    """Middleware that answers the question itself: it is the most frequent one, and all others cost it time."""

    def __init__(self, app: ASGIApp):
        self.app = app
        self._versions: dict[int, int] = {}  # by room
        self._read_at = self._away_until = 0.0
        self._reading = asyncio.Lock()
        self._known: dict[str, tuple[int, int, str]] = {}  # by token: room, version, and the pulse that it was told

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].endswith(PATH) or not SWITCHES.rooms:
            await self.app(scope, receive, send)
            return
        status, text = await self.feel(Headers(scope=scope).get(HEADER, "")[:64])
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        await PlainTextResponse(text, status, headers)(scope, receive, send)

    async def feel(self, token: str) -> tuple[int, str]:
        """Return 200 and a short text that changes when the owner's view does; 404: no such token, 503: no answer."""
        await run_sync(loading.classroom) if not self._read_at else None
        from fmnist_app.classroom.service import SCHOOL
        from fmnist_core.classroom.errors import Unavailable

        try:
            async with self._reading:
                if time.monotonic() < self._away_until:
                    return 503, ""
                if time.monotonic() - self._read_at > FRESH:
                    self._versions = await run_sync(SCHOOL.rooms.versions)
                    self._read_at = time.monotonic()
            if (known := self._known.get(token)) and self._versions.get(known[0]) == known[1]:
                return 200, known[2]
            found = await run_sync(SCHOOL.rooms.pulse, token)
        except Unavailable:
            self._away_until = time.monotonic() + AWAY
            return 503, ""
        if found is None:
            self._known.pop(token, None)
            return 404, ""
        if found.student:
            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
            self._known[token] = found.room, found.version, found.text
        return 200, found.text
