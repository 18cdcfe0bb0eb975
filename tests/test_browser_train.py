"""Train in Chromium: a real run, from the layers to the curve."""

import importlib.util
import re

import pytest
from playwright.sync_api import expect

from tests.drivers import PHONE, absent, open_page, settled

pytestmark = pytest.mark.browser
LOADED = 150_000  # milliseconds: TensorFlow takes its time on a busy machine


def test_a_network_is_composed_trained_stopped_found_again_and_continued(app, page):
    if importlib.util.find_spec("tensorflow") is None:
        absent("tensorflow is needed (pip install -r requirements-dev.txt)")
    open_page(page, f"{app}/train?net=c8-p&epochs=60")
    page.get_by_role("button", name="Add a layer").click()
    expect(page).to_have_url(re.compile("net=c8-p-c32"))
    page.get_by_role("button", name="Remove layer 3").click()
    expect(page).to_have_url(re.compile("net=c8-p&"))
    settled(page)
    page.get_by_role("button", name="Start").click()
    expect(page.locator(".st-key-watched li")).to_have_count(8, timeout=LOADED)
    expect(page.locator(".st-key-curves-accuracy .scatterlayer .trace")).to_have_count(2)
    expect(page.locator(".st-key-heat td")).to_have_count(100)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".st-key-live")).to_contain_text("Ended after epoch", timeout=LOADED)
    expect(page.locator(".st-key-runs")).to_contain_text("of 60")
    settled(page)
    page.reload()
    expect(page.locator(".st-key-live")).to_contain_text("Ended after epoch", timeout=60_000)
    settled(page)
    expect(page.get_by_role("button", name="Continue")).to_be_enabled()
    with page.expect_download() as given:
        page.get_by_role("button", name=".tflite").click()
    assert given.value.suggested_filename.endswith(".tflite")


def test_on_a_phone_the_page_is_no_wider_than_the_screen_and_start_comes_before_the_settings(app, phone):
    open_page(phone, f"{app}/train")
    start = phone.get_by_role("button", name="Start")
    start.wait_for()
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert start.bounding_box()["y"] < phone.locator(".st-key-optimiser").bounding_box()["y"]
    for line in phone.locator("[class*=st-key-line-]").all():
        boxes = [part.bounding_box() for part in line.locator("button, [data-testid=stSelectbox]").all()]
        assert all(box["x"] + box["width"] <= PHONE["width"] for box in boxes if box)
        assert any(boxes)
        assert line.get_by_test_id("stSelectbox").bounding_box()["width"] > 120
    links = phone.get_by_test_id("stSidebarNavLink")
    assert links.count() == 8
    assert all(link.evaluate("e => e.scrollWidth <= e.clientWidth + 1") for link in links.all())
