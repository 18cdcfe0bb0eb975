"""A visitor's own `.tflite` file in Chromium: handed in, tested, used on Predict; anything else gets a sentence."""

import pytest
from playwright.sync_api import expect

from fmnist_core.networks.cards import MODELS
from tests.drivers import open_page, settled, verdict

pytestmark = pytest.mark.browser


def hand_in(page, name, content):
    page.locator('[class*="st-key-bring-"] input[type="file"]').set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )


def test_a_network_is_brought_along_tested_used_and_removed(app, page):
    open_page(page, f"{app}/train")
    page.get_by_text("Bring your own network").click()
    hand_in(page, "mine.keras", b"PK\x03\x04" + bytes(2_000_000))
    expect(page.get_by_text("received a .keras file")).to_be_visible()
    hand_in(page, "broken.tflite", (MODELS / "tiny.tflite").read_bytes()[:9_000])
    expect(page.get_by_text("broken.tflite: ")).to_be_visible()
    hand_in(page, "mine *own*.tflite", (MODELS / "tiny.tflite").read_bytes())
    mine = page.locator('[class*="st-key-brought-"]')
    expect(mine).to_contain_text("mine *own*: 91.7% of the 1,000 held-out pictures right")
    expect(mine).to_contain_text("28 x 28 x 1 pixels of 0..255 and gives logits")
    mine.get_by_role("button", name="Test it").click()
    expect(mine).to_contain_text("92.78% of the 10,000 test pictures")
    settled(page)
    page.get_by_role("link", name="Predict").first.click()
    page.locator(".st-key-model").get_by_text("mine *own* (yours)").click()
    expect(verdict(page).locator("h1")).to_have_text("Ankle boot")
    settled(page)
    page.get_by_role("link", name="Evaluate").first.click()
    expect(page.get_by_text("was brought along for this visit").first).to_be_visible()
    page.get_by_role("link", name="Train").first.click()
    expect(page.get_by_role("heading", name="Train a network")).to_be_visible()
    settled(page)
    page.get_by_text("Bring your own network").click()
    mine.get_by_role("button", name="Remove").click()
    expect(mine).to_have_count(0)
