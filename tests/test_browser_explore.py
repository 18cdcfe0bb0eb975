"""Explore in Chromium."""

import re

import pytest
from playwright.sync_api import expect

from fmnist_core import class_name, load_test
from tests.drivers import PHONE, drag, failure, map_of, settled, verdict

pytestmark = pytest.mark.browser


def test_a_box_on_the_map_and_a_filter_lead_to_a_picture_and_back_from_the_address(app, page):
    stage = map_of(page, f"{app}/explore?model=cnn")
    found = page.locator(".st-key-found")
    expect(found).to_contain_text("10,000 pictures")
    page.get_by_role("button", name="Box").click()
    drag(page, stage, (0.1, 0.1), (0.6, 0.9))
    expect(found).to_contain_text("selected on the map")
    expect(page).to_have_url(re.compile("region="))
    selected = found.inner_text()
    page.locator(".st-key-only input").focus()
    page.keyboard.type("Wrong")
    page.keyboard.press("Enter")
    expect(found).to_contain_text("0.0% of them predicted right")
    expect(page).to_have_url(re.compile("only=Wrong"))
    words, address = found.inner_text(), page.url
    assert words != selected
    names = page.locator(".st-key-map-wall .wall button").evaluate_all("all => all.map((b) => b.title)")
    # The same view from its address.
    map_of(page, address)
    expect(found).to_have_text(words, use_inner_text=True)
    wall = page.locator(".st-key-map-wall .wall button")
    assert wall.evaluate_all("all => all.map((b) => b.title)") == names
    number = re.match(r"Picture (\d+): ", names[3])[1]
    wall.nth(3).click()
    expect(verdict(page)).to_contain_text(f"picture {number}")
    expect(page).to_have_url(re.compile(f"/\\?(?=.*index={number})(?=.*model=cnn)"))


def test_a_lasso_can_be_drawn_and_cleared(app, page):
    stage = map_of(page, f"{app}/explore?model=linear")
    page.get_by_role("button", name="Lasso").click()
    box = stage.bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    for x, y in ((0.7, 0.3), (0.6, 0.8), (0.4, 0.7)):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
    page.mouse.up()
    expect(page.locator(".st-key-found")).to_contain_text("selected on the map")
    assert len(re.search("region=([^&]+)", page.url)[1].split("%2C")) > 5
    page.get_by_role("button", name="Clear selection").click()
    expect(page.locator(".st-key-found")).to_contain_text("10,000 pictures")
    expect(page).not_to_have_url(re.compile("region="))


def test_hovering_and_the_keys_show_a_picture_and_enter_opens_it(app, page):
    stage = map_of(page, f"{app}/explore?model=cnn")
    stage.focus()
    for key in ("ArrowRight", "ArrowUp", "Shift+ArrowLeft", "+"):
        page.keyboard.press(key)
    cloud = page.locator(".st-key-cloud .cloud")
    expect(cloud).to_have_attribute("data-focus", re.compile(r"^\d+$"))
    number = cloud.get_attribute("data-focus")
    card = page.locator(".st-key-cloud .card")
    expect(card).to_contain_text(f"Picture {number}: true {class_name(load_test().labels[int(number)])}")
    expect(card.locator("i")).to_be_visible()  # its thumbnail: the sheet is served
    expect(page.locator(".st-key-cloud .tip")).to_contain_text("predicted")
    page.keyboard.press("v")
    expect(page.locator(".st-key-found")).to_contain_text("selected on the map")
    settled(page)
    stage.press("Enter")
    expect(verdict(page)).to_contain_text(f"picture {number}")


def test_without_webgl_the_map_is_drawn_all_the_same(app, chromium):
    context = chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    context.add_init_script("""
        const get = HTMLCanvasElement.prototype.getContext
        HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
          return kind.startsWith("webgl") ? null : get.call(this, kind, ...rest)
        }""")
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda e: errors.append(str(e)))
    stage = map_of(page, f"{app}/explore?colour=Right+or+wrong")
    cloud = page.locator(".st-key-cloud .cloud")
    assert cloud.get_attribute("data-ready") == "flat"
    box = stage.bounding_box()
    assert box["y"] + box["height"] < PHONE["height"] - 56  # all of it above the bar, and the filters below it
    assert page.locator(".st-key-filters").bounding_box()["y"] > box["y"] + box["height"]
    stage.focus()
    page.keyboard.press("ArrowRight")
    expect(cloud).to_have_attribute("data-focus", re.compile(r"^\d+$"))
    stage.tap(position={"x": 5, "y": 5})
    expect(cloud).to_have_attribute("data-focus", "-1")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert not errors
    context.close()


@pytest.mark.parametrize("query", ["region=abc", "region=9e99,0,1,1&between=x", "colour=&wall=-1&sort=x"])
def test_bad_addresses_of_the_map_get_no_traceback(app, page, query):
    map_of(page, f"{app}/explore?{query}")
    expect(page.locator(".st-key-found")).to_contain_text("10,000 pictures")
    expect(failure(page)).to_have_count(0)
    if "region" in query:
        expect(page.get_by_text("does not name a region")).to_be_visible()
