"""One choice is one step of the browser's history, and Back undoes exactly that: on every page, near and far away."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.drivers import open_page, settled, verdict
from tests.slow_line import SlowLine

pytestmark = pytest.mark.browser
# An address with settings of each page, the link that leads there, and the text that shows that it is there.
PAGES = {
    "Predict": ("?index=7&model=mlp&ask=Inside", "picture 7"),
    "Evaluate": ("evaluate?index=7&model=mlp&view=Mistakes", "mistakes, the surest first"),
    "Explore": ("explore?index=7&model=mlp&class=Coat&sort=Number", "Pictures that the network finds alike"),
    "Stress": ("stress?index=7&model=mlp&kind=blur&rotate=45", "Where it breaks"),
    "Your garment": ("garment?index=7&model=mlp&way=Draw", "Draw a garment"),
    "Train": ("train?index=7&model=mlp", "Train"),
    "About": ("about?index=7&model=mlp", "Accessibility"),
}
# On a page, what is chosen, and the parameter of the address that names the choice.
CHOICES = [
    ("?index=7&model=cnn", "Why", "ask=Why"),
    ("?index=7&model=cnn", "Look-alikes", "ask=Look-alikes"),
    ("?index=7&model=cnn&ask=Why", "Inside", "ask=Inside"),
    ("?index=7&model=cnn", "Linear", "model=linear"),
    ("?index=7&model=cnn", "Next", "index=8"),
    ("evaluate?index=7&model=cnn", "Mistakes", "view=Mistakes"),
    ("evaluate?index=7&model=cnn&view=Mistakes", "Networks", "view=Networks"),
    ("evaluate?index=7&model=cnn", "Row percent", "unit=Row"),
    ("explore?index=7&model=cnn", "Predicted class", "colour=Predicted"),
    ("stress?index=7&model=cnn", "Next", "index=8"),
    ("garment?index=7&model=cnn", "Draw", "way=Draw"),
]


@pytest.fixture(scope="module", params=[0, 80], ids=["near", "far"])
def address(app, request):
    """The app's address, by a line with this delay in milliseconds."""
    if not request.param:
        yield app
        return
    line = SlowLine(urlsplit(app).port, request.param / 1000)
    yield f"http://127.0.0.1:{line.port}"
    line.stop()


def quiet(page):
    """Wait until nothing more is written to the address."""
    settled(page)
    page.wait_for_timeout(400)
    settled(page)


def steps(page):
    return page.evaluate("history.length")


def parameters(page):
    return set(urlsplit(page.url).query.split("&"))


def test_opening_an_address_is_no_step(address, page):
    for path in ("", "?index=7", "evaluate?view=Mistakes", "garment", "?tour=4"):
        page.goto("about:blank")
        before = steps(page)
        open_page(page, f"{address}/{path}")
        quiet(page)
        assert steps(page) == before + 1, f"{path}: {page.url}"


@pytest.mark.parametrize("start", PAGES)
def test_a_link_of_the_navigation_is_one_step(address, page, start):
    open_page(page, f"{address}/{PAGES[start][0]}")
    quiet(page)
    names = list(PAGES) * 2
    place = names.index(start)
    for name in (names[place + 1 + place % 4],):
        before, left = steps(page), page.url
        page.get_by_test_id("stTopNav").get_by_role("link", name=name).click()
        expect(page).to_have_title(re.compile(f"^{name}"))
        quiet(page)
        assert steps(page) == before + 1, f"{start} to {name}: {page.url}"
        assert {p.split("=")[0] for p in parameters(page)} <= {"index", "model"}, page.url
        page.go_back()
        expect(page).to_have_title(re.compile(f"^{start}"))
        quiet(page)
        assert parameters(page) == set(urlsplit(left).query.split("&")), f"{left} was left, Back led to {page.url}"
        expect(page.get_by_text(PAGES[start][1]).first).to_be_visible()
        page.evaluate("history.pushState({}, '', location.href)")  # the way forward is gone, as after any choice


# Every other choice near, the others far away: each takes seconds.
@pytest.mark.parametrize(
    ("address", "path", "choice", "parameter"),
    [(80 * (k % 2), *choice) for k, choice in enumerate(CHOICES)],
    indirect=["address"],
)
def test_a_choice_is_one_step_and_back_undoes_it(address, page, path, choice, parameter):
    open_page(page, f"{address}/{path}")
    quiet(page)
    before, left = steps(page), page.url
    page.get_by_role("button", name=choice, exact=True).or_(
        page.get_by_role("radio", name=choice, exact=True)
    ).first.click()
    expect(page).to_have_url(re.compile(re.escape(parameter)))
    quiet(page)
    assert steps(page) == before + 1, page.url
    page.go_back()
    expect(page).to_have_url(left)
    quiet(page)
    assert page.url == left
    chosen = page.locator("[role=radio][aria-checked=true], button[aria-pressed=true]").all_inner_texts()
    assert choice not in [words.split("\n")[-1] for words in chosen], f"{chosen} after Back"


def test_quick_choices_are_a_step_each(address, page):
    open_page(page, f"{address}/?index=7&model=cnn")
    quiet(page)
    before = steps(page)
    for index in (8, 9, 10):
        page.get_by_role("button", name="Next", exact=True).click()
        expect(verdict(page)).to_contain_text(f"picture {index}")
    quiet(page)
    assert steps(page) == before + 3
    for index in (9, 8, 7):
        page.go_back()
        expect(verdict(page)).to_contain_text(f"picture {index}")


def test_a_wall_leaves_nothing_behind_in_the_address_of_a_picture(address, page):
    open_page(page, f"{address}/evaluate?index=7&model=linear&view=Mistakes&page=2")
    page.locator(".wall button").nth(3).click()
    expect(verdict(page)).to_contain_text("picture")
    quiet(page)
    assert {p.split("=")[0] for p in parameters(page)} == {"index", "model"}
    page.get_by_role("button", name="Next", exact=True).click()
    quiet(page)
    assert {p.split("=")[0] for p in parameters(page)} == {"index", "model"}


def test_a_slider_that_is_moved_is_one_step(address, page):
    open_page(page, f"{address}/stress?index=7&model=cnn")
    quiet(page)
    before = steps(page)
    slider = page.locator(".st-key-rotate input").first
    slider.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("rotate=4"))
    quiet(page)
    assert steps(page) == before + 1
    page.go_back()
    expect(page).not_to_have_url(re.compile("rotate"))


def test_a_stop_of_the_tour_is_one_step(address, page):
    open_page(page, f"{address}/?tour=2")
    quiet(page)
    for _ in range(3):
        before = steps(page)
        page.get_by_role("button", name="Next stop").click()
        quiet(page)
        assert steps(page) == before + 1, page.url
    for number in (4, 3, 2):
        page.go_back()
        expect(page.get_by_role("region", name="Guided tour")).to_contain_text(f"{number} of 6")
