"""What the server sends so that nothing foreign runs in a page, and whom it does not answer."""

import asyncio
import socket
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
import websockets
from starlette.datastructures import Headers
from streamlit import net_util
from streamlit.web.server import server_util

from fmnist_app import security
from fmnist_app import streamlit_internals as internals
from tests.drivers import open_page


def handshake(app, origin):
    """Return the status that a websocket's handshake gets."""

    async def ask():
        address = app.replace("http", "ws", 1) + "/_stcore/stream"
        try:
            async with websockets.connect(address, origin=origin, subprotocols=["streamlit"]):
                return 101
        except websockets.InvalidStatus as refused:
            return refused.response.status_code

    # In a thread of its own: the browser that other tests drive keeps a loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, ask()).result()


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/static/nothing.js"])
def test_every_answer_carries_the_headers(app, path):
    try:
        with urllib.request.urlopen(app + path, timeout=10) as answer:
            headers = answer.headers
    except urllib.error.HTTPError as problem:
        headers = problem.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=(self)" in headers["Permissions-Policy"]
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'self'"
    assert policy["object-src"] == "'none'"


@pytest.mark.browser
@pytest.mark.parametrize(
    "address", ["", "evaluate?view=Calibration", "explore", "stress", "garment?way=Draw", "garment", "?ask=Inside"]
)
def test_no_page_breaks_its_own_policy(app, page, address):
    broken = []
    page.on("console", lambda message: broken.append(message.text) if "Content Security Policy" in message.text else 0)
    open_page(page, f"{app}/{address}")
    page.wait_for_timeout(500)
    assert broken == []


@pytest.mark.parametrize("origin", ["http://evil.example", "https://127.0.0.1.evil.example", "null", "http://["])
def test_another_sites_page_opens_no_websocket(app, origin):
    assert handshake(app, origin) == 403


def test_its_own_page_and_a_program_open_one(app):
    assert handshake(app, app) == 101
    assert handshake(app, None) == 101


@pytest.mark.parametrize(
    ("origin", "host", "outer", "answer"),
    [
        ("https://school.example", "127.0.0.1:8501", "school.example", True),
        ("https://school.example", "127.0.0.1:8501", "", False),
        ("http://Laptop.local:8501", "laptop.local:8501", "", True),
        ("http://laptop.local:9999", "laptop.local:8501", "", False),
        ("", "127.0.0.1:8501", "", False),
    ],
)
def test_an_origin_is_its_own_host(origin, host, outer, answer):
    headers = {"origin": origin, "host": host} | ({"x-forwarded-host": outer} if outer else {})
    assert security.allowed(Headers(headers)) is answer


def test_nobody_on_the_internet_is_asked(monkeypatch):
    def asked(*_, **__):
        raise AssertionError("something was asked of the internet")

    monkeypatch.setattr(net_util, "get_external_ip", net_util.get_external_ip)
    internals.ask_nobody()
    monkeypatch.setattr(net_util, "_make_blocking_http_get", asked)
    monkeypatch.setattr(socket, "create_connection", asked)
    assert net_util.get_external_ip() is None
    assert server_util.is_url_from_allowed_origins("http://evil.example") is False


@pytest.mark.parametrize("sites", ["https://school.example", "'none'", "*", "https://a.example http://b.example:8080"])
def test_a_school_may_frame_it(sites):
    assert security.frame_ancestors({"FMNIST_FRAME_ANCESTORS": sites}) == sites


@pytest.mark.parametrize("sites", ["school.example", "https://a; script-src *", "javascript:alert(1)"])
def test_what_is_no_site_is_named(sites):
    with pytest.raises(ValueError, match="must list sites such as"):
        security.frame_ancestors({"FMNIST_FRAME_ANCESTORS": sites})
