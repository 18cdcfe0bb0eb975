"""What the server does once, before the first visitor.

`streamlit run streamlit_app.py` finds the `st.App` and starts it: responses to other machines travel compressed (less
than half the bytes of a first visit), the browser is told with the page which scripts its elements will need, and while
it is still loading them, the modules that the pages need are imported, those of the first page first.
"""

import ctypes
import logging
import os
import re
import sys
import threading
import time
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_address

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.web.server.server_util import get_url

from fmnist_app import failures, head, loading, logs, monitoring, preview, pulse
from fmnist_app import streamlit_internals as internals
from fmnist_app.departures import Departures
from fmnist_app.photo.receiving import UploadLimits
from fmnist_app.photo.uploads import Limits, Uploads
from fmnist_app.reconnection import Reconnection
from fmnist_app.security import SameOrigin, SecurityHeaders, frame_ancestors
from fmnist_app.static_files import StaticFiles
from fmnist_app.switches import SWITCHES


def thumbnails(request: Request) -> Response:
    """Answer a request for the sheet of thumbnails; drawing it needs modules that the start does without."""
    loading.evaluation()
    from fmnist_app.components import sprites

    return sprites.serve(request)


# The second is for a server that is given a base path.
ROUTES = [Route("/sprites/{name}", thumbnails), Route("/{base:path}/sprites/{name}", thumbnails), *preview.ROUTES]

# The other pages' modules are imported so many seconds after the first visitor's first page stands, or, when nobody
# comes, after the start: sooner, they would slow down that visitor's verdict.
AFTER_FIRST_PAGE, WITHOUT_VISITORS = 1.0, 10.0

# What the first page draws, by the names of Streamlit's own files.
FIRST_DRAWN = ("NumberInput", "Button", "ButtonGroup", "Html", "Checkbox", "DownloadButton")


class Preloading:
    """Names, with every page, the scripts of the elements that it will draw (HTTP `Link: rel=modulepreload`).

    Streamlit's browser side asks for them when the first element arrives, two dozen small files after all the rest.
    """

    def __init__(self, app: ASGIApp):
        self.app = app
        try:
            names = internals.late_scripts(FIRST_DRAWN)
        except internals.StreamlitChangedError as problem:  # the first page is a little slower without
            logging.getLogger(__name__).warning("%s", problem)
            names = []
        self.link = ", ".join(
            f"<./static/js/{name}>; rel=modulepreload; crossorigin=anonymous; fetchpriority=low" for name in names
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_link(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("link", self.link)
            await send(message)

        wanted = scope["type"] == "http" and self.link
        await self.app(scope, receive, send_with_link if wanted else send)


class Compression(GZipMiddleware):
    """Compresses what leaves this machine; within it, compressing takes longer than sending."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not takes_gzip(scope):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def takes_gzip(scope: Scope) -> bool:
    """Return whether an answer should be compressed: it leaves this machine, and the browser says that it takes gzip.

    `Accept-Encoding: gzip;q=0` says that it does not.
    """
    offers = Headers(scope=scope).get("accept-encoding", "").lower().replace(" ", "").split(",")
    offered = [offer for offer in offers if offer == "gzip" or offer.startswith("gzip;")]
    refused = any(re.fullmatch(r"gzip;q=0(\.0*)?", offer) for offer in offered)
    return bool(offered) and not refused and not is_local(scope)


def is_local(scope: Scope) -> bool:
    """Return whether a request comes from this machine, and not from a proxy on it that speaks for another."""
    host, _ = scope.get("client") or ("", 0)
    headers = Headers(scope=scope)
    try:
        return ip_address(host).is_loopback and not any(
            name in headers for name in ("x-forwarded-for", "forwarded", "via")
        )
    except ValueError:
        return False


internals.ask_nobody()
internals.mark_as_served()
internals.send_in_batches()
internals.send_at_once()
internals.write_together()
internals.describe_once()
internals.let_parts_answer()
internals.run_all_for_unknown_parts()
WATCHED = monitoring.configured()
UPLOADS = Uploads(Limits.configured())
if any(name.startswith("FMNIST_TRAIN_") for name in os.environ):  # else the core need not be there yet
    from fmnist_core.composing import limits as training_limits

    training_limits.Limits.configured()  # a wrong one is told when the server starts, not to its visitors
if os.environ.get("FMNIST_DATABASE_URL") and SWITCHES.rooms:  # likewise; else SQLAlchemy need not be there yet
    from fmnist_core.classroom.database import database_url

    database_url()
MIDDLEWARE = [
    Middleware(pulse.Pulse),
    Middleware(SecurityHeaders, ancestors=frame_ancestors()),
    Middleware(StaticFiles, compresses=takes_gzip),
    Middleware(SameOrigin),
    Middleware(Reconnection),
    Middleware(Preloading),
    # Compression of a higher level delays the first page for few bytes less.
    Middleware(Compression, minimum_size=1024, compresslevel=2),
    Middleware(preview.Tags, further=head.TAGS),
    Middleware(UploadLimits, uploads=UPLOADS, before_reading=loading.garment),
]


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[dict]:
    """Save memory, take as many connections as may be, warm up, and open a browser where `streamlit run` would."""
    logs.configure()
    return_freed_memory()
    allow_connections()
    failures.watch()
    monitor = monitoring.Monitor(WATCHED, training_jobs) if WATCHED else None
    UPLOADS.watch()
    Departures(visit_ended).watch()
    threading.Thread(target=warm_up, daemon=True).start()
    if not st.get_option("server.headless"):
        threading.Timer(0.5, webbrowser.open, [get_url("localhost")]).start()
    yield {}
    if monitor:
        monitor.close()
    from fmnist_app.train import service

    service.LINE.close()


def visit_ended(session: str) -> None:
    """Let go what is kept of a visitor who has left: uploaded pictures, runs."""
    UPLOADS.forget(session)
    loading.training()
    from fmnist_app.train import service

    service.LINE.forget(session)


def training_jobs() -> tuple[int, int]:
    """Return how many training runs are under way, and how many wait; before anybody trained, none."""
    service = sys.modules.get("fmnist_app.train.service")
    return service.LINE.jobs() if service else (0, 0)


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


def allow_connections() -> None:
    """Raise the soft limit of open files, often 1,024, as far as the hard one allows: each connection is one."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def warm_up() -> None:
    """Import what the first page needs, read the test split, start the network that is shown first; then the rest."""
    loading.first_page()
    from fmnist_app import caches, state
    from fmnist_core import DataError, ModelError, default_network, load_test

    with suppress(DataError, ModelError):  # the page says what is wrong
        network = caches.network(default_network())
        network.classifier.logits(load_test().images[:1])
        network.set_threshold(state.USUAL_LEVEL)
    if loading.FIRST_PAGE_STANDS.wait(WITHOUT_VISITORS):
        time.sleep(AFTER_FIRST_PAGE)
    loading.most_pages()
    from fmnist_core.classroom.place import sqlite_file

    if SWITCHES.rooms and (os.environ.get("FMNIST_DATABASE_URL") or sqlite_file().is_file()):
        loading.classroom()
        from fmnist_app.classroom import service

        service.purge_leftovers()
