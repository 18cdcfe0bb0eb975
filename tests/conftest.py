"""Fixtures that several tests share: the data, the real app on a port of its own, and Chromium."""

import functools
import itertools
import os
import shutil
import sys
import tempfile
from unittest import mock

import pytest
from streamlit.components.v2 import manifest_scanner

from fmnist_core import DataError, load_heldout
from fmnist_core.composing.limits import Limits
from fmnist_core.networks import cards
from fmnist_core.runs.line import Line
from tests import order
from tests.drivers import CHROMIUM_FLAGS, FINGER, PATIENCE, PHONE, ROOT, WIDE, AppServer, absent
from tests.pretender import PRETENDER
from tests.visitors import Visitors

# The rooms of a class that tests open are not among the user's own.
os.environ.setdefault("FMNIST_CLASS_DIR", tempfile.mkdtemp(prefix="fmnist-class-"))


def pytest_collection_modifyitems(items):
    """Begin with the files that take longest; in the gate, try a browser test that fails once more.

    Of some hundred browser tests beside each other on two cores, one now and then meets a pause of the machine; the
    summary names every test that needed it.
    """
    items.sort(key=lambda item: order.turn(item.path.name))
    if os.environ.get("CI"):
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session", autouse=True)
def components_of_packages():
    """What AppTest finds when it looks through all installed packages for components, a third of a second each time."""
    known = functools.cache(manifest_scanner.scan_component_manifests)
    with mock.patch.object(manifest_scanner, "scan_component_manifests", known):
        yield


@pytest.fixture(scope="session")
def heldout():
    try:
        return load_heldout()
    except DataError as problem:
        absent(f"the training split is needed (Debian package dataset-fashion-mnist): {problem}")


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)

    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        absent("Chromium is needed (Debian package chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def line(monkeypatch):
    """The line of runs, trained by a process that only pretends to."""
    from fmnist_app.train import service

    found = Line(Limits(), [sys.executable, "-c", PRETENDER])
    monkeypatch.setattr(service, "LINE", found)
    monkeypatch.setattr(service, "can_train", lambda: True)
    yield found
    found.close()


@pytest.fixture(scope="session")
def visitors(chromium, app):
    """Browsers for new visitors of the app."""
    found = Visitors(chromium, f"{app}/_stcore/health")
    yield found
    found.close()


@pytest.fixture
def arrive(visitors):
    """Opens a new visitor's page, with a screen as `Browser.new_context` takes it."""
    pages = []

    def arrive(**screen):
        pages.append(visitors.arrive(**screen))
        return pages[-1]

    yield arrive
    for page in pages:
        visitors.leave(page)


@pytest.fixture
def page(arrive):
    """A new visitor's page, 1440 by 900."""
    return arrive(**WIDE)


@pytest.fixture
def phone(arrive):
    """A new visitor's phone, held upright."""
    return arrive(**FINGER)


@pytest.fixture(scope="session")
def app():
    """The address of the real app."""
    server = AppServer(ROOT)
    yield server.address
    server.stop()


@pytest.fixture
def swapped(tmp_path, monkeypatch):
    """The networks' folder with the MLP's file replaced by the linear network's."""
    for path in cards.MODELS.iterdir():
        if path.suffix in (".json", ".tflite", ".npz"):
            shutil.copy(path, tmp_path)
    shutil.copy(tmp_path / "linear.tflite", tmp_path / "mlp.tflite")
    monkeypatch.setattr(cards, "MODELS", tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL server."""
    from tests.databases import Postgres

    server = Postgres()
    yield server
    server.close()


_NUMBERS = itertools.count()


@pytest.fixture(params=["sqlite", "postgresql"])
def class_address(request, tmp_path):
    """The address of an empty database for a class, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/class 100%.sqlite"
    return request.getfixturevalue("postgres").new_database(f"class{next(_NUMBERS)}")


@pytest.fixture
def class_server(class_address):
    """A server of the app on that database, which may be killed."""
    found = AppServer(ROOT, FMNIST_DATABASE_URL=class_address)
    yield found
    found.stop()


@pytest.fixture
def school(class_address):
    """The rooms and the answers of that database, as the tests see them."""
    from fmnist_core.classroom.answers import Answers
    from fmnist_core.classroom.database import Database, database_url
    from fmnist_core.classroom.rooms import Rooms

    database = Database(database_url({"FMNIST_DATABASE_URL": class_address}))
    yield Rooms(database), Answers(database)
    database.close()


@pytest.fixture
def screens(chromium):
    """Opens a new device: a phone, or a screen of so many pixels."""
    contexts = []

    def open_one(size=PHONE):
        touch = size is PHONE
        contexts.append(chromium.new_context(viewport=size, has_touch=touch, is_mobile=touch))
        contexts[-1].set_default_timeout(PATIENCE)
        return contexts[-1].new_page()

    yield open_one
    for context in contexts:
        context.close()
