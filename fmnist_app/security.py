"""What the server sends with every page so that nothing foreign runs in it, and whom it does not answer.

A school may embed the app: `FMNIST_FRAME_ANCESTORS` lists the sites that may frame it, as in the
Content-Security-Policy directive `frame-ancestors`; by default only the app itself may.
"""

import os
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fmnist_app.switches import SWITCHES

# Streamlit's browser side compiles schemas of its elements (unsafe-eval), starts components from blobs, writes styles
# into the page, and shows pictures that the page itself holds as data.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' blob:; worker-src 'self' blob:; "
    "connect-src 'self' ws: wss: data: blob:; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors {ancestors}"
)
_SITE = re.compile(r"'self'|'none'|\*|https?://[A-Za-z0-9.*-]+(:\d{1,5})?")


def frame_ancestors(environment: Mapping[str, str] = os.environ) -> str:
    """Return who may frame the app, from `FMNIST_FRAME_ANCESTORS`, else the app itself.

    Raises:
        ValueError: it lists something that is neither a site nor 'self', 'none' or *.
    """
    sites = environment.get("FMNIST_FRAME_ANCESTORS", "'self'").split()
    for site in sites:
        if not _SITE.fullmatch(site):
            raise ValueError(
                f"FMNIST_FRAME_ANCESTORS must list sites such as https://school.example, received {site[:60]!r}"
            )
    return " ".join(sites) or "'none'"


class SecurityHeaders:
    """Adds the headers to every answer."""

    def __init__(self, app: ASGIApp, ancestors: str):
        self.app = app
        camera = "self" if SWITCHES.camera else ""
        self.headers = {
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Permissions-Policy": f"camera=({camera}), microphone=(), geolocation=(), payment=(), usb=()",
            "Content-Security-Policy": POLICY.format(ancestors=ancestors),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class SameOrigin:
    """Refuses websockets that another site's page opens; Streamlit would ask an address on the internet first."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if not allowed(headers):
            # An answer in place of the handshake.
            await PlainTextResponse("This address is open to its own pages only.", 403)(scope, receive, send)
            return
        # Streamlit judges once more, and need not look further: the page is this server's own.
        rest = [(name, value) for name, value in scope["headers"] if name != b"origin"]
        own = f"http://{headers.get('host', '')}".encode("latin-1")
        await self.app({**scope, "headers": [*rest, (b"origin", own)]}, receive, send)


def allowed(headers: Headers) -> bool:
    """Return whether a websocket's Origin is this server's own, or one of `server.corsAllowedOrigins`.

    A program that is no browser sends none. Behind a proxy the outer host counts too (X-Forwarded-Host).
    """
    origin = headers.get("origin")
    if origin is None or not st.get_option("server.enableCORS"):
        return True
    own = {headers.get("host", ""), *headers.get("x-forwarded-host", "").split(",")}
    try:
        site = urlsplit(origin)
    except ValueError:
        return False
    if site.netloc and site.netloc.lower() in {host.strip().lower() for host in own}:
        return True
    return origin in (st.get_option("server.corsAllowedOrigins") or ())
