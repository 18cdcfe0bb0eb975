"""What a browser may send for our components: anything, and no visitor ever sees a traceback."""

import json

import pytest

from fmnist_app.components.confusion import as_cell
from tests.drivers import EVALUATE, EXPLORE, open_app, send

HOSTILE = [
    None,
    True,
    0,
    -1,
    10,
    1.5,
    1e999,
    "1",
    "<b>",
    [],
    [1],
    [[1], [2]],
    [1, [2]],
    [1, 10],
    [-1, 0],
    [True, 1],
    [1.0, 2],
    [1, 2, 3],
    [None, None],
    {"selection": {"points": [1]}},
    {"selection": None},
    {"0": 1, "1": 2},
    [{"customdata": [1, 2]}],
]
COMPONENTS = [
    (EVALUATE, {"model": "linear"}, "matrix", "picked"),
    (EVALUATE, {"model": "linear", "true": "Dress", "predicted": "Coat"}, "cell-wall", "picked"),
    (EXPLORE, {"model": "linear"}, "cloud", "region"),
    (EXPLORE, {"model": "linear"}, "cloud", "opened"),
    (None, {"ask": "Look-alikes"}, "nearest-wall", "picked"),
    ("fmnist_app/pages/garment.py", {"way": "Draw"}, "board", "drawing"),
    ("fmnist_app/pages/garment.py", {"way": "Paste"}, "paste", "pasted"),
]


@pytest.mark.parametrize("value", HOSTILE, ids=repr)
def test_only_two_classes_are_a_cell(value):
    assert as_cell(value) is None


def test_a_picked_cell_fills_both_fields():
    app = send(open_app(EVALUATE, model="linear"), "matrix", json.dumps([{"event": "picked", "value": [3, 4]}]))
    assert not app.exception
    assert (app.selectbox(key="true").value, app.selectbox(key="predicted").value) == ("Dress", "Coat")


def test_a_pick_counts_when_it_is_of_the_wall_that_stands():
    app = open_app(ask="Look-alikes", model="linear")
    (wall,) = [c for c in app.get("bidi_component") if c.key == "nearest-wall"]
    names = json.loads(json.loads(wall.proto.json)["json"])["names"]
    for position, name, counts in ((2, "of an older wall", False), (len(names), names[0], False), (2, names[2], True)):
        send(app, "nearest-wall", json.dumps([{"event": "picked", "value": [position, name]}]))
        assert not app.exception
        assert ("opened_lookalike" in app.session_state) == counts


@pytest.mark.parametrize(("page", "address", "key", "event"), COMPONENTS)
def test_whatever_the_browser_sends_no_component_raises(page, address, key, event):
    app = open_app(page, **address)
    before = [box.value for box in app.selectbox]
    first = [component[2:] for component in COMPONENTS].index((key, event)) % 3
    for value in HOSTILE[first::3]:  # a third on each page; `benchmarks.hostile` sends more to all of them
        if event == "opened" and type(value) in (int, float) and 0 <= value < 10_000:
            continue  # the number of a picture
        for sent in (
            {"trigger": json.dumps([{"event": event, "value": value}])},
            {"state": json.dumps({event: value})},
        ):
            send(app, key, **sent)
            assert not app.exception, value
            assert [box.value for box in app.selectbox] == before
    for text in ("null", "[null]", '{"event": null}', '[{"event": {}}]', "1", "[" * 50 + "]" * 50)[first::3]:
        send(app, key, trigger=text)
        assert not app.exception, text
        send(app, key, state=text)
        assert not app.exception, text
