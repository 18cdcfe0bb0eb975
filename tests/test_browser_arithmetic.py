"""Inside, the first layer: the numbers that stand beside a pixel of a map make that pixel, and are the network's."""

import re

import pytest
from playwright.sync_api import expect

from fmnist_core import Network, load_test
from tests.drivers import PHONE, open_app, open_page, text_in

pytestmark = pytest.mark.browser
INDEX = 4093


def numbers(texts):
    return [float(text.split("\n")[0].replace("−", "-")) for text in texts]


def shown(page):
    """Return the place that the arithmetic is about, and its value, once the numbers beside it make that value."""
    panel = page.locator(".arithmetic .sum")
    expect(panel.locator(".line")).not_to_be_empty()
    place = [int(n) for n in re.findall(r"\d+", panel.locator(".where").inner_text())[:3]]
    values, weights, products = (
        numbers(table.locator("td").all_inner_texts()) for table in panel.locator("table").all()
    )
    line = panel.locator(".line").inner_text().replace("−", "-")
    total, bias, before = (
        float(re.search(pattern, line)[1])
        for pattern in (r"add up to (\S+)\. ", r"bias of (\S+) ", r"that makes (\S+)\. ")
    )
    after = float(re.search(r"pixel is (-?\d+\.\d{4})", line)[1])
    assert products == pytest.approx([v * w for v, w in zip(values, weights, strict=True)], abs=4e-3)
    assert sum(products) == pytest.approx(total, abs=5e-3)
    assert total + bias == pytest.approx(before, abs=2e-4)
    assert after == pytest.approx(max(before, 0), abs=1e-4)
    return place, after


def test_a_pixel_that_is_pointed_at_is_the_sum_beside_it(app, page):
    maps = Network("tiny").classifier.outputs(load_test().images[INDEX])["stage1"]
    open_page(page, f"{app}/?index={INDEX}&model=tiny&ask=Inside&step=First+layer")
    board = page.locator(".arithmetic .map")
    strongest = int(maps[20, 14].argmax())
    for filter_, row, column in ((strongest, 20, 14), (3, 0, 0)):  # in the garment; at the edge
        page.get_by_role("radio", name=f"Map of filter {filter_ + 1}", exact=True).click()
        box = board.bounding_box()
        board.hover(position={"x": (column + 0.5) * box["width"] / 28, "y": (row + 0.5) * box["height"] / 28})
        place, value = shown(page)
        assert place == [filter_ + 1, row + 1, column + 1]
        assert value == pytest.approx(maps[row, column, filter_], abs=1e-4)
    assert maps[20, 14, strongest] > 0.1
    expect(page.locator(".arithmetic .note")).to_contain_text("Batch normalisation")


def test_arrow_keys_go_from_pixel_to_pixel_and_not_to_another_picture(app, page):
    layer, image = Network("cnn").first_layer, load_test().images[INDEX]
    open_page(page, f"{app}/?index={INDEX}&model=cnn&ask=Inside&step=First+layer")
    before, _ = shown(page)
    page.locator(".arithmetic .map").focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowLeft", "ArrowRight"):
        page.keyboard.press(key)
    place, value = shown(page)
    assert place == [before[0], before[1] + 2, before[2] + 1]
    assert value == pytest.approx(layer.outputs(image)[place[1] - 1, place[2] - 1, place[0] - 1], abs=1e-4)
    page.locator(".arithmetic .maps [aria-checked=true]").press("ArrowRight")
    assert shown(page)[0] == [before[0] + 1, *place[1:]]
    expect(page).to_have_url(re.compile(f"index={INDEX}"))


def test_a_finger_picks_a_pixel(app, phone):
    open_page(phone, f"{app}/?index={INDEX}&model=resnet&ask=Inside&step=First+layer")
    board = phone.locator(".arithmetic .map")
    board.scroll_into_view_if_needed()
    box = board.bounding_box()
    board.tap(position={"x": 10.5 * box["width"] / 28, "y": 16.5 * box["height"] / 28})
    place, value = shown(phone)
    assert place == [1, 17, 11]
    expected = Network("resnet").first_layer.outputs(load_test().images[INDEX])
    assert value == pytest.approx(expected[16, 10, 0], abs=1e-4)
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("name", ["linear", "mlp"])
def test_without_windows_the_largest_products_and_the_rest_make_the_sum(name):
    app = open_app(index=str(INDEX), model=name, ask="Inside", step="First layer")
    assert not app.exception
    (table,) = [e.value for e in app.get("html") if "The sum behind" in e.value]
    last = [re.findall(r"<td[^>]*>(.*?)</td>", row)[-1] for row in table.split("<tr")[2:]]
    layer = Network(name).first_layer
    outputs = layer.outputs(load_test().images[INDEX])
    *parts, total = [float(n) for n in last][: 10 + 3]  # ten products, the others, the bias; then their sum
    assert sum(parts) == pytest.approx(total, abs=1e-3)
    assert float(last[-1]) == pytest.approx(outputs.max(), abs=1e-4)
    assert "no window here" in text_in(app)
