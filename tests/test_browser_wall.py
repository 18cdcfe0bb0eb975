"""From a wall into a picture and back, in Chromium: nothing is lost on the way, on a wide screen and on a phone."""

import re

import pytest
from playwright.sync_api import expect

from tests.drivers import FINGER, PATIENCE, WIDE, open_page, settled, verdict

pytestmark = pytest.mark.browser


@pytest.fixture(params=["wide", "phone"])
def visitor(arrive, request):
    page = arrive(**(FINGER if request.param == "phone" else WIDE))
    page.press_on = lambda target: target.tap() if request.param == "phone" else target.click()
    return page


def numbers(page):
    titles = page.locator(".wall button").evaluate_all("all => all.map((button) => button.title)")
    return [int(re.match(r"Picture (\d+)", title)[1]) for title in titles]


def pick(page, place):
    """Open a thumbnail; return its picture and how far down the screen it stood."""
    thumbnail = page.locator(".wall button").nth(place)
    expect(thumbnail).to_be_visible(timeout=PATIENCE)
    thumbnail.evaluate("button => button.scrollIntoView({ block: 'center' })")
    settled(page)
    top = thumbnail.bounding_box()["y"]
    page.press_on(thumbnail)
    expect(verdict(page)).to_be_visible(timeout=PATIENCE)
    settled(page)
    return top


def is_there_again(page, index, top):
    """Wait until the picture is marked on the wall, at the place on the screen where it was."""
    marked = page.locator('.wall button[aria-current="true"]')
    expect(marked).to_have_attribute("title", re.compile(f"^Picture {index}:"), timeout=PATIENCE)
    settled(page)
    page.wait_for_function(
        """top => {
          const roots = [...document.querySelectorAll("*")].map((e) => e.shadowRoot).filter(Boolean)
          const walls = roots.map((root) => root.querySelector(".opened")).filter(Boolean)
          return walls.length && Math.abs(walls[0].getBoundingClientRect().top - top) < 40
        }""",
        arg=top,
        timeout=PATIENCE,
    )


@pytest.mark.parametrize("way", ["button", "browser"])
@pytest.mark.parametrize(
    "wall", ["evaluate?view=Mistakes&page=2&model=linear", "evaluate?true=Shirt&predicted=Coat&model=linear"]
)
def test_back_to_the_wall_leads_to_the_same_place(app, visitor, wall, way):
    open_page(visitor, f"{app}/{wall}")
    expect(visitor.locator(".wall button").first).to_be_visible(timeout=PATIENCE)
    index, top = numbers(visitor)[33], pick(visitor, 33)
    expect(verdict(visitor)).to_contain_text(f"picture {index}")
    if way == "button":
        visitor.press_on(visitor.get_by_role("button", name="Back to the wall"))
    else:
        visitor.go_back()
    for part in wall.split("?")[1].split("&"):
        expect(visitor).to_have_url(re.compile(re.escape(part)), timeout=PATIENCE)
    is_there_again(visitor, index, top)


def test_previous_and_next_stay_within_the_wall_and_say_so(app, visitor):
    open_page(visitor, f"{app}/evaluate?true=Shirt&predicted=Coat&model=linear")
    expect(visitor.locator(".wall button").first).to_be_visible(timeout=PATIENCE)
    wall = numbers(visitor)
    pick(visitor, 3)
    line = visitor.locator(".st-key-selection-line")
    expect(line).to_contain_text("Shirt taken for Coat")
    total = int(re.search(r"4 of ([\d,]+)", line.inner_text())[1].replace(",", ""))
    for step, place in (("Next", 4), ("Next", 5), ("Previous", 4)):
        visitor.press_on(visitor.get_by_role("button", name=step, exact=True))
        expect(verdict(visitor)).to_contain_text(f"picture {wall[place]}", timeout=PATIENCE)
        expect(line).to_contain_text(f"{place + 1} of {total:,}")
    visitor.press_on(visitor.get_by_role("button", name="All pictures"))
    expect(line.get_by_text("Shirt taken for Coat")).to_have_count(0, timeout=PATIENCE)
    visitor.press_on(visitor.get_by_role("button", name="Next", exact=True))
    expect(verdict(visitor)).to_contain_text(f"picture {wall[4] + 1}", timeout=PATIENCE)


def test_a_typed_number_says_where_it_stands_on_the_wall_or_leaves_it(app, visitor):
    open_page(visitor, f"{app}/evaluate?true=Shirt&predicted=Coat&model=linear")
    expect(visitor.locator(".wall button").first).to_be_visible(timeout=PATIENCE)
    wall = numbers(visitor)
    pick(visitor, 3)
    line, field = visitor.locator(".st-key-selection-line"), visitor.locator(".st-key-index input")
    expect(line).to_contain_text("4 of ")
    outside = next(index for index in range(10_000) if index not in wall)
    for index, words in ((wall[6], "7 of "), (outside, None)):
        field.fill(str(index))
        field.press("Enter")
        expect(verdict(visitor)).to_contain_text(f"picture {index}", timeout=PATIENCE)
        if words:
            expect(line).to_contain_text(words, timeout=PATIENCE)
        else:
            expect(line.get_by_text("Shirt taken for Coat")).to_have_count(0, timeout=PATIENCE)


def test_a_picture_of_a_wall_is_one_step_of_the_history(app, visitor):
    open_page(visitor, f"{app}/evaluate?view=Mistakes&model=linear")
    expect(visitor.locator(".wall button").first).to_be_visible(timeout=PATIENCE)
    settled(visitor)
    before, address = visitor.evaluate("[history.length, location.href]")
    pick(visitor, 2)
    assert visitor.evaluate("history.length") == before + 1
    index = re.search(r"picture (\d+)", verdict(visitor).inner_text())[1]
    expect(visitor).to_have_url(re.compile(rf"/\?index={index}&model=linear$"))
    visitor.go_back()
    expect(visitor).to_have_url(address, timeout=PATIENCE)
