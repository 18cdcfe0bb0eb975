"""Why, Look-alikes and Inside, run without a browser."""

import base64
import io
import math
import re
from unittest import mock

import numpy as np
import pytest
from PIL import Image

from fmnist_app.widgets import pictures
from fmnist_core import load_test
from fmnist_core.networks import cards
from tests.drivers import (
    notices,
    open_app,
)


@pytest.mark.parametrize("name", cards.network_names())
def test_every_question_is_answered_for_every_network(name):
    app = open_app(index="4093", model=name)
    for question in ("Why", "Look-alikes", "Inside"):
        app.segmented_control(key="ask").set_value(question).run()
        assert not app.exception
        assert notices(app) == []


def test_the_page_shows_that_the_map_adds_up():
    app = open_app(index="4093", model="cnn")
    app.segmented_control(key="ask").set_value("Why").run()
    for rival in ("no other class", "Coat"):
        app.selectbox(key="whynot").set_value(rival).run()
        words = next(m.value for m in app.markdown if "places add up to" in m.value)
        numbers = [float(n) for n in re.findall(r"[-+]?\d+\.\d+", words)]
        added, bias, total, said = numbers
        assert added + bias == pytest.approx(total, abs=2e-3)
        assert total == pytest.approx(said, abs=2e-3)


def test_every_step_inside_can_be_walked():
    app = open_app(index="1", model="tiny")
    app.segmented_control(key="ask").set_value("Inside").run()
    for _ in range(7):
        app.button(key="step-on").click().run()
        assert not app.exception
    assert app.segmented_control(key="step").value == "Softmax"
    assert app.button(key="step-on").disabled
    assert app.get("latex") or any("frac" in str(m.value) for m in app.markdown)


def test_a_network_that_cannot_run_gives_a_sentence(swapped):
    (swapped / "mlp.tflite").write_bytes(b"nonsense" * 100)
    app = open_app(model="mlp")
    assert not app.exception
    assert "cannot run" in app.error[0].value


def test_hidden_units_are_as_bright_as_they_are_awake():
    tiles = np.array([0.0, 1.0, 4.0])[:, None, None]
    with mock.patch.object(pictures.st, "html") as html:
        pictures.mosaic(tiles, "units")
    found = re.findall(r"base64,([^\"]+)", html.call_args.args[0])
    pixels = [int(np.asarray(Image.open(io.BytesIO(base64.b64decode(f))))[0, 0]) for f in found]
    assert pixels == [0, 63, 255]


def test_a_lookalike_is_laid_beside_the_picture_that_it_was_picked_for():
    app = open_app(index="42", ask="Look-alikes")
    app.session_state["opened_lookalike"] = load_test().images[42].tobytes(), 7
    app.run()
    assert "close-lookalike" in [b.key for b in app.button]
    app.button(key="next").click().run()
    assert not app.exception
    assert "close-lookalike" not in [b.key for b in app.button]


def test_the_powers_of_the_softmax_are_the_powers_that_the_formula_names():
    app = open_app(index="42", ask="Inside", step="Softmax")
    (table,) = [e.value for e in app.get("html") if '<table class="fm-table"' in e.value]
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in table.split("<tr")[2:]]
    assert len(rows) == 10
    powers = [float(row[2].replace(",", "")) for row in rows]
    for (_, scaled, _, share), power in zip(rows, powers, strict=True):
        assert power == pytest.approx(math.exp(float(scaled)), rel=2e-3, abs=1e-3)
        assert power / sum(powers) == pytest.approx(float(share), abs=1e-3)
