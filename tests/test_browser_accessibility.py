"""Every page, section and question, checked by axe-core for what keeps people out: wide and light, phone and dark."""

from importlib.resources import files

import pytest

from tests.drivers import PHONE, needed, open_page, settled

pytestmark = pytest.mark.browser
AXE = files(needed("axe_playwright_python")).joinpath("axe.min.js").read_text("utf-8")
SERIOUS = ("serious", "critical")
ADDRESSES = (
    "", "?tour=1", "?guess=true", "?index=10000", "?ask=Why", "?ask=Look-alikes", "?ask=Inside",
    "?ask=Inside&step=First+layer", "?ask=Inside&step=Stage+1", "?ask=Inside&step=Softmax",
    "?ask=All+networks", "?projector=1", "evaluate?true=Coat&predicted=Shirt",
    "evaluate?view=Mistakes", "evaluate?view=Label+review", "evaluate?view=Confidence", "evaluate?view=Calibration",
    "evaluate?view=Prediction+sets", "evaluate?view=Networks", "explore", "stress", "train",
    "train?train_view=Time+machine", "garment",
    "garment?way=Draw", "garment?way=Paste", "garment?way=Sample", "class", "class?room=BCD2345", "about",
)  # fmt: skip
SCREENS = {
    "wide-light": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"},
    "phone-dark": {"viewport": PHONE, "color_scheme": "dark", "has_touch": True, "is_mobile": True},
}


@pytest.fixture(scope="module", params=SCREENS, ids=str)
def visitor(chromium, request):
    """A page that opens one address after the other: what a browser has loaded, it need not load again."""
    context = chromium.new_context(**SCREENS[request.param])
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def found_by_axe(page) -> list[str]:
    """Return what axe-core finds that is serious: the rule, how often, and the first place."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        f"{rule['id']}, {len(rule['nodes'])} times, first: {rule['nodes'][0]['html'][:200]}"
        for rule in found
        if rule["impact"] in SERIOUS
    ]


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda a: a or "landing")
def test_nothing_keeps_anybody_out(app, visitor, address):
    open_page(visitor, f"{app}/{address}")
    settled(visitor)
    assert found_by_axe(visitor) == []


def test_the_check_finds_what_is_wrong(app, visitor):
    open_page(visitor, app)
    visitor.evaluate("document.querySelector('[data-testid=stMain]').append(document.createElement('button'))")
    assert any("button-name" in finding for finding in found_by_axe(visitor))
