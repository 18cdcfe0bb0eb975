"""Replicas behind HAProxy, as a visitor's browser has them: one dies, all are restarted, and the view stays."""

import re
import threading
import time

import pytest
from playwright.sync_api import expect

from fmnist_core.photos import samples
from tests.balanced import Balanced, rolling_restart
from tests.drivers import failure, index_field, open_page, settled, verdict

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def balanced():
    """Two replicas, both of which a visitor has been to."""
    both = Balanced()
    yield both
    both.stop()


def home(balanced):
    """Return the address:port of the replica that the one visitor is connected to."""
    (found,) = [where for where, connections in balanced.connections().items() if connections]
    return found


def test_a_replica_dies_and_its_visitor_is_at_the_same_view_on_another(balanced, page):
    open_page(page, f"{balanced.address}/?index=42&model=mlp&ask=Look-alikes&guess=true")
    page.locator(".st-key-guess").get_by_text("Guess first").click()  # a change that only the address remembers
    expect(page.locator(".st-key-nearest .wall button").first).to_be_visible()
    view, words = page.url, verdict(page).inner_text()
    first = home(balanced)
    balanced.kill(first)
    began = time.monotonic()
    # Nobody touches the page: that it is drawn anew is seen on the server.
    assert rolling_restart.wait(lambda: sum(balanced.connections().values()) == 1, 5)
    settled(page)
    assert time.monotonic() - began < 5
    assert home(balanced) != first
    assert page.url == view
    assert verdict(page).inner_text() == words
    page.get_by_role("button", name="Next", exact=True).click()  # the first press counts
    expect(index_field(page)).to_have_value("43")
    expect(verdict(page)).to_contain_text("picture 43")
    expect(page).to_have_url(re.compile("index=43&model=mlp"))
    expect(failure(page)).to_have_count(0)
    balanced.start(first)


def test_a_photo_on_a_replica_that_died_is_asked_for_again(balanced, page, tmp_path):
    boot, bag = tmp_path / "boot.jpg", tmp_path / "bag.jpg"
    boot.write_bytes(samples.jpeg("Boot"))
    bag.write_bytes(samples.jpeg("Bag"))
    open_page(page, f"{balanced.address}/garment?way=Upload")
    upload = page.locator('.st-key-upload input[type="file"]')
    upload.set_input_files(boot)
    expect(verdict(page)).to_contain_text("Ankle boot")  # page, websocket and file went to the same replica
    first = home(balanced)
    balanced.kill(first)
    sentence = page.get_by_text("The server does not have your picture any more")
    expect(sentence).to_be_visible()
    upload.set_input_files(bag)
    expect(verdict(page)).to_contain_text("Bag")
    expect(sentence).to_have_count(0)
    balanced.start(first)


def test_a_rolling_restart_loses_no_view(balanced, chromium):
    contexts = [chromium.new_context(viewport={"width": 1280, "height": 720}) for _ in range(3)]
    pages = [context.new_page() for context in contexts]
    for page, address in zip(pages, ("?index=7", "evaluate?view=Mistakes&true=Shirt", "stress?index=9"), strict=True):
        open_page(page, f"{balanced.address}/{address}")
    shown = [pages[0].locator(".st-key-verdict"), pages[1].get_by_role("main"), pages[2].locator(".st-key-verdict")]
    views = [(page.url, where.inner_text()) for page, where in zip(pages, shown, strict=True)]
    assert rolling_restart.wait(lambda: all(balanced.connections().values()), 10)  # one address, and they spread
    work = threading.Thread(target=rolling_restart.restart_all, args=(balanced.proxy, balanced.restart, 0))
    work.start()
    while work.is_alive():
        pages[0].wait_for_timeout(200)  # the browsers' events
    work.join()
    for page, where, (url, words) in zip(pages, shown, views, strict=True):
        settled(page)
        assert page.url == url
        assert where.inner_text() == words
        expect(failure(page)).to_have_count(0)
    pages[0].get_by_role("button", name="Next", exact=True).click()
    expect(verdict(pages[0])).to_contain_text("picture 8")
    for context in contexts:
        context.close()
