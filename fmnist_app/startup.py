"""What the server does once, before the first visitor.

`streamlit run streamlit_app.py` finds the `st.App` and starts it: responses travel compressed (about a third of the
bytes on a first visit), and while the browser is still loading Streamlit's own files, the modules that a page needs
are imported.
"""

import threading
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from fmnist_app import sprites

ROUTES = sprites.ROUTES
COMPRESSED = Middleware(GZipMiddleware, minimum_size=1024, compresslevel=6)


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[dict]:
    """Warm up, and open a browser where `streamlit run` would."""
    threading.Thread(target=warm_up, daemon=True).start()
    if not st.get_option("server.headless"):
        threading.Timer(0.5, webbrowser.open, [f"http://localhost:{st.get_option('server.port')}"]).start()
    yield {}


def warm_up() -> None:
    """Import what the first page needs, read the test split, and draw the sheet of thumbnails."""
    from fmnist_core import charts, load_test  # noqa: F401

    load_test()
    sprites.sheet()
