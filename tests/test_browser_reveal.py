"""Whatever a visitor asks for comes into view, on a wide screen and on a phone."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.drivers import FINGER, WIDE, cell_of_the_matrix, map_of, open_page, settled

pytestmark = pytest.mark.browser


@pytest.fixture(params=["wide", "phone"])
def visitor(arrive, request):
    """A new visitor's page: 1440 by 900 with a mouse, 390 by 844 with a finger."""
    page = arrive(timeout=90_000, **(WIDE if request.param == "wide" else FINGER))
    page.press_on = lambda target: target.click() if request.param == "wide" else target.tap()
    return page


def in_view(element, share=0.95):
    """Wait until so much of an element is on the screen, below the header; it may be drawn anew meanwhile."""
    deadline, seen = time.monotonic() + 60, 0.0
    while time.monotonic() < deadline:
        expect(element).to_be_visible(timeout=90_000)
        seen = element.evaluate(
            """(element) => {
              const box = element.getBoundingClientRect()
              const top = document.querySelector('[data-testid="stHeader"]')?.getBoundingClientRect().bottom ?? 0
              return box.height && (Math.min(box.bottom, innerHeight) - Math.max(box.top, top)) / box.height
            }"""
        )
        if seen >= share:
            return
        element.page.wait_for_timeout(100)
    pytest.fail(f"only {max(seen, 0):.0%} of it came into view")


def test_why_shows_its_maps_and_not_only_its_controls(app, visitor):
    open_page(visitor, f"{app}/?index=4093&model=tiny")
    visitor.press_on(visitor.get_by_role("radio", name="Why"))
    in_view(visitor.locator(".st-key-activation img"))
    expect(visitor.locator(".st-key-occlusion img")).to_be_visible()
    settled(visitor)
    in_view(visitor.locator(".st-key-activation img"))
    maps, controls = (visitor.locator(f".st-key-{key}").bounding_box()["y"] for key in ("activation", "strength"))
    assert maps < controls


def test_a_picked_lookalike_is_in_view_beside_the_picture(app, visitor):
    open_page(visitor, f"{app}/?index=4093&model=tiny&ask=Look-alikes")
    for wall in ("nearest", "rivals"):
        thumbnail = visitor.locator(f".st-key-{wall} .wall button").nth(2)
        visitor.press_on(thumbnail)
        label, away = re.match(r"(.*), distance (.*)", thumbnail.get_attribute("title")).groups()
        expect(visitor.locator(".st-key-opened")).to_contain_text(f"labelled {label}, distance {away}")
        for picture in visitor.locator(".st-key-opened img").all():
            in_view(picture)


def test_the_smallest_change_that_turns_the_verdict_is_in_view(app, visitor):
    open_page(visitor, f"{app}/stress?index=4093&model=tiny")
    visitor.press_on(visitor.get_by_role("button", name="Find the smallest change"))
    expect(visitor).to_have_url(re.compile("rotate="))
    in_view(visitor.locator(".st-key-garment img"))
    in_view(visitor.locator(".st-key-verdict .fm-class"))


def test_the_pictures_of_a_cell_are_in_view(app, visitor):
    open_page(visitor, f"{app}/evaluate?model=linear")
    visitor.press_on(cell_of_the_matrix(visitor, 6, 0))
    in_view(visitor.locator(".st-key-cell .wall button").nth(3))


def test_the_answer_to_a_stroke_is_in_view(app, visitor):
    open_page(visitor, f"{app}/garment?way=Draw&model=tiny")
    board = visitor.locator(".st-key-intake canvas")
    for start, end in (((0.3, 0.3), (0.7, 0.3)), ((0.7, 0.3), (0.7, 0.8))):
        board.scroll_into_view_if_needed()
        box = board.bounding_box()
        (x, y), (to_x, to_y) = ((box["x"] + a * box["width"], box["y"] + b * box["height"]) for a, b in (start, end))
        visitor.mouse.move(x, y)
        visitor.mouse.down()
        visitor.mouse.move(to_x, to_y, steps=5)
        visitor.mouse.up()
        in_view(visitor.locator(".st-key-verdict .fm-class"))
        settled(visitor)
    in_view(board)  # nobody scrolls between two strokes


def test_what_a_tap_on_the_map_answers_is_in_view(app, visitor):
    stage = map_of(visitor, f"{app}/explore?model=tiny")
    stage.scroll_into_view_if_needed()
    cloud = visitor.locator(".st-key-cloud .cloud")
    visitor.press_on(stage)
    if cloud.get_attribute("data-focus") in (None, "-1"):
        pytest.fail("the middle of the map names no picture")
    in_view(visitor.locator(".st-key-cloud .card p"))
    in_view(visitor.locator(".st-key-cloud .card button"))
