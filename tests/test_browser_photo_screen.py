"""Your garment in Chromium: the photo in view, a pair of shoes, the crop by hand, rows that open."""

import re

import pytest
from playwright.sync_api import expect

from fmnist_core.photos import samples
from tests.drivers import PHONE, open_page, settled, verdict
from tests.shoes import pair_of_boots

pytestmark = pytest.mark.browser


def hand_in(page, *files):
    page.locator('.st-key-upload input[type="file"]').set_input_files(list(files))


def photo_of(tmp_path, name):
    path = tmp_path / f"{name}.jpg"
    path.write_bytes(samples.jpeg(name))
    return path


def corner_to(page, name, across, down):
    """Drag a corner of the crop to a place on the photo, given as shares."""
    photo = page.locator(".crop img").bounding_box()
    corner = page.get_by_role("button", name=name).bounding_box()
    page.mouse.move(corner["x"] + corner["width"] / 2, corner["y"] + corner["height"] / 2)
    page.mouse.down()
    page.mouse.move(photo["x"] + across * photo["width"], photo["y"] + down * photo["height"], steps=5)
    page.mouse.up()


def test_a_photo_on_a_phone_stands_beside_its_answer_on_the_first_screen(app, phone, tmp_path):
    open_page(phone, f"{app}/garment?way=Upload")
    ways = phone.locator(".st-key-way").get_by_role("radio")
    expect(ways).to_have_count(5)
    first = min(ways.all(), key=lambda way: (way.bounding_box()["y"], way.bounding_box()["x"]))
    expect(first).to_have_text("Camera")
    hand_in(phone, photo_of(tmp_path, "Boot"))
    expect(verdict(phone).locator("h1")).to_have_text("Ankle boot")
    expect(phone.locator(".crop polygon.line")).to_have_count(1)
    settled(phone)
    for shown in (phone.locator(".crop img"), phone.locator(".st-key-garment img"), verdict(phone).locator("h1")):
        box = shown.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= PHONE["height"]
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_of_a_pair_of_shoes_one_is_picked(app, page, tmp_path):
    pair = tmp_path / "pair.jpg"
    pair.write_bytes(pair_of_boots())
    open_page(page, f"{app}/garment?way=Upload")
    hand_in(page, pair)
    expect(page.get_by_text("Two things lie apart")).to_be_visible()
    expect(page.locator(".crop .numbers span")).to_have_text(["1", "2"])
    expect(page.locator(".crop polygon.line")).to_have_count(2)
    page.locator(".st-key-part").get_by_text("1", exact=True).click()
    expect(page.locator(".crop polygon.line")).to_have_count(1)
    expect(verdict(page)).to_contain_text("Ankle boot")
    expect(page).to_have_url(re.compile("part=1"))


def test_the_crop_is_corrected_with_the_mouse_and_the_keys(app, page):
    open_page(page, f"{app}/garment?sample=T-shirt")
    seen = page.locator(".st-key-garment img")
    before = seen.get_attribute("src")
    page.get_by_role("button", name="Crop by hand").click()
    corner_to(page, "Bottom right corner", 0.5, 0.98)
    expect(seen).not_to_have_attribute("src", before)
    expect(page).to_have_url(re.compile("keep_across=0(%2C|,|&keep_across=)5[0-9]"))
    half = seen.get_attribute("src")
    page.get_by_role("button", name="Top left corner").press("Shift+ArrowRight")
    page.get_by_role("button", name="Top left corner").press("Shift+ArrowRight")
    expect(page).to_have_url(re.compile("keep_across=10"))
    page.get_by_role("button", name="Whole photo").click()
    expect(seen).to_have_attribute("src", before)
    assert half != before


def test_a_box_is_drawn_with_a_finger_and_without_cropping_a_swipe_scrolls(app, phone):
    open_page(phone, f"{app}/garment?sample=Coat")
    photo = phone.locator(".crop img")
    photo.wait_for()
    box = photo.bounding_box()
    seen = phone.locator(".st-key-garment img")
    before = seen.get_attribute("src")
    phone.get_by_role("button", name="Crop by hand").tap()
    photo.scroll_into_view_if_needed()
    box = photo.bounding_box()
    protocol = phone.context.new_cdp_session(phone)

    def touch(kind, *points):
        places = [{"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]} for x, y in points]
        protocol.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    touch("touchStart", (0.2, 0.5))
    for k in range(1, 6):
        touch("touchMove", (0.2 + 0.12 * k, 0.5 + 0.09 * k))
    touch("touchEnd")
    expect(seen).not_to_have_attribute("src", before)
    expect(phone).to_have_url(re.compile("keep_down=(49|50|51)"))


def test_a_row_of_the_table_opens_and_closes(app, page, tmp_path):
    open_page(page, f"{app}/garment?way=Upload")
    hand_in(page, photo_of(tmp_path, "Boot"), photo_of(tmp_path, "Dress"))
    table = page.locator(".st-key-batch table")
    dress = table.get_by_role("button", name="Dress.jpg")
    expect(dress).to_have_attribute("aria-expanded", "false")
    dress.click()
    expect(verdict(page).locator("h1")).to_have_text("Dress")
    expect(dress).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".st-key-steps li")).to_have_count(7)
    page.locator(".st-key-ask").get_by_text("Look-alikes").click()
    expect(page.locator(".st-key-nearest .wall button").first).to_be_visible()
    table.get_by_role("button", name="Boot.jpg").click()
    expect(verdict(page).locator("h1")).to_have_text("Ankle boot")
    table.get_by_role("button", name="Boot.jpg").click()
    expect(verdict(page)).to_have_count(0)
    expect(table).to_be_visible()


def test_the_camera_is_no_wider_than_its_use(app, page):
    page.context.grant_permissions(["camera"])
    open_page(page, f"{app}/garment?way=Camera")
    expect(page.get_by_role("button", name="Take photo")).to_be_enabled()
    assert page.locator(".st-key-camera").get_by_test_id("stCameraInput").bounding_box()["width"] <= 480


def test_paste_says_on_a_phone_what_to_do_instead(app, phone):
    open_page(phone, f"{app}/garment?way=Paste")
    expect(phone.locator(".paste")).to_contain_text("choose Upload")
    expect(phone.locator(".paste")).not_to_contain_text("Ctrl")
