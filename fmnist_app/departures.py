"""A visitor who has left: what is known of them is let go a little later, and the memory is given back."""

import asyncio
import ctypes
import gc
import sys
from collections.abc import Callable
from contextlib import suppress

import streamlit as st

from fmnist_app import streamlit_internals as internals

TIDY_EVERY = 5.0  # seconds at least between two collections: each takes a moment in which nobody is answered


class Departures:
    """Ends the visits of those who do not come back: a connection that broke for a moment is taken up again.

    Args:
        ended: told each session that has ended.
    """

    def __init__(self, ended: Callable[[str], None]):
        self._ended = ended
        self._since: dict[str, float] = {}
        self._tidying = False

    def watch(self) -> None:
        """End visits from now on, of the running server."""
        internals.watch_departures(self.left)

    def left(self, session: str, close: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        since = self._since[session] = loop.time()
        # A second before Streamlit stops knowing the session, and keeps it in memory until somebody else leaves.
        wait = max(st.get_option("server.disconnectedSessionTTL") - 1, 0)
        loop.call_later(wait, self._end, session, since, close)

    def _end(self, session: str, since: float, close: Callable[[], None]) -> None:
        if self._since.get(session) != since:  # came back, and left again
            return
        del self._since[session]
        if internals.is_connected(session):
            return
        close()
        self._ended(session)
        if not self._tidying:
            self._tidying = True
            asyncio.get_running_loop().call_later(TIDY_EVERY, self._tidy)

    def _tidy(self) -> None:
        self._tidying = False
        gc.collect()  # sessions are cycles, and few objects hold much
        give_memory_back()


def give_memory_back() -> None:
    """Have glibc return to the system what is free; other systems' allocators are left alone."""
    if sys.platform.startswith("linux"):
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
