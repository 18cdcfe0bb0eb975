"""Label review in Chromium: the visitor judges first, and the votes last."""

import re

import pytest
from playwright.sync_api import expect

from tests.drivers import failure, open_page, settled

pytestmark = pytest.mark.browser


def test_the_networks_say_what_they_think_after_the_vote_and_not_before(app, page):
    open_page(page, f"{app}/evaluate?view=Label+review")
    case, opinion = page.locator(".st-key-case"), page.locator(".st-key-opinion")
    expect(case).to_contain_text("Is this a")
    expect(opinion).to_have_count(0)
    assert "%" not in case.inner_text()
    picture = re.search(r"picture (\d+)", case.inner_text())[1]
    page.get_by_role("button", name="Label is wrong").click()
    expect(opinion).to_contain_text(re.compile(rf"Picture {picture}, your vote: label is wrong.*%"))
    expect(case).to_contain_text("Case 2 of")


def kept(page, votes):
    """Wait until the browser keeps so many votes: it writes them down after the server has answered."""
    page.wait_for_function(
        "votes => Object.keys(JSON.parse(localStorage['fashion-mnist-explorer:label-votes'] || '{}')).length === votes",
        arg=votes,
    )


def test_votes_survive_a_reload_and_can_still_be_taken_back(app, page):
    open_page(page, f"{app}/evaluate?view=Label+review")
    for vote in ("Label is wrong", "Label is right", "Label is wrong"):
        before = page.locator(".st-key-case").inner_text()
        page.get_by_role("button", name=vote).click()
        expect(page.locator(".st-key-case")).not_to_have_text(before)
        settled(page)
    kept(page, 3)
    page.reload()
    expect(page.get_by_text("Without 2 labels voted wrong")).to_be_visible(timeout=30_000)
    expect(page.locator(".st-key-case")).to_contain_text("Case 4 of", timeout=30_000)
    page.get_by_role("button", name="Previous case").click()
    expect(page.locator(".st-key-case")).to_contain_text("Case 3 of")
    page.get_by_role("button", name="Take the vote back").click()
    expect(page.get_by_text("Without 1 label voted wrong")).to_be_visible(timeout=30_000)
    kept(page, 2)
    page.reload()
    expect(page.get_by_text("Without 1 label voted wrong")).to_be_visible(timeout=30_000)


def test_two_tabs_lose_no_vote(app, page):
    address = f"{app}/evaluate?view=Label+review"
    open_page(page, address)
    page.get_by_role("button", name="Label is wrong").click()
    kept(page, 1)
    other = page.context.new_page()
    open_page(other, address)
    expect(other.locator(".st-key-case")).to_contain_text("Case 2 of", timeout=30_000)
    other.get_by_role("button", name="Label is right").click()
    kept(other, 2)
    page.bring_to_front()
    page.get_by_role("button", name="Next case").click()
    expect(page.locator(".st-key-case")).to_contain_text("Case 3 of")
    page.get_by_role("button", name="Unclear").click()
    kept(page, 3)
    expect(page.locator(".st-key-case")).to_contain_text("Case 4 of")


def test_what_is_not_ours_in_the_browsers_storage_changes_nothing(app, page):
    for text in ("no votes", "[1, 2]", '{"7": ["wrong"], "x": "wrong", "8": "guilty"}'):
        open_page(page, f"{app}/evaluate?view=Label+review")
        page.evaluate("text => localStorage.setItem('fashion-mnist-explorer:label-votes', text)", text)
        page.reload()
        expect(page.locator(".st-key-case")).to_contain_text("Case 1 of", timeout=30_000)
        settled(page)
        expect(page.get_by_text("voted wrong")).to_have_count(0)
        expect(failure(page)).to_have_count(0)
