"""The real app under a finger: phones and tablets."""

import random
import re
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from fmnist_core import class_name
from tests.drivers import cell_of_the_matrix, confusion, open_page, settled, thumbnails, verdict

pytestmark = pytest.mark.browser
TRACK = ".stSlider [data-rac] > [data-orientation]"
SCREENS = [{"width": 390, "height": 844}, {"width": 820, "height": 1180}]


@pytest.fixture(params=SCREENS, ids=lambda screen: f"{screen['width']}px")
def touch(arrive, request):
    """A new visitor's page on a touch screen."""
    return arrive(viewport=request.param, has_touch=True, is_mobile=True)


def tap(page, target):
    """Tap the middle of an element with a finger, in the middle of the screen, once it stands still."""
    before, at = None, in_the_middle(target)
    while at != before:
        page.wait_for_timeout(150)
        before, at = at, in_the_middle(target)
    page.touchscreen.tap(*at)


def swipe(page, start, across, along, steps=10):
    """Put a finger down at a place of the screen, move it by so many pixels, and lift it."""
    x, y = start
    protocol = page.context.new_cdp_session(page)
    protocol.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for k in range(1, steps + 1):
        point = {"x": x + across * k / steps, "y": y + along * k / steps}
        protocol.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    protocol.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    protocol.detach()


def scrolled(page):
    """Return how far the page is scrolled, and how far it can be."""
    return page.get_by_test_id("stMain").evaluate("m => [m.scrollTop, m.scrollHeight - m.clientHeight]")


def in_the_middle(target, across=0.5):
    """Scroll an element to the middle of the screen; return where a share of its width lies, half its height down."""
    target.evaluate("e => e.scrollIntoView({ block: 'center', behavior: 'instant' })")
    box = target.bounding_box()
    return box["x"] + across * box["width"], box["y"] + box["height"] / 2


def slider_values(page):
    return page.locator(".stSlider input").evaluate_all("all => all.map((i) => i.value)")


def test_a_tap_on_the_matrix_opens_the_cell_under_the_finger(app, touch):
    open_page(touch, f"{app}/evaluate?model=linear")
    predicted, labels = confusion("linear")
    dice = random.Random(0)
    for true, taken in [(dice.randrange(10), dice.randrange(10)) for _ in range(12)]:
        cell = cell_of_the_matrix(touch, true, taken)
        cell.wait_for()
        tap(touch, cell)
        expect(cell).to_have_attribute("aria-current", "true")
        number = int(((labels == true) & (predicted == taken)).sum())
        name = class_name(true)
        words = f"{name}, recognised" if true == taken else f"{name} taken for {class_name(taken)}"
        expect(touch.locator(".st-key-cell")).to_contain_text(re.compile(rf"{re.escape(words)}: {number} picture"))
        settled(touch)
        expect(touch.locator(".st-key-cell")).to_be_in_viewport()  # the page has moved to it


def test_two_quick_taps_on_the_matrix_open_the_second_cell(app, touch):
    open_page(touch, f"{app}/evaluate?model=linear")
    cells = [cell_of_the_matrix(touch, 6, taken) for taken in (0, 4)]
    in_the_middle(cells[0])
    for x, y in [
        in_the_middle(cell) for cell in cells
    ]:  # of one row; no question in between: the answer moves the page
        touch.touchscreen.tap(x, y)
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


def test_a_tap_on_the_map_shows_the_picture_under_the_finger_and_one_more_opens_it(app, touch):
    open_page(touch, f"{app}/explore?model=linear")
    cloud = touch.locator(".st-key-cloud .cloud[data-ready]")
    cloud.wait_for()
    found = []
    for across in (0.35, 0.5, 0.65):
        touch.touchscreen.tap(*in_the_middle(touch.locator(".st-key-cloud .stage"), across))
        expect(cloud).not_to_have_attribute("data-focus", found[-1] if found else "-1")
        found.append(cloud.get_attribute("data-focus"))
    assert "-1" not in found
    tap(touch, touch.locator(".st-key-cloud .card").get_by_role("button"))
    expect(verdict(touch)).to_contain_text(f"picture {found[-1]}")


def test_a_tap_on_a_lookalike_lays_that_one_beside(app, touch):
    open_page(touch, f"{app}/?index=4093&model=cnn&ask=Look-alikes")
    chosen = touch.locator(".st-key-nearest .wall button").nth(2)
    chosen.wait_for()
    tap(touch, chosen)
    expect(touch.locator(".st-key-opened")).to_contain_text(chosen.get_attribute("title").split(",")[0])


@pytest.mark.parametrize(
    "place",
    [
        "stress?index=4093",
        "explore",
        "evaluate?view=Mistakes",
        "evaluate?view=Confidence",
        "evaluate?view=Prediction+sets",
        "?index=4093&ask=Why",
    ],
)
def test_a_swipe_that_begins_on_a_slider_scrolls_the_page_and_changes_nothing(app, touch, place):
    open_page(touch, f"{app}/{place}")
    tracks = touch.locator(TRACK)
    tracks.first.wait_for()
    settled(touch)
    before = slider_values(touch)
    thumbs = tracks.first.locator("> [data-rac]")
    for target, across in ((tracks.first, 0.3), (tracks.first, 0.8), (tracks.last, 0.7), (thumbs.first, 0.5)):
        start = in_the_middle(target, across)
        here, most = scrolled(touch)
        swipe(touch, start, 4, -200 if most - here > here else 200)
        if max(most - here, here) > 100:  # else the whole page is in view
            touch.wait_for_function(
                "here => Math.abs(document.querySelector('[data-testid=stMain]').scrollTop - here) > 50", arg=here
            )
        settled(touch)
        assert slider_values(touch) == before


def test_a_slider_still_follows_a_tap_and_a_finger_that_moves_to_the_side(app, touch):
    open_page(touch, f"{app}/stress?index=4093")
    track = touch.locator(f".st-key-noise {TRACK}")
    thumb, value = track.locator("> [data-rac]"), touch.locator(".st-key-noise input")
    track.wait_for()
    width = track.bounding_box()["width"]
    swipe(touch, in_the_middle(track, 0.2), 0, -150)  # one that scrolls leaves nothing behind
    settled(touch)
    touch.touchscreen.tap(*in_the_middle(track, 0.75))
    expect(value).to_have_value("90")
    expect(verdict(touch)).to_contain_text("noise 90 grey levels")
    settled(touch)
    swipe(touch, in_the_middle(thumb), -width / 4, 6)
    expect(verdict(touch)).to_contain_text(re.compile("noise (59|60|61) grey levels"))
    settled(touch)
    swipe(touch, in_the_middle(track, 0.25), width / 2, -6)
    expect(verdict(touch)).to_contain_text(re.compile("noise (89|90|91) grey levels"))
    settled(touch)
    touch.touchscreen.tap(*in_the_middle(track, 0.5))
    expect(verdict(touch)).to_contain_text("noise 60 grey levels")


@pytest.mark.parametrize("width", [390, 790])
def test_nothing_shows_through_beside_the_verdict_that_stays(app, arrive, width):
    page = arrive(viewport={"width": width, "height": 700}, has_touch=True, is_mobile=True)
    open_page(page, f"{app}/stress?index=4093&rotate=113&noise=98")
    places = """() => {
      const box = (key) => document.querySelector(`.st-key-${key}`).getBoundingClientRect()
      const boxes = [box("garment"), box("verdict")]
      const low = Math.max(...boxes.map((box) => box.bottom)), seen = new Set()
      for (let y = 62; y < low; y += 4) for (let x = boxes[0].left; x < boxes[1].right; x += 4) {
        const found = document.elementFromPoint(x, y)?.closest(".st-key-bench")
        if (found) seen.add(`${Math.round(x)}, ${Math.round(y)}`)
      }
      return [...seen]
    }"""
    page.locator(f".st-key-noise {TRACK}").wait_for()
    page.locator(".st-key-bench").evaluate("e => e.scrollIntoView({ block: 'start', behavior: 'instant' })")
    expect(verdict(page)).to_be_in_viewport()
    assert page.locator(".st-key-bench").bounding_box()["y"] < 60  # the sliders have gone underneath
    assert page.evaluate(places) == []
