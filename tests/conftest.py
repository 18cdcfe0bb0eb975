"""What several tests share: the data, the real app on a port of its own, and Chromium."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from fmnist_core import DataError, load_heldout

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


def absent(what: str) -> None:
    """Skip, naming what is missing; where everything should be there, fail."""
    if CI:
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def heldout():
    try:
        return load_heldout()
    except DataError as problem:
        absent(f"the training split is needed (Debian package dataset-fashion-mnist): {problem}")


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        absent("Chromium is needed (Debian package chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    """A new visitor's page, 1440 by 900."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def app():
    """The address of the real app."""
    server = AppServer(ROOT)
    yield server.address
    server.stop()


class AppServer:
    """`streamlit run streamlit_app.py` in a folder, on a free port, with further variables of the environment."""

    def __init__(self, folder: Path, **environment: str):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
        options = ["--server.headless=true", f"--server.port={port}", "--server.address=127.0.0.1"]
        self.process = subprocess.Popen(
            command + options, cwd=folder, env=os.environ | environment, stdout=subprocess.DEVNULL
        )
        self._wait()

    def _wait(self) -> None:
        for _ in range(300):
            try:
                with urllib.request.urlopen(f"{self.address}/_stcore/health", timeout=2) as answer:
                    if answer.read() == b"ok":
                        return
            except OSError:
                time.sleep(0.2)
        self.stop()
        raise RuntimeError("the app did not start within a minute")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


def settled(page) -> None:
    """Wait until the page's script has run to its end and what it drew is on the screen.

    The browser gathers elements for 10 ms before it draws them, so the end of the script may be known before.
    """
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    page.evaluate(
        "new Promise(drawn => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(drawn)), 50))"
    )
