"""The real app under a finger: phones and tablets."""

import random
import re
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from fmnist_core import class_name
from tests.drivers import cell_of_the_matrix, confusion, open_page, settled, thumbnails, verdict

pytestmark = pytest.mark.browser
SCREENS = [{"width": 390, "height": 844}, {"width": 820, "height": 1180}]


@pytest.fixture(params=SCREENS, ids=lambda screen: f"{screen['width']}px")
def touch(chromium, request):
    """A new visitor's page on a touch screen."""
    context = chromium.new_context(viewport=request.param, has_touch=True, is_mobile=True)
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def tap(page, target):
    """Tap the middle of an element with a finger, wherever the page has to scroll for it."""
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def test_a_tap_on_the_matrix_opens_the_cell_under_the_finger(app, touch):
    open_page(touch, f"{app}/evaluate?model=linear")
    predicted, labels = confusion("linear")
    dice = random.Random(0)
    for true, taken in [(dice.randrange(10), dice.randrange(10)) for _ in range(12)]:
        cell = cell_of_the_matrix(touch, true, taken)
        tap(touch, cell)
        expect(cell).to_have_attribute("aria-current", "true")
        number = int(((labels == true) & (predicted == taken)).sum())
        name = class_name(true)
        words = f"{name}, recognised" if true == taken else f"{name} taken for {class_name(taken)}"
        expect(touch.locator(".st-key-cell")).to_contain_text(re.compile(rf"{re.escape(words)}: {number} picture"))
        settled(touch)


def test_two_quick_taps_on_the_matrix_open_the_second_cell(app, touch):
    open_page(touch, f"{app}/evaluate?model=linear")
    cells = [cell_of_the_matrix(touch, 6, taken) for taken in (0, 4)]
    for cell in cells:
        tap(touch, cell)
    expect(cells[1]).to_have_attribute("aria-current", "true")
    expect(touch.locator(".st-key-cell")).to_contain_text("Shirt taken for Coat")
    settled(touch)
    expect(touch.locator(".st-key-matrix [aria-current=true]")).to_have_count(1)


def test_a_tap_on_a_thumbnail_opens_that_picture(app, touch):
    open_page(touch, f"{app}/evaluate?model=linear&true=Dress&predicted=Coat")
    chosen = thumbnails(touch).nth(2)
    number = re.search(r"Picture (\d+)", chosen.get_attribute("title"))[1]
    tap(touch, chosen)
    expect(verdict(touch)).to_contain_text(f"picture {number}")


def test_the_headings_of_the_matrix_do_not_overlap_and_nothing_is_cut(app, touch):
    open_page(touch, f"{app}/evaluate?model=linear&unit=Row+percent")
    matrix = touch.locator(".st-key-matrix")
    expect(matrix.get_by_role("button")).to_have_count(100)
    boxes = [h.bounding_box() for h in matrix.locator("thead span").all()]
    assert all(a["x"] + a["width"] <= b["x"] for a, b in pairwise(boxes))
    too_small = matrix.get_by_role("button").evaluate_all(
        "all => all.filter((b) => b.scrollWidth > b.clientWidth || b.clientWidth < 24 || b.clientHeight < 24).length"
    )
    assert too_small == 0
    assert touch.evaluate("document.documentElement.scrollWidth") <= touch.viewport_size["width"]
