import io

import numpy as np
import pytest
from PIL import Image
from starlette.requests import Request
from starlette.routing import Match

from fmnist_app import startup
from fmnist_app.components import sprites
from fmnist_core import load_test


def test_the_sheet_holds_every_picture_in_its_place():
    sheet = np.asarray(Image.open(io.BytesIO(sprites.sheet())).convert("L"), float)
    assert sheet.shape == (2800, 2800)
    assert len(sprites.sheet()) < 2_000_000
    for k in (0, 99, 100, 4093, 9999):
        row, column = divmod(k, sprites.COLUMNS)
        tile = sheet[28 * row : 28 * row + 28, 28 * column : 28 * column + 28]
        assert np.abs(tile - load_test().images[k]).mean() < 12


def answer_to(name):
    return sprites.serve(Request({"type": "http", "path_params": {"name": name}, "headers": []}))


def test_the_sheet_may_be_kept_for_ever_and_nothing_else_is_served():
    found = answer_to(sprites.NAME)
    assert found.media_type == "image/webp"
    assert "immutable" in found.headers["cache-control"]
    assert answer_to("../secrets.toml").status_code == 404


@pytest.mark.parametrize("base", ["", "/demo", "/a/b"])
def test_the_sheet_is_found_under_a_base_path(base):
    scope = {"type": "http", "method": "GET", "path": f"{base}/{sprites.ADDRESS}", "headers": []}
    assert any(route.matches(scope)[0] == Match.FULL for route in startup.ROUTES)
