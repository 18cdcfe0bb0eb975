"""Evaluate in Chromium."""

import re

import pytest
from playwright.sync_api import expect

from fmnist_core import CLASS_NAMES
from tests.drivers import cell_of_the_matrix, confusion, luminance, open_page, rgba, settled, thumbnails, verdict

pytestmark = pytest.mark.browser


def test_measure_again_reports_speed_and_equality(app, page):
    open_page(page, f"{app}/evaluate?model=linear")
    page.get_by_role("button", name="Measure again").click()
    expect(page.get_by_text("Equal to what is stored")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("pictures a second")).to_be_visible()


def test_a_click_on_a_cell_shows_its_pictures_and_a_click_on_one_opens_it(app, page):
    open_page(page, f"{app}/evaluate?model=linear")
    predicted, labels = confusion("linear")
    expected = {int(i) for i in ((labels == 3) & (predicted == 4)).nonzero()[0]}
    cell_of_the_matrix(page, 3, 4).click()
    expect(page.get_by_text(f"Dress taken for Coat: {len(expected)} pictures")).to_be_visible()
    expect(page).to_have_url(re.compile("true=Dress.*predicted=Coat"))
    expect(thumbnails(page)).to_have_count(len(expected))
    expect(page.locator(".st-key-matrix [aria-current=true]")).to_have_text(str(len(expected)))
    chosen = thumbnails(page).nth(2)
    index = int(re.search(r"Picture (\d+)", chosen.get_attribute("title")).group(1))
    assert index in expected
    chosen.click()
    expect(verdict(page)).to_contain_text(f"picture {index}")
    expect(verdict(page)).to_contain_text("Dress")
    expect(page).to_have_url(re.compile(f"/\\?(?=.*index={index})(?=.*model=linear)"))


def test_the_same_by_keyboard(app, page):
    open_page(page, f"{app}/evaluate?model=linear")
    predicted, labels = confusion("linear")
    count = int(((labels == 3) & (predicted == 4)).sum())
    for field, word in (("true", "Dress"), ("predicted", "Coat")):
        box = page.locator(f".st-key-{field} input")
        box.focus()
        page.keyboard.type(word)
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(f"{field}={word}"))
    expect(thumbnails(page)).to_have_count(count)
    thumbnails(page).first.focus()
    page.keyboard.press("ArrowRight")
    index = int(re.search(r"Picture (\d+)", thumbnails(page).nth(1).get_attribute("title")).group(1))
    page.keyboard.press("Enter")
    expect(verdict(page)).to_contain_text(f"picture {index}")


def test_arrow_keys_walk_over_the_matrix_and_enter_opens_a_cell(app, page):
    open_page(page, f"{app}/evaluate?model=linear&mistakes_only=true&true=Shirt&predicted=Coat")
    matrix = page.locator(".st-key-matrix")
    expect(cell_of_the_matrix(page, 6, 4)).to_have_attribute("aria-current", "true")
    expect(matrix.locator('button[tabindex="0"]')).to_have_count(1)
    cell_of_the_matrix(page, 6, 4).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(cell_of_the_matrix(page, 6, 7)).to_be_focused()  # Shirt as Shirt is hidden, and skipped
    for key, true, taken in (("Home", 6, 0), ("ArrowLeft", 6, 0), ("ArrowUp", 5, 0), ("End", 5, 9), ("ArrowUp", 4, 9)):
        page.keyboard.press(key)
        expect(cell_of_the_matrix(page, true, taken)).to_be_focused()
    for key in ("Home", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_text("Sandal taken for T-shirt/top: 0 pictures")).to_be_visible()
    expect(cell_of_the_matrix(page, 5, 0)).to_have_attribute("aria-current", "true")
    expect(cell_of_the_matrix(page, 5, 0)).to_be_focused()
    expect(matrix.locator('button[tabindex="0"]')).to_have_count(1)


@pytest.mark.parametrize("order", ["Data set", "Most confused"])
def test_every_cell_of_the_matrix_says_what_it_counts(app, page, order):
    open_page(page, f"{app}/evaluate?model=linear&order={order}")
    expect(cell_of_the_matrix(page, 0, 0)).to_be_visible()
    rows = page.locator(".st-key-matrix tbody tr").evaluate_all(
        "rows => rows.map((row) => [...row.querySelectorAll('button')].map((b) => [b.textContent, b.ariaLabel]))"
    )
    across = [name.replace("\u200b", "") for name in page.locator(".st-key-matrix thead span").all_text_contents()]
    down = page.locator(".st-key-matrix tbody th").all_text_contents()
    assert across == down
    assert sorted(down) == sorted(CLASS_NAMES)
    predicted, labels = confusion("linear")
    for true, row in zip(down, rows, strict=True):
        for taken, (count, words) in zip(across, row, strict=True):
            both = (labels == CLASS_NAMES.index(true)) & (predicted == CLASS_NAMES.index(taken))
            assert int(count) == both.sum()
            assert words.startswith(f"True class {true}, predicted {taken}: {count} picture")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_number_of_the_matrix_has_contrast(app, arrive, theme):
    page = arrive(color_scheme=theme)
    open_page(page, f"{app}/evaluate?model=linear")
    expect(cell_of_the_matrix(page, 0, 0)).to_be_visible()
    paint = page.locator(".st-key-matrix tbody button").evaluate_all(
        """all => all.map((b) => [getComputedStyle(b).color, getComputedStyle(b).backgroundColor])"""
    )
    ground = page.locator('[data-testid="stApp"]').evaluate("app => getComputedStyle(app).backgroundColor")
    assert (luminance(rgba(ground)) > 0.5) == (theme == "light")
    for ink, cell in paint:
        *above, alpha = rgba(cell)
        mixed = [alpha * a + (1 - alpha) * b for a, b in zip(above, rgba(ground)[:3], strict=True)]
        dark, pale = sorted((luminance(rgba(ink)), luminance(mixed)))
        assert (pale + 0.05) / (dark + 0.05) >= 4.5


def test_choices_on_evaluate_are_in_the_address(app, page):
    open_page(page, f"{app}/evaluate?model=linear&unit=Row+percent&mistakes_only=true&true=Shirt&predicted=Coat")
    cells = page.locator(".st-key-matrix").get_by_role("button")
    expect(cells).to_have_count(90)
    expect(cells.first).to_contain_text(".")
    expect(cell_of_the_matrix(page, 6, 4)).to_have_attribute("aria-current", "true")
    expect(page.get_by_text("Shirt taken for Coat:").first).to_be_visible()


def test_the_coverage_slider_works_by_keyboard_and_shows_new_figures(app, page):
    open_page(page, f"{app}/evaluate?view=Prediction+sets")
    before = page.locator(".st-key-coverage").inner_text()
    page.locator('.st-key-level input[type="range"]').press("ArrowRight")
    expect(page.locator(".st-key-coverage")).not_to_have_text(before)
    expect(page.locator(".st-key-coverage")).to_contain_text("95.5%")


def test_votes_can_be_saved_and_loaded_again(app, page, tmp_path):
    open_page(page, f"{app}/evaluate?view=Label+review")
    for vote in ("Label is wrong", "Unclear", "Label is wrong"):
        before = page.locator(".st-key-case").inner_text()
        page.get_by_role("button", name=vote).click()
        expect(page.locator(".st-key-case")).not_to_have_text(before)
        settled(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    saved = tmp_path / "votes.csv"
    download.value.save_as(saved)
    assert sorted(line.rsplit(",", 1)[1] for line in saved.read_text().splitlines()[1:]) == [
        "unclear",
        "wrong",
        "wrong",
    ]
    page.evaluate("localStorage.clear()")
    open_page(page, f"{app}/evaluate?view=Label+review")  # a new visit has no votes
    expect(page.get_by_text("voted wrong")).to_have_count(0)
    page.locator('.st-key-votes-file input[type="file"]').set_input_files(saved)
    expect(page.get_by_text("Without 2 labels voted wrong")).to_be_visible()
    bad = tmp_path / "bad.csv"
    bad.write_text("no,such,thing\n1,2,3\n")
    page.locator('.st-key-votes-file input[type="file"]').set_input_files(bad)
    expect(page.get_by_text("These votes were not loaded")).to_be_visible()
    expect(page.get_by_text("Without 2 labels voted wrong")).to_be_visible()
