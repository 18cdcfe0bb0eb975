"""What tests drive the app with: the real server, a browser's page, and the script in one process."""

import importlib
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from unittest import mock

import pytest
from playwright.sync_api import expect
from streamlit.testing.v1 import AppTest

from benchmarks.serving import free_port
from fmnist_app import streamlit_internals as internals
from fmnist_core import (
    class_name,
    load_card,
    load_test,
)
from fmnist_core.networks.artifacts import load_stored_logits

ROOT = Path(__file__).parent.parent


CI = os.environ.get("CI") == "true"


CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]


PATIENCE = 60_000  # milliseconds: a busy machine draws late; what never comes fails all the same


def absent(what: str) -> None:
    """Skip, naming what is missing; where everything should be there, fail."""
    if CI:
        pytest.fail(what)
    pytest.skip(what, allow_module_level=True)


def needed(module: str) -> ModuleType:
    """Import a module; where it is missing, skip, or fail where everything should be there (`absent`)."""
    try:
        return importlib.import_module(module)
    except ImportError as cause:
        absent(f"{module} is needed (pip install -r requirements-dev.txt): {cause}")
        raise


def until(condition: Callable[[], object], seconds: float = 120) -> None:
    """Wait until something holds; the limit is for what never comes, whatever else the machine has to do."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


class AppServer:
    """`streamlit run streamlit_app.py` in a folder, on a free port, with further variables of the environment.

    With a base, such as "/school", it serves the app below that path.
    """

    def __init__(self, folder: Path, port: int | None = None, base: str = "", **environment: str):
        port = port or free_port()
        self.address = f"http://127.0.0.1:{port}{base}"
        command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
        options = ["--server.headless=true", f"--server.port={port}", "--server.address=127.0.0.1"]
        options += [f"--server.baseUrlPath={base}"] if base else []
        self._command, self._folder, self._environment = command + options, folder, os.environ | environment
        self.start()

    def start(self) -> None:
        """Start it, also once more on the same port after it was killed."""
        self.process = subprocess.Popen(
            self._command, cwd=self._folder, env=self._environment, stdout=subprocess.DEVNULL
        )
        self._wait()

    def kill(self) -> None:
        """End it in the middle of whatever it does (kill -9)."""
        self.process.kill()
        self.process.wait(60)

    def _wait(self) -> None:
        end = time.monotonic() + 180
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"{self.address}/_stcore/health", timeout=10) as answer:
                    if answer.read() == b"ok":
                        return
            except OSError:
                time.sleep(0.1)
        self.stop()
        raise RuntimeError("the app did not start within three minutes")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(60)


def settled(page) -> None:
    """Wait until the page's script has run to its end and what it drew is on the screen.

    The browser gathers elements for 10 ms before it draws them, so the end of the script may be known before.
    """
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    page.evaluate(
        "new Promise(drawn => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(drawn)), 50))"
    )


EVALUATE = "fmnist_app/pages/evaluate.py"


EXPLORE = "fmnist_app/pages/explore.py"


STRESS = "fmnist_app/pages/stress.py"


GARMENT = "fmnist_app/pages/garment.py"
TRAIN = "fmnist_app/pages/train.py"


def open_app(page=None, **address):
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    for key, value in address.items():
        app.query_params[key] = value
    if page:
        app.run()
        app.switch_page(page)
    return app.run()


def send(app, key, trigger=None, state=None):
    """Run the app again as if the browser had sent text for a component: once as an event, and as its state."""
    (component,) = [c for c in app.get("bidi_component") if c.key == key]
    states = app._tree.get_widget_states()
    if trigger is not None:
        events = states.widgets.add()
        events.id, events.json_trigger_value = f"$$STREAMLIT_INTERNAL_KEY_{component.proto.id}__events", trigger
    if state is not None:
        own = states.widgets.add()
        own.id, own.json_value = component.proto.id, state
    return app._run(states)


def text_in(app, key=None):
    """Return the words of the one container that has this key, or of the whole page, without tags.

    A part of an HTML element that has the class of such a container counts as one.
    """
    sources = [block for block in app.get("container") if block.key == key] if key else [app.main]
    part = rf'<div class="st-key-{key}">.*?(?=<div class="st-key-|$)'
    parts = [found for e in app.get("html") for found in re.findall(part, e.value, re.DOTALL)] if key else []
    (values,) = [
        *(
            [e.value for kind in ("markdown", "html", "warning", "title") for e in source.get(kind)]
            for source in sources
        ),
        *([found] for found in parts),
    ]
    return re.sub(r"<[^>]+>", " ", " ".join(values)).replace("\\", "")


def notices(app):
    return [w.value.replace("\\", "").replace("\N{WORD JOINER}", "") for w in app.warning]


def with_page(page, **address):
    """Open a page, then go back to an address on it."""
    app = open_app(page)
    for key, value in address.items():
        app.query_params[key] = value
    with mock.patch.object(internals, "went_back", return_value=True):
        return app.run()


PHONE = {"width": 390, "height": 844}
# Screens, as a browser is opened with them: with a mouse, and under a finger.
WIDE = {"viewport": {"width": 1440, "height": 900}}
FINGER = {"viewport": PHONE, "has_touch": True, "is_mobile": True}


def verdict(page):
    return page.locator(".st-key-verdict")


def failure(page):
    """What stands on a page whose run failed, as the app or as Streamlit shows it."""
    return page.locator('.st-key-failed, [data-testid="stException"]')


def index_field(page):
    return page.locator(".st-key-index input")


def open_page(page, address):
    """Open a page and wait until its first run is over: before it begins, nothing runs either."""
    page.goto(address)
    page.locator('[data-testid="stMain"] [data-testid="stElementContainer"]').first.wait_for(state="attached")
    settled(page)


def cell_of_the_matrix(page, true, predicted):
    """Return a cell of the confusion matrix."""
    name = f"True class {class_name(true)}, predicted {class_name(predicted)}:"
    return page.locator(".st-key-matrix").get_by_role("button", name=name)


def confusion(name):
    stored = load_stored_logits(load_card(name)).test.argmax(axis=1)
    return stored, load_test().labels


def thumbnails(page):
    return page.locator(".st-key-cell .wall button")


def rgba(text):
    """Return red, green, blue and alpha, 0..1, of a computed colour."""
    numbers = [float(n) for n in re.findall(r"[\d.]+(?:e-?\d+)?", text)]
    colours = [n / 255 for n in numbers[:3]] if text.startswith("rgb") else numbers[:3]
    return [*colours, numbers[3] if len(numbers) > 3 else 1.0]


def luminance(colour):
    """Return the relative luminance of a colour (WCAG 2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def map_of(page, address):
    """Open Explore, wait until the map is drawn, and return its stage."""
    open_page(page, address)
    expect(page.locator(".st-key-cloud .cloud")).to_have_attribute("data-ready", re.compile("webgl|flat"))
    return page.locator(".st-key-cloud .stage")


def drag(page, stage, start, end):
    """Drag over the map; start and end are shares of its width and height."""
    stage.scroll_into_view_if_needed()
    box = stage.bounding_box()
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
    page.mouse.move(*points[0])
    page.mouse.down()
    page.mouse.move(*points[1], steps=6)
    page.mouse.up()
