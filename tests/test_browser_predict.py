"""Predict in Chromium."""

import re

import pytest
from playwright.sync_api import expect

from fmnist_core import class_name, default_network, load_card, load_test
from fmnist_core.networks import cards
from tests.drivers import PHONE, failure, index_field, open_page, settled, verdict

pytestmark = pytest.mark.browser


def test_a_newcomer_sees_picture_and_verdict(app, page):
    errors = []
    page.on("pageerror", lambda e: errors.append(str(e)))
    open_page(page, app)
    expect(verdict(page)).to_contain_text("picture 0")
    expect(verdict(page)).to_contain_text("Ankle boot")
    picture = page.locator(".st-key-garment img")
    expect(picture).to_be_visible()
    assert "Picture 0" in picture.get_attribute("alt")
    assert picture.evaluate("e => getComputedStyle(e).imageRendering") == "pixelated"
    expect(page.locator(".st-key-bars-area .fm-bars tr")).to_have_count(10)
    assert not errors


def test_no_page_asks_another_machine_for_anything(app, page):
    asked = []

    def judge(route):
        if route.request.url.startswith(app):
            route.continue_()
        else:
            asked.append(route.request.url)
            route.abort()

    page.context.route("**/*", judge)
    for name in ("", "evaluate", "explore", "stress", "garment"):
        open_page(page, f"{app}/{name}")
        page.wait_for_timeout(500)
    assert asked == []


def test_each_page_has_its_own_title(app, page):
    for name, title in (("", "Predict"), ("evaluate", "Evaluate"), ("garment", "Your garment")):
        open_page(page, f"{app}/{name}")
        expect(page).to_have_title(f"{title} · Fashion-MNIST explorer")


def test_arrow_keys_at_the_end_of_a_wall_stay_there(app, page):
    open_page(page, f"{app}/?index=5&ask=Look-alikes")
    first = page.locator(".st-key-nearest .wall button").first
    first.focus()
    for key in ("ArrowLeft", "ArrowUp", "Home"):
        first.press(key)
    page.wait_for_timeout(500)
    expect(verdict(page)).to_contain_text("picture 5")
    expect(first).to_be_focused()


def test_typing_a_number_changes_picture_verdict_and_address(app, page):
    open_page(page, app)
    index_field(page).fill("4093")
    index_field(page).press("Enter")
    expect(verdict(page)).to_contain_text("picture 4093")
    expect(verdict(page)).to_contain_text(class_name(load_test().labels[4093]))
    expect(page).to_have_url(re.compile("index=4093"))


def test_arrow_keys_step_and_the_field_keeps_its_own(app, page):
    open_page(page, f"{app}/?index=10")
    expect(verdict(page)).to_contain_text("picture 10")
    page.locator("body").press("ArrowRight")
    expect(verdict(page)).to_contain_text("picture 11")
    page.locator("body").press("ArrowLeft")
    expect(verdict(page)).to_contain_text("picture 10")
    index_field(page).click()
    index_field(page).press("ArrowRight")
    page.wait_for_timeout(500)
    expect(verdict(page)).to_contain_text("picture 10")


def test_quick_steps_are_all_counted(app, page):
    open_page(page, f"{app}/?index=100")
    for _ in range(6):
        page.get_by_role("button", name="Next", exact=True).click()
        page.wait_for_timeout(120)  # as fast as a person clicks, whether or not the answer is there
    expect(verdict(page)).to_contain_text("picture 106")
    expect(page).to_have_url(re.compile("index=106"))


def test_a_deep_link_opens_exactly_that_view(app, page):
    open_page(page, f"{app}/?index=42&model=mlp")
    expect(verdict(page)).to_contain_text("picture 42")
    expect(page.locator('.st-key-model [aria-checked="true"], .st-key-model [aria-pressed="true"]')).to_have_text("MLP")
    open_page(page, f"{app}/evaluate?index=42&model=linear")
    expect(page.get_by_text(f"{load_card('linear').facts['test']['accuracy']:.2%}").first).to_be_visible()
    expect(page).to_have_url(re.compile("index=42.*model=linear"))


def test_the_choice_survives_a_page_switch(app, page):
    open_page(page, f"{app}/?index=42&model=mlp")
    page.get_by_role("link", name="Evaluate").click()
    expect(page).to_have_url(re.compile(r"/evaluate\?.*index=42.*model=mlp"))
    expect(page.get_by_text(f"{load_card('mlp').facts['test']['accuracy']:.2%}").first).to_be_visible()
    page.get_by_role("link", name="Predict").click()
    expect(verdict(page)).to_contain_text("picture 42")
    expect(page).to_have_url(re.compile("index=42&model=mlp"))


def test_the_back_button_goes_back_to_the_picture_before(app, page):
    open_page(page, f"{app}/?index=5")
    page.get_by_role("button", name="Next", exact=True).click()
    expect(verdict(page)).to_contain_text("picture 6")
    expect(page).to_have_url(re.compile("index=6"))
    page.go_back()
    expect(verdict(page)).to_contain_text("picture 5")
    expect(index_field(page)).to_have_value("5")
    page.go_forward()
    expect(verdict(page)).to_contain_text("picture 6")


def test_one_step_back_from_a_picture_leads_to_the_wall_that_it_was_picked_from(app, page):
    open_page(page, f"{app}/evaluate?view=Mistakes&page=2&model=linear")
    picked = page.locator(".wall button").nth(3)
    name = picked.get_attribute("title")
    picked.click()
    expect(verdict(page)).to_contain_text("Wrong")
    settled(page)
    page.go_back()
    expect(page).to_have_url(re.compile(r"/evaluate\?.*view=Mistakes.*page=2"))
    again = page.locator(".wall button").nth(3)
    expect(again).to_be_visible()
    settled(page)
    assert name == again.get_attribute("title")


def test_a_question_asked_at_once_after_a_step_does_not_take_the_step_back(app, page):
    open_page(page, f"{app}/?index=5")
    expect(page.get_by_role("radio", name="Why")).to_be_visible()
    page.evaluate(
        """() => {
          const words = (button) => button.innerText.trim().split("\\n").at(-1).trim()
          const named = (name) => [...document.querySelectorAll("button")].find((b) => words(b) === name)
          named("Next").click()
          named("Why").click()
        }"""
    )
    expect(page.get_by_text("Activation map").first).to_be_visible()
    expect(verdict(page)).to_contain_text("picture 6")
    page.wait_for_timeout(500)
    expect(verdict(page)).to_contain_text("picture 6")
    expect(page).to_have_url(re.compile("index=6"))


@pytest.mark.parametrize("where", ["", "evaluate"])
@pytest.mark.parametrize(
    "query", ["index=1e400", "index=abc", "index=-1&model=vgg", "index=1&index=7", f"index={'9' * 3000}"]
)
def test_bad_addresses_get_a_sentence_and_no_traceback(app, page, where, query):
    open_page(page, f"{app}/{where}?{query}")
    expect(page.locator(".st-key-notice")).to_contain_text("was expected" if "index=1&" in query else "must be")
    expect(failure(page)).to_have_count(0)
    expect(page).to_have_url(re.compile(f"index=0.*model={default_network()}"))


def test_on_a_phone_picture_and_verdict_share_the_first_screen(app, phone):
    open_page(phone, f"{app}/?index=4093")
    expect(verdict(phone)).to_contain_text("picture 4093")
    for part in (phone.locator(".st-key-garment img"), verdict(phone)):
        box = part.bounding_box()
        assert box["y"] + box["height"] < PHONE["height"]
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_next_mistake_shows_a_mistake(app, page):
    open_page(page, f"{app}/?model=linear")
    expect(verdict(page)).to_contain_text("picture 0")
    page.locator("body").press("m")
    expect(verdict(page)).to_contain_text("Wrong")


def test_download_figure_gives_a_png(app, page):
    open_page(page, f"{app}/?index=3")
    expect(verdict(page)).to_contain_text("picture 3")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download figure").click()
    assert download.value.suggested_filename == f"fashion-mnist-3-{default_network()}.png"
    assert download.value.path().read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_every_network_answers(app, page):
    for name in cards.network_names():
        open_page(page, f"{app}/?index=7&model={name}")
        expect(verdict(page)).to_contain_text("picture 7")
