"""What stands beneath every chart: full screen, PNG, SVG, CSV."""

import csv
import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.drivers import open_page

pytestmark = pytest.mark.browser


def saved(page, chart, kind):
    with page.expect_download() as waiting:
        page.locator(f".st-key-save-{chart}").get_by_role("button", name=kind).click()
    download = waiting.value
    return download.suggested_filename, Path(download.path()).read_bytes()


def test_a_chart_is_saved_as_picture_drawing_and_table(app, page):
    open_page(page, f"{app}/stress?index=7&model=mlp&kind=rotate")
    expect(page.locator(".st-key-breaking-chart .js-plotly-plot .main-svg").first).to_be_visible()
    name, content = saved(page, "breaking-chart", "PNG")
    assert name == "fashion-mnist-breaking-chart.png"
    picture = Image.open(io.BytesIO(content))
    box = page.locator(".st-key-breaking-chart .js-plotly-plot").bounding_box()
    assert picture.width == pytest.approx(2 * box["width"], abs=4)
    assert len(picture.convert("RGB").getcolors(1 << 24)) > 20  # lines and letters, not an empty sheet
    name, content = saved(page, "breaking-chart", "SVG")
    assert name.endswith(".svg")
    assert content.startswith(b"<svg")
    assert b"Pullover</text>" in content
    name, content = saved(page, "breaking-chart", "CSV")
    rows = list(csv.reader(io.StringIO(content.decode())))
    assert rows[0][0] == "line"
    assert all(len(row) == 3 for row in rows)
    values = [float(row[2]) for row in rows[1:] if row[0].endswith("Shirt")]
    assert len(values) > 20
    assert 0 <= min(values) < max(values) <= 1


def test_a_chart_fills_the_screen_and_comes_back(app, page):
    open_page(page, f"{app}/evaluate?view=Calibration&model=mlp")
    plot = page.locator(".js-plotly-plot").first
    expect(plot.locator(".main-svg").first).to_be_visible()
    drawing = "document.querySelector('.js-plotly-plot .main-svg').getBoundingClientRect()"
    before = page.evaluate(drawing)
    page.get_by_role("button", name="Full screen").first.click()
    fills = f"{drawing}.width > innerWidth - 60 && {drawing}.height > innerHeight - 120"
    page.wait_for_function(fills)
    page.wait_for_timeout(1000)  # and it stays so
    assert page.evaluate(fills)
    page.evaluate("document.exitFullscreen()")
    for side in ("width", "height"):
        page.wait_for_function(f"Math.abs({drawing}.{side} - {before[side]}) < 3")


def test_every_chart_has_its_buttons(app, page):
    for address in ("evaluate?view=Confidence", "evaluate?view=Prediction+sets", "evaluate?view=Networks", "stress"):
        open_page(page, f"{app}/{address}")
        expect(page.locator(".js-plotly-plot").first).to_be_visible()
        charts = page.locator(".js-plotly-plot").count()
        expect(page.get_by_role("group", name="This chart")).to_have_count(charts)


def test_a_table_names_its_lines_and_its_columns(app, page):
    open_page(page, f"{app}/evaluate?view=Confidence&model=mlp")
    chart = page.locator("[class*=st-key-save-]").first
    key = chart.evaluate("e => [...e.classList].find(c => c.startsWith('st-key-save-')).slice(12)")
    expect(page.locator(f".st-key-{key} .js-plotly-plot .main-svg").first).to_be_visible()
    _, content = saved(page, key, "CSV")
    rows = list(csv.reader(io.StringIO(content.decode())))
    assert "Click to enter" not in content.decode()
    assert {row[0] for row in rows[1:]} == {"share wrong", "right", "wrong"}
    assert rows[0][0] == "line"
    assert rows[0][1].startswith("Confidence in the predicted class")
    assert rows[0][2] == "value"
    shares = [float(row[2]) for row in rows[1:] if row[0] == "share wrong"]
    assert 0 <= max(shares) <= 1
    assert max(float(row[2]) for row in rows[1:] if row[0] == "right") > 1
    open_page(page, f"{app}/evaluate?view=Prediction+sets&model=mlp")
    expect(page.locator(".st-key-sizes .js-plotly-plot .main-svg").first).to_be_visible()
    _, content = saved(page, "sizes", "CSV")
    assert {row[0] for row in list(csv.reader(io.StringIO(content.decode())))[1:]} == {"prediction sets"}
