"""Opening any page by its address, also below a path: the app is there, and the console stays empty."""

import re

import pytest
from playwright.sync_api import expect

from tests.drivers import ROOT, AppServer, open_page, verdict

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", params=["", "/school/clothes"], ids=["root", "below"])
def address(request):
    """The address of the app, at the root of its server and below a path."""
    if not request.param:
        yield request.getfixturevalue("app")
        return
    server = AppServer(ROOT, base=request.param)
    yield server.address
    server.stop()


@pytest.mark.parametrize("path", ["?index=7", "evaluate", "stress", "garment", "class"])
def test_a_deep_link_leaves_the_console_empty(address, page, path):
    complaints, missing = [], []
    page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
    page.on("response", lambda answer: answer.status >= 400 and missing.append(answer.url))
    open_page(page, f"{address}/{path}")
    assert missing == []
    assert complaints == []
    # The way to other pages and back leads through the same path.
    page.get_by_test_id("stTopNavLink").filter(has_text="Predict").click()
    expect(page).to_have_title(re.compile("^Predict"))
    expect(page).to_have_url(re.compile(rf"^{re.escape(address)}/?(\?|$)"))
    page.reload()
    expect(verdict(page)).to_be_visible()
