"""axe finds nothing serious on any page, section and question: both themes, a wide screen and a phone."""

from pathlib import Path

import axe_playwright_python
import pytest

from tests.drivers import PHONE, open_page

pytestmark = pytest.mark.browser
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
VIEWS = ("Confusion+matrix", "Mistakes", "Label+court", "Confidence", "Calibration", "Prediction+sets", "Networks")
QUESTIONS = ("Why", "Look-alikes", "Inside", "All+networks")
WAYS = ("Sample", "Upload", "Camera", "Draw", "Paste")
ADDRESSES = {
    "landing": [""],
    "predict": [*(f"?index=4&ask={q}" for q in QUESTIONS), "?index=4&guess=true", "?index=4&projector=1", "?tour=1"],
    "evaluate": [f"evaluate?view={v}" for v in VIEWS],
    "explore": ["explore"],
    "stress": ["stress"],
    "garment": [f"garment?way={w}" for w in WAYS],
    "about": ["about"],
}


def findings(page) -> list[str]:
    """Return what axe calls serious or critical: rule, how often, and where first."""
    page.evaluate(AXE)
    asked = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": RULES}}
    found = page.evaluate("(asked) => axe.run(document, asked)", asked)["violations"]
    return [
        f"{v['id']} ({len(v['nodes'])}): {node['target']} {node['html'][:160]} {node['failureSummary'][:220]}"
        for v in found
        if v["impact"] in ("serious", "critical")
        for node in v["nodes"][:2]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("wide", [True, False], ids=["wide", "phone"])
@pytest.mark.parametrize("name", ADDRESSES)
def test_axe_finds_nothing_serious(app, chromium, name, wide, theme):
    screen = {"viewport": {"width": 1440, "height": 900}} if wide else {"viewport": PHONE, "has_touch": True}
    context = chromium.new_context(**screen, color_scheme=theme, is_mobile=not wide)
    context.set_default_timeout(60_000)
    try:
        problems = {}
        for address in ADDRESSES[name]:
            page = context.new_page()
            open_page(page, f"{app}/{address}")
            page.wait_for_timeout(500)
            problems[address] = findings(page)
            page.close()
        assert not any(problems.values()), "\n".join(f"{a}: {p}" for a, found in problems.items() for p in found)
    finally:
        context.close()


def test_this_check_can_fail(page):
    page.set_content('<html lang="en"><title>t</title><img src="x.png"><p style="color:#ccc">pale</p></html>')
    assert {line.split()[0] for line in findings(page)} >= {"image-alt", "color-contrast"}
