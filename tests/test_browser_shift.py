"""What is on the screen stays where it is while a page loads: cumulative layout shift, as browsers measure it."""

import time

import pytest

from tests.drivers import PHONE, open_page, settled

pytestmark = pytest.mark.browser
GOOD = 0.1  # web.dev/articles/cls: what most people do not notice
RECORD = """window.moved = [];
new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
  if (!entry.hadRecentInput) window.moved.push([entry.value, entry.startTime, entry.sources.map(({ node }) =>
    node?.closest?.('[class*=st-key]')?.className.match(/st-key-[\\w-]+/)?.[0] ?? node?.nodeName)])
})).observe({ type: 'layout-shift', buffered: true })"""
PATHS = [
    "?index=7", "?ask=Why", "?ask=Inside", "evaluate", "evaluate?view=Mistakes", "evaluate?view=Calibration",
    "evaluate?view=Prediction+sets", "evaluate?view=Networks", "explore", "stress", "train", "garment",
    "class", "about",
]  # fmt: skip


@pytest.fixture(scope="module", params=["wide", "phone"])
def visitor(chromium, request):
    """A browser window or a phone that records what moves."""
    phone = request.param == "phone"
    size = PHONE if phone else {"width": 1440, "height": 900}
    context = chromium.new_context(viewport=size, has_touch=phone, is_mobile=phone)
    context.set_default_timeout(30_000)
    context.add_init_script(RECORD)
    yield context.new_page()
    context.close()


def movement(visitor, address):
    """Return what moved while a page was opened: for each shift its score, when, and what moved."""
    open_page(visitor, address)
    for chart in visitor.locator(".stPlotlyChart").all():
        chart.locator(".main-svg").first.wait_for(state="attached")
    visitor.locator('[data-testid="stSkeleton"]').first.wait_for(state="detached")
    settled(visitor)
    return visitor.evaluate("window.moved")


@pytest.mark.parametrize("path", PATHS)
def test_nothing_moves_while_a_page_loads(app, visitor, path):
    moved = movement(visitor, f"{app}/{path}")
    assert sum(value for value, *_ in moved) < GOOD, [m for m in moved if m[0] > 0.01]


@pytest.mark.parametrize("path", ["stress", "garment"])
def test_nothing_moves_while_parts_of_the_page_are_still_to_come(app, visitor, path):
    """On a slow line Streamlit's own parts come one by one, and a grey bar stands for each until then."""
    visitor.route("**/static/js/*.js", lambda route: (time.sleep(0.1), route.continue_()))
    moved = movement(visitor, f"{app}/{path}")
    visitor.unroute_all()
    assert sum(value for value, *_ in moved) < GOOD, [m for m in moved if m[0] > 0.01]
