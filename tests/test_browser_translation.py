"""A browser that translates the page: what changes on the page changes in the translation too, and nothing breaks."""

import json
import re

import pytest
from playwright.sync_api import expect

from fmnist_core import CLASS_NAMES
from tests.drivers import ROOT, open_page, settled, verdict

pytestmark = pytest.mark.browser

# As Chromium's translator does: each text is taken out, and two <font> elements with other words stand in its place;
# whatever the page writes later is translated too. In small letters, so that nothing is right by chance.
TRANSLATOR = """() => {
  const KEPT = '[translate=no], .notranslate, script, style, textarea, svg, code'
  const translate = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), texts = []
    while (walker.nextNode()) texts.push(walker.currentNode)
    for (const text of root.nodeType === Node.TEXT_NODE ? [root] : texts) {
      const parent = text.parentElement
      if (!parent || parent.closest(KEPT) || parent.closest('font') || !/[a-z0-9]/i.test(text.data)) continue
      const outer = document.createElement('font'), inner = document.createElement('font')
      inner.textContent = '«' + text.data.toLowerCase() + '»'
      outer.append(inner)
      parent.insertBefore(outer, text)
      parent.removeChild(text)
    }
  }
  document.documentElement.classList.add('translated-ltr')
  translate(document.body)
  new MutationObserver((changes) => changes.forEach((change) => {
    if (change.type === 'characterData') translate(change.target)
    else change.addedNodes.forEach((node) => node.isConnected && translate(node))
  })).observe(document.body, { childList: true, characterData: true, subtree: true })
}"""


@pytest.fixture
def complaints(page):
    """What goes wrong in the page, as the browser's console would say it."""
    found = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda message: message.type == "error" and found.append(message.text))
    yield found
    assert found == []


def translated(page, address):
    open_page(page, address)
    page.evaluate(TRANSLATOR)


def press(page, name):
    """Press what is called so, in the page's words or in the translator's."""
    called = re.compile(f"^«?{name}»?$", re.IGNORECASE)
    page.get_by_role("radio", name=called).or_(page.get_by_role("button", name=called)).first.click()
    settled(page)


def test_verdict_and_bars_follow_picture_and_network(app, page, complaints):
    translated(page, f"{app}/?index=0&model=resnet&ask=All+networks")
    expect(verdict(page)).to_contain_text("«predicted with »")
    expect(verdict(page).locator("h1")).to_have_text("Ankle boot")
    press(page, "Linear")
    press(page, "Next")
    expect(verdict(page)).to_contain_text("picture 1")
    expect(verdict(page).locator("h1")).to_have_text("Pullover")
    expect(verdict(page)).not_to_contain_text("picture 0")
    expect(page.locator(".st-key-bars-area tr").first.locator("th")).to_have_text("T-shirt/top")
    press(page, "Inside")
    press(page, "Logits")
    expect(page.locator(".st-key-inside tbody th").first).to_have_text("Pullover")


def test_headline_and_sections_follow_the_network(app, page, complaints):
    translated(page, f"{app}/evaluate?model=resnet")
    headline = page.get_by_role("heading", level=1)
    expect(headline).to_have_text(re.compile("95.10"))
    press(page, "Linear")
    expect(headline).to_have_text(re.compile("84.63"))
    expect(page.get_by_test_id("stMain")).not_to_contain_text(re.compile("95[.,]10"))
    for section in ("Mistakes", "Confidence", "Calibration", "Prediction sets", "Networks", "Confusion matrix"):
        press(page, section)
    expect(page.locator(".st-key-matrix tbody th").first).to_have_text("T-shirt/top")


def test_names_of_networks_stay_as_they_are(app, page, complaints):
    translated(page, f"{app}/?index=5&model=cnn")
    for name in ("Linear", "ResNet"):
        expect(page.locator(".st-key-model").get_by_text(name, exact=True).first).to_be_visible()
    expect(page.get_by_role("button", name="Next", exact=True).or_(page.get_by_text("«next»")).first).to_be_visible()


def test_the_script_knows_the_classes():
    text = (ROOT / "fmnist_app" / "assets" / "translation.js").read_text("utf-8")
    assert json.loads(re.search(r"CLASSES = (\[.*?\])", text)[1]) == list(CLASS_NAMES)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("?index=42&ask=Look-alikes", "away, the nearest"),
        ("?index=42&ask=All+networks", "agree"),
        ("?index=42&ask=Why", "speaks for"),
        ("evaluate?model=linear", "taken for"),
        ("stress?index=42&model=linear", "turns into"),
        ("train?train_view=Time+machine&of=MLP%2C+ships+with+the+app", "True class"),
    ],
)
def test_names_of_classes_in_sentences_stay_as_they_are(app, page, complaints, path, words):
    translated(page, f"{app}/{path}")
    names = "|".join(map(re.escape, CLASS_NAMES))
    sentence = page.locator("p").filter(has_text=re.compile(words.lower())).first
    expect(sentence).to_have_text(re.compile("«"))
    expect(sentence.locator("strong").filter(has_text=re.compile(f"^({names})$")).first).to_be_visible()
    wrong = re.compile(f"«[^»]*({names})", re.IGNORECASE)
    expect(sentence).not_to_have_text(wrong)


def test_a_choice_of_classes_stays_as_it_is(app, page, complaints):
    translated(page, f"{app}/?index=42&ask=Why&why=Coat")
    field = page.locator(".st-key-why")
    expect(field.get_by_role("combobox")).to_have_value("Coat")
    expect(page.locator(".st-key-occlusion-map img")).to_be_visible()
    field.scroll_into_view_if_needed()
    settled(page)  # scrolling closes an open list
    page.wait_for_timeout(500)
    field.get_by_role("button").last.click()
    option = page.get_by_role("option").filter(has_text=re.compile("trouser", re.IGNORECASE))
    expect(option).to_have_text("Trouser")
    option.click()
    settled(page)
    expect(field.get_by_role("combobox")).to_have_value("Trouser")
    sentence = page.locator("p").filter(has_text=re.compile("speaks for"))
    expect(sentence.locator("strong").first).to_have_text("Trouser")


@pytest.mark.parametrize("path", ["stress?index=7", "explore", "garment?way=Draw"])
def test_other_pages_can_be_left_and_changed(app, page, complaints, path):
    translated(page, f"{app}/{path}")
    if path.startswith("stress"):
        press(page, "Next")
        expect(verdict(page)).to_contain_text("picture 8")
    for link in page.get_by_test_id("stTopNavLink").all()[:2]:
        link.click()
        settled(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("right"))
