"""Train's time machine and kept runs in Chromium, without training."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from fmnist_core import Network
from fmnist_core.composing.presets import PRESETS
from fmnist_core.runs.keeping import KeptRun, to_text
from fmnist_core.runs.messages import Epoch
from fmnist_core.runs.pictures import heldout_pictures
from tests.drivers import PHONE, open_page, settled

pytestmark = pytest.mark.browser


def test_the_slider_goes_back_through_a_network_that_ships(app, page):
    past, labels = Network("mlp").history, heldout_pictures().labels
    open_page(page, f"{app}/train?train_view=Time+machine&of=MLP%2C+ships+with+the+app&epoch=2")
    facts = page.locator(".st-key-machine-matrix .fm-heat td")
    expect(facts).to_have_count(100)
    expect(page.locator(".fm-facts")).to_contain_text(f"2 of {len(past)}")
    expect(page.locator(".fm-facts")).to_contain_text(f"{(past.predicted[1] == labels).mean():.1%}")
    expect(page.locator(".st-key-machine-filters .fm-mosaic img")).to_have_count(16)
    page.locator('.st-key-epoch input[type="range"]').focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("epoch=3"))
    expect(page.locator(".fm-facts")).to_contain_text(f"3 of {len(past)}")
    settled(page)
    first = page.locator(".st-key-wall-lost .wall button").first
    position = re.search(r"\d+", first.get_attribute("aria-label") or first.get_attribute("title"))[0]
    first.click()
    expect(page).to_have_url(re.compile(f"heldout={position}"))
    expect(page.locator(".st-key-became .fm-story [aria-current=step]")).to_have_count(1)


def test_on_a_phone_the_time_machine_is_no_wider_than_the_screen(app, phone):
    open_page(phone, f"{app}/train?train_view=Time+machine")
    expect(phone.locator(".st-key-machine-walls .wall").first).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_kept_run_is_loaded_and_a_file_that_is_none_is_refused(app, page, tmp_path):
    confusion = (np.eye(10, dtype=int) * 100).tolist()
    epoch = Epoch(1, 0.5, 0.9, 0.4, 1.0, confusion, [[0.1] * 10] * 8, 1.0)
    run = tmp_path / "run.json"
    run.write_text(to_text(KeptRun("From last week", PRESETS["plain"].composition, (epoch,))), "utf-8")
    wrong, large = tmp_path / "wrong.json", tmp_path / "large.json"
    wrong.write_text("{}", "utf-8")
    large.write_text("[" + "1," * 700_000 + "1]", "utf-8")
    open_page(page, f"{app}/train")
    page.locator(".st-key-load summary").click()
    field = page.locator('[class*="st-key-load-"] input[type="file"]')
    for file, words in (
        (wrong, "wrong.json: Expected the file of a run"),
        (large, "File must be 1.0MB or smaller"),  # said by the field, before anything is sent
    ):
        field.set_input_files(file)
        expect(page.get_by_test_id("stMain")).to_contain_text(file.name)
        expect(page.get_by_test_id("stMain")).to_contain_text(words)
        settled(page)
    field.set_input_files(run)
    expect(page.locator(".st-key-runs")).to_contain_text("From last week")
    expect(page.locator(".st-key-live")).to_contain_text("Loaded from a file, with 1 of 10 epochs")
    expect(page.locator(".st-key-curves-accuracy .scatterlayer .trace")).to_have_count(2)
    expect(page.get_by_role("button", name="Train again")).to_be_enabled()
