"""What a link to the app shows where it is pasted: title, one sentence and a picture."""

import html
from pathlib import Path

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TITLE = "Fashion-MNIST explorer"
SENTENCE = (
    "Pick any of 10,000 pictures of clothing and see what a neural network takes it for, how sure it is, why, and "
    "where it goes wrong. Or show it a garment of yours."
)
PICTURE = Path(__file__).parent.parent / "docs" / "predict.png"
_OWN_TITLE = b"<title>Streamlit</title>"


def picture(request: Request) -> FileResponse:
    """Answer a request for the picture."""
    return FileResponse(PICTURE, media_type="image/png", headers={"Cache-Control": "public, max-age=86400"})


ROUTES = [Route("/preview.png", picture), Route("/{base:path}/preview.png", picture)] if PICTURE.is_file() else []


def tags(scope: Scope) -> bytes:
    """Return the tags of the page's head for a request: whoever reads them asks for absolute addresses."""
    headers = Headers(scope=scope)
    scheme = headers.get("x-forwarded-proto", scope.get("scheme", "http")).split(",")[0].strip()
    base = st.get_option("server.baseUrlPath").strip("/")
    address = f"{scheme}://{headers.get('host', 'localhost')}/{base + '/' if base else ''}preview.png"
    facts = [
        ("name", "description", SENTENCE),
        ("property", "og:type", "website"),
        ("property", "og:title", TITLE),
        ("property", "og:description", SENTENCE),
        ("name", "twitter:card", "summary_large_image"),
        *([("property", "og:image", address)] if ROUTES else []),
    ]
    lines = [f'<meta {kind}="{name}" content="{html.escape(value)}" />' for kind, name, value in facts]
    return "\n    ".join([f"<title>{TITLE}</title>", *lines]).encode()


class Tags:
    """Writes title and tags into Streamlit's page, which has none of its own.

    Args:
        further: more for the page's head, as it is.
    """

    def __init__(self, app: ASGIApp, further: str = ""):
        self.app = app
        self.further = further.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message | None = None
        parts: list[bytes] = []

        async def send_with_tags(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_page(message):
                start = message  # held back: its length changes
            elif start is not None and message["type"] == "http.response.body":
                parts.append(message.get("body", b""))
                if message.get("more_body"):
                    return
                body = b"".join(parts).replace(_OWN_TITLE, tags(scope) + self.further, 1)
                if body:  # a HEAD request has none
                    MutableHeaders(scope=start)["content-length"] = str(len(body))
                await send(start)
                await send({"type": "http.response.body", "body": body})
                start = None
            else:
                await send(message)

        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # Streamlit compresses some answers itself: it is asked for plain ones; `startup.Compression` does it outside.
        plain = [(name, value) for name, value in scope["headers"] if name.lower() != b"accept-encoding"]
        await self.app({**scope, "headers": plain}, receive, send_with_tags)


def _is_page(message: Message) -> bool:
    headers = MutableHeaders(scope=message)
    return headers.get("content-type", "").startswith("text/html")
