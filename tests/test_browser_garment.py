"""Your garment in Chromium."""

import base64
import re

import pytest
from playwright.sync_api import expect

from fmnist_core.photos import samples
from tests.drivers import failure, open_page, settled, verdict

pytestmark = pytest.mark.browser


def test_a_photo_is_uploaded_developed_and_overridden(app, page, tmp_path):
    boot = tmp_path / "boot.jpg"
    boot.write_bytes(samples.jpeg("Boot"))
    open_page(page, f"{app}/garment?way=Upload")
    page.locator('.st-key-upload input[type="file"]').set_input_files(boot)
    expect(verdict(page)).to_contain_text("Ankle boot")
    steps = page.locator(".st-key-steps li")
    expect(steps).to_have_count(7)
    before = steps.first.locator("img").get_attribute("src")
    page.get_by_text("Override a step").click()
    page.locator(".st-key-turn").get_by_text("90°").click()
    expect(steps.first.locator("img")).not_to_have_attribute("src", before)
    page.get_by_role("button", name="Reset").click()
    expect(steps.first.locator("img")).to_have_attribute("src", before)
    page.locator(".st-key-ask").get_by_text("Look-alikes").click()
    expect(page.locator(".st-key-nearest .wall button").first).to_be_visible()


def test_several_photos_give_a_table_with_thumbnails(app, page, tmp_path):
    files = []
    for name in ("Boot", "Bag", "Dress"):
        files.append(tmp_path / f"{name}.jpg")
        files[-1].write_bytes(samples.jpeg(name))
    (tmp_path / "bad.png").write_text("words")
    open_page(page, f"{app}/garment?way=Upload")
    page.locator('.st-key-upload input[type="file"]').set_input_files([*files, tmp_path / "bad.png"])
    table = page.locator(".st-key-batch table")
    for words in ("Ankle boot", "Bag", "Dress", "received something else"):
        expect(table).to_contain_text(words)
    expect(table.locator("img")).to_have_count(3)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert download.value.path().read_text().count("\n") == 5


def test_the_camera_takes_a_photo(app, page):
    page.context.grant_permissions(["camera"])
    open_page(page, f"{app}/garment?way=Camera")
    take = page.get_by_role("button", name="Take photo")
    expect(take).to_be_enabled()
    page.wait_for_timeout(1500)  # the fake device needs a moment for its first frame
    take.click()
    # The test pattern is no garment: either answer is one, a traceback is none.
    expect(page.get_by_text(re.compile("predicted with|nothing does"))).to_be_visible()
    expect(failure(page)).to_have_count(0)


def test_a_drawing_survives_a_reload(app, page):
    open_page(page, f"{app}/garment?way=Draw")
    box = page.locator(".board canvas").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 220, steps=5)
    page.mouse.up()
    expect(verdict(page)).to_contain_text("your drawing")
    drawn = page.locator(".board canvas").evaluate("canvas => canvas.toDataURL()")
    settled(page)
    page.reload()
    expect(verdict(page)).to_contain_text("your drawing")
    assert page.locator(".board canvas").evaluate("canvas => canvas.toDataURL()") == drawn
    page.get_by_role("button", name="Clear").click()
    page.evaluate("sessionStorage.setItem('fashion-mnist-explorer:drawing', '[{\"points\": [[1, null]]}]')")
    page.reload()
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


def test_a_drawing_is_answered_after_each_stroke_and_can_be_undone(app, page):
    open_page(page, f"{app}/garment?way=Draw")
    canvas = page.locator(".board canvas")
    expect(canvas).to_be_visible()
    frame = canvas.bounding_box()

    def stroke(*points):
        places = [(frame["x"] + x * frame["width"], frame["y"] + y * frame["height"]) for x, y in points]
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place, steps=4)
        page.mouse.up()

    # A trouser: two legs below a waist, closed.
    stroke((0.35, 0.1), (0.65, 0.1), (0.7, 0.9), (0.56, 0.9), (0.5, 0.4), (0.44, 0.9), (0.3, 0.9), (0.35, 0.1))
    expect(verdict(page)).to_contain_text("Trouser")
    first = page.locator(".st-key-garment img").get_attribute("src")
    stroke((0.2, 0.5), (0.8, 0.5))
    expect(page.locator(".st-key-garment img")).not_to_have_attribute("src", first)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".st-key-garment img")).to_have_attribute("src", first)
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("a closed outline is enough")).to_be_visible()


def test_a_copied_picture_is_pasted(app, page):
    open_page(page, f"{app}/garment?way=Paste")
    box = page.locator(".paste")
    expect(box).to_contain_text("paste a copied picture")
    box.evaluate(
        """async (box, encoded) => {
          const bytes = Uint8Array.from(atob(encoded), (c) => c.charCodeAt(0))
          const data = new DataTransfer()
          data.items.add(new File([bytes], "bag.jpg", { type: "image/jpeg" }))
          box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }))
        }""",
        base64.b64encode(samples.jpeg("Bag")).decode(),
    )
    expect(verdict(page)).to_contain_text("Bag")
    expect(page.get_by_role("status").filter(has_text="Pasted")).to_be_visible()
