"""What the server sends with the first page, and when it compresses."""

import asyncio
import gzip
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

from fmnist_app import startup
from fmnist_app import streamlit_internals as internals
from tests.drivers import ROOT

STATIC = Path(streamlit.__file__).parent / "static"


def answer(path, client=("127.0.0.1", 50_000), headers=None):
    """Return the headers and the body that the app's middleware sends."""
    app = Starlette(
        routes=[
            Route("/", lambda request: HTMLResponse("<p>page</p>" * 500)),
            Route("/plain", lambda request: PlainTextResponse("text " * 500)),
        ],
        middleware=startup.MIDDLEWARE,
    )
    sent = []

    async def receive():
        return {"type": "http.request", "body": b""}

    async def send(message):
        sent.append(message)

    asked = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
    scope = {"type": "http", "method": "GET", "path": path, "headers": asked, "query_string": b"", "client": client}
    # In a thread of its own: the browser that other tests drive keeps a loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(app(scope, receive, send))).result()
    found = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    return found, b"".join(message.get("body", b"") for message in sent[1:])


def test_the_scripts_of_the_first_elements_exist_and_are_not_named_by_the_page_itself():
    page, found = (STATIC / "index.html").read_text(), internals.late_scripts(startup.FIRST_DRAWN)
    assert {name.split(".")[0] for name in found} >= set(startup.FIRST_DRAWN)
    for name in found:
        assert (STATIC / "static" / "js" / name).is_file()
        assert name not in page


def test_another_streamlit_is_noticed(tmp_path):
    with pytest.raises(internals.StreamlitChangedError, match="its page is not in streamlit/static"):
        internals.late_scripts(startup.FIRST_DRAWN, tmp_path)
    (tmp_path / "index.html").write_text("", "utf-8")
    with pytest.raises(internals.StreamlitChangedError, match=r"there is no NumberInput\.\*\.js"):
        internals.late_scripts(startup.FIRST_DRAWN, tmp_path)


def test_another_streamlit_is_served_without_preloading_and_says_so(monkeypatch, caplog):
    def changed(*_):
        raise internals.StreamlitChangedError("Streamlit has changed")

    monkeypatch.setattr(internals, "late_scripts", changed)
    assert startup.Preloading(Starlette()).link == ""
    assert "Streamlit has changed" in caplog.text


def test_only_pages_name_the_scripts():
    link = answer("/")[0]["link"]
    assert all(
        f"<./static/js/{name}>; rel=modulepreload" in link for name in internals.late_scripts(startup.FIRST_DRAWN)
    )
    assert "link" not in answer("/plain")[0]


@pytest.mark.parametrize(
    ("client", "headers", "compressed"),
    [
        (("127.0.0.1", 50_000), {}, False),
        (("::1", 50_000), {}, False),
        (("192.0.2.7", 50_000), {}, True),
        (("127.0.0.1", 50_000), {"X-Forwarded-For": "192.0.2.7"}, True),
        (("127.0.0.1", 50_000), {"Forwarded": "for=192.0.2.7"}, True),
        (("no address", 50_000), {}, True),
        (None, {}, True),
    ],
)
def test_what_leaves_the_machine_is_compressed(client, headers, compressed):
    found, body = answer("/plain", client, {"Accept-Encoding": "gzip", **headers})
    assert (found.get("content-encoding") == "gzip") is compressed
    assert (gzip.decompress(body) if compressed else body) == b"text " * 500


@pytest.mark.parametrize("offer", ["gzip;q=0", "br, gzip; q=0.0", "GZIP;Q=0"])
def test_who_takes_no_gzip_gets_none(offer):
    found, body = answer("/plain", ("192.0.2.7", 50_000), {"Accept-Encoding": offer})
    assert "content-encoding" not in found
    assert body == b"text " * 500


def test_the_server_may_open_as_many_files_as_the_system_allows():
    resource = pytest.importorskip("resource", reason="Windows has no such limit")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 512), hard))
    try:
        startup.allow_connections()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_wrong_limit_of_training_stops_the_start_and_starting_loads_no_arrays():
    command = [sys.executable, "-c", "import sys, fmnist_app.startup; print('numpy' in sys.modules)"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "False"
    wrong = os.environ | {"FMNIST_TRAIN_SECONDS": "soon"}
    done = subprocess.run(command, cwd=ROOT, env=wrong, capture_output=True, text=True)
    assert done.returncode != 0
    assert "FMNIST_TRAIN_SECONDS must be a whole number from 1 on, received 'soon'" in done.stderr


def test_other_pages_modules_come_after_the_first_visitors_page(monkeypatch):
    order = []
    monkeypatch.setattr(startup.loading, "FIRST_PAGE_STANDS", stands := threading.Event())
    monkeypatch.setattr(startup.loading, "first_page", lambda: order.append("first page"))
    monkeypatch.setattr(startup.loading, "most_pages", lambda: order.append("most pages"))
    monkeypatch.setattr(startup, "AFTER_FIRST_PAGE", 0.0)
    monkeypatch.setattr(startup, "SWITCHES", SimpleNamespace(rooms=False))
    warming = threading.Thread(target=startup.warm_up, daemon=True)
    warming.start()
    warming.join(1)
    assert warming.is_alive()
    assert order == ["first page"]
    stands.set()
    warming.join(10)
    assert order == ["first page", "most pages"]


def test_without_a_visitor_they_come_after_a_while(monkeypatch):
    order = []
    monkeypatch.setattr(startup.loading, "FIRST_PAGE_STANDS", threading.Event())
    monkeypatch.setattr(startup.loading, "first_page", lambda: None)
    monkeypatch.setattr(startup.loading, "most_pages", lambda: order.append("most pages"))
    monkeypatch.setattr(startup, "WITHOUT_VISITORS", 0.1)
    monkeypatch.setattr(startup, "SWITCHES", SimpleNamespace(rooms=False))
    startup.warm_up()
    assert order == ["most pages"]
