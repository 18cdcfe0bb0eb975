"""Why, Look-alikes and Inside in Chromium."""

import re

import pytest
from playwright.sync_api import expect

from tests.drivers import (
    open_page,
)

pytestmark = pytest.mark.browser


def test_why_can_be_asked_against_a_rival(app, page):
    open_page(page, f"{app}/?index=4093&model=cnn&ask=Why")
    expect(page.locator(".st-key-activation img")).to_be_visible()
    expect(page.locator(".st-key-occlusion img")).to_be_visible()
    before = page.locator(".st-key-activation img").get_attribute("src")
    box = page.locator(".st-key-whynot input")
    box.focus()
    page.keyboard.type("Coat")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-activation img")).not_to_have_attribute("src", before)
    expect(page.locator(".st-key-activation")).to_contain_text("difference of the logits")
    expect(page).to_have_url(re.compile("whynot=Coat"))


def test_a_lookalike_is_laid_beside_the_picture(app, page):
    open_page(page, f"{app}/?index=4093&model=cnn&ask=Look-alikes")
    first = page.locator(".st-key-nearest .wall button").first
    expect(first).to_be_visible()
    first.click()
    expect(page.locator(".st-key-opened img")).to_have_count(2)
    expect(page.locator(".st-key-opened")).to_contain_text(first.get_attribute("title").split(",")[0])
    page.get_by_role("button", name="Close").click()
    expect(page.locator(".st-key-opened")).to_have_count(0)


def test_the_layers_can_be_walked_from_pixels_to_softmax(app, page):
    open_page(page, f"{app}/?index=4093&model=cnn&ask=Inside")
    inside = page.locator(".st-key-inside")
    for words in (
        "784 numbers",
        "filters of 3 x 3",
        "slides over",
        "Stage 1",
        "Stage 2",
        "Stage 3",
        "logits",
        "Softmax turns",
    ):
        expect(inside).to_contain_text(words)
        if words != "Softmax turns":
            page.get_by_role("button", name="Step on").click()
    expect(page).to_have_url(re.compile("step=Softmax"))
    page.get_by_text("Every layer: size, parameters, arithmetic").click()
    expect(page.get_by_text("GlobalAveragePooling2D")).to_be_visible()
