"""Explore, run without a browser."""

import re

import pytest

from fmnist_core import load_test
from fmnist_core.explanation.projection import parse_region, within
from fmnist_core.networks import cards
from fmnist_core.networks.artifacts import load_projection, load_stored_logits
from tests.drivers import EXPLORE, notices, open_app


def found_on_the_map(app):
    words = next(m.value for m in app.markdown if "selected on the map" in m.value or "pictures**" in m.value)
    return int(re.search(r"[\d,]+", words)[0].replace(",", ""))


@pytest.mark.parametrize("name", cards.network_names())
def test_the_map_shows_all_pictures_of_every_network(name):
    app = open_app(EXPLORE, model=name)
    assert not app.exception
    assert notices(app) == []
    assert found_on_the_map(app) == 10_000
    assert app.get("bidi_component")


def test_filters_and_region_meet_in_the_wall():
    app = open_app(EXPLORE, model="cnn")
    app.selectbox(key="only").set_value("Wrong").run()
    stored = load_stored_logits(cards.load_card("cnn")).test.argmax(axis=1)
    wrong = stored != load_test().labels
    assert found_on_the_map(app) == wrong.sum()
    app.selectbox(key="class").set_value("Shirt").run()
    app.text_input(key="region").set_value("0,0,0.5,1").run()
    places = load_projection(cards.load_card("cnn")).positions
    expected = (wrong & (load_test().labels == 6) & within(places, parse_region("0,0,0.5,1"))).sum()
    assert found_on_the_map(app) == expected > 0
    app.selectbox(key="taken").set_value("Shirt").run()
    assert any("No picture fits" in c.value for c in app.caption)


@pytest.mark.parametrize(
    "address",
    [
        {"colour": "", "class": "Sock", "taken": "", "only": "maybe"},
        {"between": "abc", "sort": "€", "wall": "1e9"},
        {"between": ["90", "10"], "wall": "-3"},
        {"between": "inf", "colour": ["a", "b"]},
    ],
    ids=str,
)
def test_bad_filters_in_the_address_show_the_whole_map(address):
    app = open_app(EXPLORE)
    for key, value in address.items():
        app.query_params[key] = value
    assert not app.run().exception
    assert found_on_the_map(app) == 10_000


@pytest.mark.parametrize("region", ["abc", "1,2,3", "nan,0,1,1", "9" * 5000, "0,0,2,2"], ids=lambda r: r[:9])
def test_a_bad_region_gets_a_sentence_and_selects_nothing(region):
    app = open_app(EXPLORE)
    app.text_input(key="region").set_value(region).run()
    assert not app.exception
    sentences = [c.value for c in app.caption if "does not name a region" in c.value]
    assert len(sentences) == 1
    assert len(sentences[0]) < 300
    assert found_on_the_map(app) == 10_000
