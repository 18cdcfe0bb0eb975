"""What the server does once, before the first visitor.

`streamlit run streamlit_app.py` finds the `st.App` and starts it: responses travel compressed (about a third of the
bytes on a first visit), and while the browser is still loading Streamlit's own files, the modules that a page needs
are imported.
"""

import ctypes
import sys
import threading
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from fmnist_app import sprites

ROUTES = sprites.ROUTES
COMPRESSED = Middleware(
    GZipMiddleware, minimum_size=1024, compresslevel=2
)  # higher levels delay the first page for few bytes less


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[dict]:
    """Save memory, warm up, and open a browser where `streamlit run` would."""
    return_freed_memory()
    threading.Thread(target=warm_up, daemon=True).start()
    if not st.get_option("server.headless"):
        threading.Timer(0.5, webbrowser.open, [f"http://localhost:{st.get_option('server.port')}"]).start()
    yield {}


def return_freed_memory() -> None:
    """Let glibc give freed memory back: by default each thread of a visitor's run keeps an arena of its own.

    Other systems' allocators are left alone.
    """
    if not sys.platform.startswith("linux"):
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return
    trim_threshold, mmap_threshold, arena_max = -1, -3, -8  # names of mallopt(3)
    mallopt(arena_max, 2)
    mallopt(mmap_threshold, 256 * 1024)
    mallopt(trim_threshold, 256 * 1024)


def warm_up() -> None:
    """Import what the first page needs, and read the test split."""
    from fmnist_core import charts, load_test  # noqa: F401

    load_test()
