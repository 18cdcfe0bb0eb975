"""Header, introduction, navigation, tour and sharing in Chromium."""

import re

import pytest
from playwright.sync_api import expect

from fmnist_app.visit import header, tour
from fmnist_core import CLASS_NAMES
from tests.drivers import PHONE, open_page, settled, verdict

pytestmark = pytest.mark.browser
PAGES = ("Predict", "Evaluate", "Explore", "Stress", "Train", "Your garment", "Classroom", "About")


def introduction(page):
    return page.get_by_role("region", name="What is this?")


def stop(page):
    return page.get_by_role("region", name="Guided tour")


def box(locator):
    found = locator.bounding_box()
    return found["x"], found["y"], found["x"] + found["width"], found["y"] + found["height"]


def test_the_name_and_one_sentence_stand_above_every_page(app, page):
    for path in ("", "evaluate", "explore", "stress", "train", "garment", "class", "about"):
        open_page(page, f"{app}/{path}")
        sentence = header.SENTENCES.get(path or "predict", header.SENTENCES["predict"])
        expect(page.get_by_text("Fashion-MNIST explorer", exact=True)).to_be_visible()
        expect(page.locator(".fm-claim")).to_have_text(sentence)
        assert box(page.locator(".fm-claim"))[2] < box(page.get_by_test_id("stTopNavLink").first)[0]
        name, first = box(page.locator(".fm-brand")), box(page.get_by_test_id("stTopNavLink").first)
        assert name[2] < first[0], f"{name}, {first}: the name lies over the navigation"


@pytest.mark.parametrize("width", [1280, 1439, 1440, 1920])
def test_the_navigation_leaves_room_for_the_menus(app, page, width):
    page.set_viewport_size({"width": width, "height": 720})
    for path in ("explore", "garment"):  # the name of the page that is open is bold, and wider
        open_page(page, f"{app}/{path}")
        settled(page)
        about, menus = box(page.get_by_test_id("stTopNavLink").last), box(page.locator(".st-key-menus"))
        assert about[2] < menus[0], f"{about}, {menus}: the menus lie over the navigation"


@pytest.mark.parametrize("width", [360, 390])
def test_no_name_of_a_page_is_broken_within_a_word_on_a_phone(app, chromium, width):
    context = chromium.new_context(viewport={"width": width, "height": 800}, has_touch=True, is_mobile=True)
    page = context.new_page()
    open_page(page, f"{app}/class")  # bold, and the longest word
    name = page.get_by_test_id("stSidebarNavLink").filter(has_text="Classroom").locator("p")
    one_line = page.get_by_test_id("stSidebarNavLink").filter(has_text="About").locator("p")
    assert name.bounding_box()["height"] == one_line.bounding_box()["height"]
    context.close()


def test_a_newcomer_is_introduced_once(app, page):
    open_page(page, app)
    expect(introduction(page)).to_be_visible()
    for name in CLASS_NAMES:
        expect(introduction(page).get_by_role("listitem").filter(has_text=re.compile(f"^{name}$"))).to_be_visible()
    introduction(page).get_by_role("button", name="Try it").click()
    expect(introduction(page)).to_be_hidden()
    open_page(page, app)
    expect(verdict(page)).to_contain_text("picture 0")
    page.wait_for_timeout(500)
    expect(introduction(page)).to_be_hidden()


def test_the_introduction_comes_back_when_asked_for_and_goes_by_key(app, page):
    open_page(page, f"{app}/evaluate")
    page.get_by_role("button", name="Help", exact=True).click()
    page.get_by_role("button", name="Introduction").click()
    expect(introduction(page)).to_be_visible()
    introduction(page).get_by_role("button", name="Try it").press("Escape")
    expect(introduction(page)).to_be_hidden()
    settled(page)
    expect(introduction(page)).to_be_hidden()


def test_whoever_follows_a_link_is_not_stopped(app, page):
    open_page(page, f"{app}/?index=7")
    expect(verdict(page)).to_contain_text("picture 7")
    page.wait_for_timeout(500)
    expect(introduction(page)).to_be_hidden()


def test_on_a_phone_the_introduction_covers_neither_garment_nor_verdict(app, phone):
    open_page(phone, app)
    top = box(introduction(phone))[1]
    assert box(phone.locator(".st-key-garment img"))[3] <= top
    assert box(verdict(phone))[3] <= top
    assert box(introduction(phone))[3] <= box(phone.get_by_test_id("stSidebarNav"))[1]


def test_on_a_phone_the_navigation_shows_all_pages_and_where_one_is(app, phone):
    open_page(phone, f"{app}/?index=3")
    pages = phone.get_by_role("navigation", name="App pages").get_by_role("link")
    expect(pages).to_have_count(len(PAGES))
    for name in PAGES:
        link = pages.filter(has_text=name)
        left, top, right, bottom = box(link)
        assert left >= 0
        assert right <= PHONE["width"]
        assert top > PHONE["height"] - 80
        assert bottom <= PHONE["height"]
        assert right - left >= 44
        assert bottom - top >= 44
        expect(link.get_by_text(name)).to_be_visible()
    expect(pages.filter(has_text="Predict")).to_have_attribute("aria-current", "page")
    pages.filter(has_text="Evaluate").tap()
    expect(phone.get_by_role("heading", name="% right")).to_be_visible()
    expect(pages.filter(has_text="Evaluate")).to_have_attribute("aria-current", "page")
    expect(pages.filter(has_text="Predict")).not_to_have_attribute("aria-current", "page")
    expect(phone).to_have_title(re.compile("Evaluate"))


def test_on_a_phone_the_navigation_works_by_keyboard(app, phone):
    open_page(phone, f"{app}/?index=3")
    link = phone.get_by_role("navigation", name="App pages").get_by_role("link", name="About")
    link.focus()
    link.press("Enter")
    expect(phone.get_by_role("heading", name="About")).to_be_visible()


@pytest.mark.parametrize("name", ["page", "phone"])
def test_the_tour_leads_through_six_stops_and_back(app, request, name):
    page = request.getfixturevalue(name)
    open_page(page, f"{app}/?tour=1")
    for number, there in enumerate(tour.STOPS, 1):
        expect(stop(page)).to_contain_text(f"{number} of 6 · {there.title}", timeout=30_000)
        expect(stop(page)).to_contain_text(there.task)
        expect(page).to_have_url(re.compile(f"tour={number}"))
        settled(page)
        if number == 1:
            expect(verdict(page)).to_contain_text("Right")
        elif number == 2:
            expect(verdict(page)).to_contain_text("Wrong")
        elif number == 3:
            expect(page.get_by_text("Activation map").first).to_be_visible()
        elif number == 4:
            expect(page.locator(".st-key-matrix").get_by_role("button")).to_have_count(100)
        elif number == 6:
            expect(page.get_by_text("Draw a garment, dark on white")).to_be_visible()
        if number < 6:
            page.get_by_role("button", name="Next stop").click()
    page.locator(".st-key-tour-back button").click()
    expect(stop(page)).to_contain_text("5 of 6")
    expect(page.get_by_text("Where it breaks")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Leave").click()
    expect(stop(page)).to_have_count(0)
    expect(page).not_to_have_url(re.compile("tour="))


def test_a_stop_can_be_sent_as_a_link(app, page):
    open_page(page, f"{app}/?tour=4")
    expect(stop(page)).to_contain_text("4 of 6")
    expect(page).to_have_url(re.compile(r"/evaluate\?.*tour=4"))
    expect(page.locator(".st-key-matrix").get_by_role("button")).to_have_count(100)


def test_whoever_strays_from_the_tour_can_return(app, page):
    open_page(page, f"{app}/?tour=2")
    expect(verdict(page)).to_contain_text("picture 32")
    page.get_by_role("link", name="Explore").click()
    expect(stop(page)).to_contain_text("waits")
    page.get_by_role("button", name="Return").click()
    expect(verdict(page)).to_contain_text("picture 32")
    expect(stop(page)).to_contain_text("sure as well")


@pytest.mark.parametrize("asked", ["7", "0", "one", "1&tour=2"])
def test_a_stop_that_does_not_exist_gets_a_sentence(app, page, asked):
    open_page(page, f"{app}/?tour={asked}")
    expect(page.locator(".st-key-notice")).to_contain_text("stop of the tour")
    expect(stop(page)).to_have_count(0)
    expect(page).not_to_have_url(re.compile("tour="))


def test_the_address_can_be_shared_as_text_and_as_a_picture(app, page):
    open_page(page, f"{app}/evaluate?index=42&model=mlp&view=Mistakes")
    page.get_by_role("button", name="Share").click()
    link = page.locator(".stCode").inner_text()
    assert link.startswith(f"{app}/evaluate?")
    assert {"index=42", "model=mlp", "view=Mistakes"} <= set(link.split("?")[1].strip().split("&"))
    code = page.get_by_alt_text("QR code of this address")
    expect(code).to_be_visible()
    # Read by OpenCV, as a phone would.
    import cv2
    import numpy as np

    picture = cv2.imdecode(np.frombuffer(code.screenshot(), np.uint8), cv2.IMREAD_COLOR)
    assert cv2.QRCodeDetector().detectAndDecode(picture)[0] == link.strip()


def test_help_explains_the_words_and_about_says_where_it_comes_from(app, page):
    open_page(page, f"{app}/?index=1")
    page.get_by_role("button", name="Help", exact=True).click()
    words = page.locator(".st-key-glossary")
    for term in ("Confidence", "Logit", "Softmax", "Temperature", "Calibration", "Coverage", "Prediction set", "t-SNE"):
        expect(words.get_by_text(term, exact=True).first).to_be_attached()
    expect(words.get_by_text("ResNet", exact=True).first).to_be_attached()
    page.get_by_test_id("stPopoverBody").get_by_role("link", name="About").click()
    expect(page.get_by_role("heading", name="Accessibility")).to_be_visible()
    expect(page.get_by_text("MIT licence").first).to_be_visible()
