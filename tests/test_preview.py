"""What a link to the app shows where it is pasted."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

from fmnist_app import preview

PAGE = "<html><head><title>Streamlit</title></head><body>Streamlit</body></html>"


APP = Starlette(
    routes=[
        Route("/", lambda request: HTMLResponse(PAGE)),
        Route("/data", lambda request: JSONResponse(PAGE)),
        *preview.ROUTES,
    ],
    middleware=[Middleware(preview.Tags, further="<style>b{}</style>"), Middleware(GZipMiddleware, minimum_size=1)],
)


def ask(path, method="GET", **headers):
    """Return status, headers and body of the app's answer."""
    sent = []

    async def receive():  # the question was asked whole; the asker stays
        await asyncio.Event().wait()

    async def send(message):
        sent.append(message)

    asked = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": asked, "query_string": b"", "scheme": "http"}
    # In a thread of its own: the browser that other tests drive keeps a loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(APP(scope, receive, send))).result()
    found = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], found, b"".join(message.get("body", b"") for message in sent[1:])


def test_the_page_has_title_sentence_and_picture():
    _, headers, body = ask("/", host="class.example", x_forwarded_proto="https")
    assert int(headers["content-length"]) == len(body)
    text = body.decode()
    assert f"<title>{preview.TITLE}</title>" in text
    tags = dict(re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)" />', text))
    assert tags["description"] == tags["og:description"] == preview.SENTENCE
    assert tags["og:image"] == "https://class.example/preview.png"
    assert "<body>Streamlit</body>" in text


def test_a_browser_that_takes_compressed_pages_gets_the_tags_as_well():
    _, headers, body = ask("/", accept_encoding="gzip, br")
    assert "content-encoding" not in headers
    assert f"<title>{preview.TITLE}</title>".encode() in body
    assert b"<style>b{}</style>" in body.split(b"</head>")[0]


def test_the_picture_is_there():
    _, headers, body = ask("/preview.png")
    assert headers["content-type"] == "image/png"
    assert body.startswith(b"\x89PNG")


def test_a_hostile_host_stays_text():
    assert b"<script>" not in ask("/", host='x"><script>')[2]


def test_other_answers_and_head_requests_pass_unchanged():
    assert ask("/data")[2].decode().strip('"') == PAGE
    assert ask("/", method="HEAD")[0] == 200
