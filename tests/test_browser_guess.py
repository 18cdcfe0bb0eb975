"""Guess first, and all networks at once, in Chromium."""

import re

import pytest
from playwright.sync_api import expect

from fmnist_core import CLASS_NAMES, load_test
from fmnist_core.networks import cards
from tests.drivers import PHONE, failure, open_page, settled, verdict

pytestmark = pytest.mark.browser


def words(text):
    """Return which class names stand in a text, each once for its button."""
    return {name: len(re.findall(rf"\b{re.escape(name)}\b", text)) for name in CLASS_NAMES}


def test_the_answer_reaches_the_browser_only_after_the_guess(app, page):
    received = []

    def keep(frame):  # Playwright marks its listeners: a builtin takes no mark
        received.append(frame)

    page.on("websocket", lambda ws: ws.on("framereceived", keep))
    open_page(page, f"{app}/?index=4093&guess=true")
    expect(verdict(page)).to_contain_text("What is it?")
    settled(page)
    before = b"".join(f if isinstance(f, bytes) else f.encode() for f in received).decode("utf-8", "replace")
    assert "What is it?" in before
    counts = words(before)
    assert len(set(counts.values())) == 1, f"one class is named more often than the others: {counts}"
    assert not re.search(r"confidence<|true class|fm-badge fm-|fm-bars\"", before)
    assert page.locator(".st-key-garment img").get_attribute("alt") == "Picture 4093, 28 by 28 grey pixels"
    expect(page.get_by_role("radiogroup", name="Ask further")).to_have_count(0)

    true = CLASS_NAMES[load_test().labels[4093]]
    page.locator(".st-key-guesses").get_by_role("button", name=true, exact=True).click()
    expect(verdict(page)).to_contain_text("confidence")
    expect(page.locator(".fm-guess")).to_contain_text(f"You said {true}: right. This visit: you 1 of 1")
    page.get_by_role("button", name="Next", exact=True).click()
    expect(verdict(page)).to_contain_text("What is it?")
    expect(page).to_have_url(re.compile("index=4094.*guess=true|guess=true.*index=4094"))
    other = next(name for name in CLASS_NAMES if name != CLASS_NAMES[load_test().labels[4094]])
    page.locator(".st-key-guesses").get_by_role("button", name=other, exact=True).click()
    expect(page.locator(".fm-guess")).to_contain_text("wrong. This visit: you 1 of 2")


def test_the_switch_hides_and_shows(app, page):
    open_page(page, f"{app}/?index=5")
    expect(verdict(page)).to_contain_text("Trouser")
    page.get_by_text("Guess first").click()
    expect(verdict(page)).to_contain_text("What is it?")
    expect(page).to_have_url(re.compile("guess=true"))
    page.get_by_text("Guess first").click()
    expect(verdict(page)).to_contain_text("Trouser")


def test_the_title_of_a_wall_waits_for_the_guess(app, page):
    open_page(page, f"{app}/evaluate?view=Confusion+matrix&true=Shirt&predicted=Coat")
    page.locator(".wall button").first.click()
    line = page.locator(".st-key-selection-line")
    expect(line).to_contain_text("Shirt taken for Coat")
    page.get_by_text("Guess first").click()
    expect(verdict(page)).to_contain_text("What is it?")
    expect(line).not_to_contain_text("Shirt")
    page.locator(".st-key-guesses").get_by_role("button", name="Shirt", exact=True).click()
    expect(page.locator(".fm-guess")).to_contain_text("You said Shirt: right")
    expect(line).to_contain_text("Shirt taken for Coat")
    page.get_by_role("button", name="Next", exact=True).click()
    expect(verdict(page)).to_contain_text("What is it?")
    expect(line).not_to_contain_text("Shirt")


def test_guesses_survive_a_reload_and_nonsense_in_the_browser_counts_for_none(app, page):
    open_page(page, f"{app}/?index=4093&guess=true")
    page.locator(".st-key-guesses").get_by_role("button", name="Bag", exact=True).click()
    score = page.locator(".fm-guess")
    expect(score).to_contain_text("of 1")
    said = score.inner_text()
    settled(page)
    page.reload()
    expect(score).to_have_text(said)
    hostile = '{"4094": [3, 99, 3], "x": [1, 1, 1], "7": 5, "__proto__": []}'
    for text in (hostile, "[1, 2]", "[" * 5000, "null", '{"4094": [3, 99, 3]}'):
        page.evaluate("text => sessionStorage.setItem('fashion-mnist-explorer:guesses', text)", text)
        open_page(page, f"{app}/?index=4094&guess=true")
        expect(verdict(page)).to_contain_text("What is it?")
        expect(failure(page)).to_have_count(0)


def test_on_a_phone_all_ten_answers_stand_on_the_first_screen(app, phone):
    open_page(phone, f"{app}/?index=5&guess=true")
    buttons = phone.locator(".st-key-guesses").get_by_role("button")
    expect(buttons).to_have_count(10)
    for button in buttons.all():
        box = button.bounding_box()
        assert box["y"] + box["height"] < PHONE["height"] - 56


def test_all_networks_answer_in_a_line_each(app, page):
    open_page(page, f"{app}/?index=4&ask=All+networks")
    lines = page.locator(".st-key-all-networks tbody tr")
    expect(lines).to_have_count(len(cards.network_names()))
    for line, name in zip(lines.all(), cards.network_names(), strict=True):
        expect(line).to_contain_text(cards.TITLES[name])
        expect(line).to_contain_text("%")
        expect(line).to_contain_text(re.compile("right|wrong"))
