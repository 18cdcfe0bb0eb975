"""Stress in Chromium."""

import re

import pytest
from playwright.sync_api import expect

from fmnist_core.evaluation.corruptions import KINDS
from tests.drivers import (
    PHONE,
    open_page,
    settled,
    verdict,
)

pytestmark = pytest.mark.browser


def test_every_stress_slider_changes_picture_and_verdict_and_the_address_keeps_them(app, page):
    open_page(page, f"{app}/stress?index=4093&model=tiny")
    expect(verdict(page)).to_contain_text("picture 4093, unchanged")
    picture = page.locator(".st-key-garment img")
    for kind in KINDS.values():
        before, strength = picture.get_attribute("src"), kind.at(3)
        handle = page.locator(f'.st-key-{kind.name} input[type="range"]')
        handle.focus()
        for _ in range(3):
            handle.press("ArrowRight")
        expect(verdict(page)).to_contain_text(f"{kind.title.lower()} {kind.words(strength)}")
        expect(verdict(page)).to_contain_text("picture 4093")
        expect(picture).not_to_have_attribute("src", before)
    settled(page)
    expect(page).to_have_url(re.compile("occlude=3"))
    words, source = verdict(page).inner_text(), picture.get_attribute("src")
    open_page(page, page.url)
    expect(verdict(page)).to_have_text(words, use_inner_text=True)
    assert picture.get_attribute("src") == source
    page.get_by_role("button", name="Reset").click()
    expect(verdict(page)).to_contain_text("unchanged")


def test_the_smallest_change_that_fools_is_found_and_stays_in_the_address(app, page):
    open_page(page, f"{app}/stress?index=4093&model=cnn&blur=0.5")
    expect(page.locator(".st-key-breaking")).to_contain_text("turns into")
    page.get_by_role("button", name="Find the smallest change").click()
    expect(verdict(page)).to_contain_text("Wrong")
    expect(verdict(page)).to_contain_text("rotate")
    expect(page).to_have_url(re.compile("rotate="))
    expect(page).not_to_have_url(re.compile("blur="))


def test_kind_and_seed_are_in_the_address(app, page):
    open_page(page, f"{app}/stress?index=4093&model=cnn&noise=40&seed=7")
    page.locator(".st-key-kind input").focus()
    page.keyboard.type("Noise")
    page.keyboard.press("Enter")
    breaking = page.locator(".st-key-breaking")
    expect(breaking).to_contain_text("grey levels")
    expect(page).to_have_url(re.compile("kind="))
    words, source = breaking.inner_text(), page.locator(".st-key-garment img").get_attribute("src")
    open_page(page, page.url)
    expect(verdict(page)).to_contain_text("noise 40 grey levels")
    expect(breaking).to_contain_text(words.splitlines()[0])
    assert page.locator(".st-key-garment img").get_attribute("src") == source
    page.locator('.st-key-seed input[type="range"]').press("ArrowRight")
    expect(page.locator(".st-key-garment img")).not_to_have_attribute("src", source)


def test_stress_on_a_phone_keeps_the_verdict_in_sight(app, phone):
    open_page(phone, f"{app}/stress?index=4093")
    phone.locator(".st-key-noise").scroll_into_view_if_needed()
    expect(verdict(phone)).to_be_in_viewport()
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
