"""The address bar: bad values, going back, what survives a page switch; without a browser."""

import re
from unittest import mock

import numpy as np
import pytest

from fmnist_app import caches
from fmnist_app import streamlit_internals as internals
from fmnist_core import CLASS_NAMES, ModelError, default_network, load_test
from fmnist_core.networks import cards
from fmnist_core.networks.artifacts import load_stored_logits
from tests.drivers import EVALUATE, EXPLORE, STRESS, notices, open_app, text_in, with_page

BAD_INDEX = ["-1", "10000", "1e400", "inf", "nan", "abc", "", "3.7", "9" * 5000, ["1", "7"], "<b>", "٣"]

BAD_MODEL = ["vgg", "", "CNN", ["cnn", "mlp"], "x" * 5000, "../cnn"]


def test_the_landing_page_opens_picture_0_with_the_default_network():
    app = open_app()
    assert not app.exception
    assert app.number_input(key="index").value == 0
    assert app.session_state["model"] == default_network()
    words = text_in(app, "verdict")
    assert "picture 0" in words
    assert "Ankle boot" in words
    assert notices(app) == []


def test_a_link_opens_exactly_that_view():
    app = open_app(index="4093", model="mlp")
    assert app.number_input(key="index").value == 4093
    assert app.session_state["model"] == "mlp"
    words = text_in(app, "verdict")
    assert "picture 4093" in words
    assert CLASS_NAMES[load_test().labels[4093]] in words


@pytest.mark.parametrize("view", ["Label court", "label COURT", "Label review"])
def test_a_link_from_before_a_section_was_renamed_opens_it(view):
    app = open_app(EVALUATE, view=view)
    assert app.segmented_control(key="view").value == "Label review"
    assert not app.warning


def test_the_address_follows_every_change():
    app = open_app()
    app.number_input(key="index").set_value(77).run()
    assert app.query_params["index"] == "77"
    app.button(key="next").click().run()
    assert app.query_params["index"] == "78"
    assert app.number_input(key="index").value == 78
    app.button(key="previous").click().run()
    assert app.query_params["index"] == "77"


def test_stepping_wraps_around_both_ends():
    app = open_app()
    app.button(key="previous").click().run()
    assert app.number_input(key="index").value == 9999
    app.button(key="next").click().run()
    assert app.number_input(key="index").value == 0


def test_next_mistake_is_a_mistake_and_the_nearest_one():
    app = open_app(model="linear")
    app.button(key="mistake").click().run()
    index = app.number_input(key="index").value
    stored = load_stored_logits(cards.load_card("linear")).test.argmax(axis=1)
    wrong = (stored != load_test().labels).nonzero()[0]
    assert index == wrong[wrong > 0][0]
    assert "Wrong" in text_in(app, "verdict")


@pytest.mark.parametrize("page", [None, EVALUATE, EXPLORE, STRESS], ids=["predict", "evaluate", "explore", "stress"])
@pytest.mark.parametrize("value", BAD_INDEX, ids=lambda v: str(v)[:12])
def test_a_bad_index_in_the_address_gives_a_sentence_and_picture_0(page, value):
    app = open_app(page, index=value) if page is None else with_page(page, index=value)
    assert not app.exception
    assert len(notices(app)) == 1
    assert "0..9999" in notices(app)[0] or "one picture was expected" in notices(app)[0]
    assert len(notices(app)[0]) < 250
    assert app.session_state["chosen_picture"] == 0
    assert app.query_params["index"] == "0"


@pytest.mark.parametrize("page", [None, EVALUATE, EXPLORE, STRESS], ids=["predict", "evaluate", "explore", "stress"])
@pytest.mark.parametrize("value", BAD_MODEL, ids=lambda v: str(v)[:12])
def test_a_bad_network_in_the_address_gives_a_sentence_and_the_default(page, value):
    app = open_app(page, model=value) if page is None else with_page(page, model=value)
    assert not app.exception
    assert len(notices(app)) == 1
    assert "was expected, received" in notices(app)[0]
    assert app.session_state["chosen_network"] == default_network()


def test_going_back_to_an_address_without_a_level_restores_the_usual_one():
    app = open_app(level="99")
    assert "at 99% coverage" in " ".join(e.value for e in app.get("html"))
    del app.query_params["level"]
    with mock.patch.object(internals, "went_back", return_value=True):
        app.run()
    assert "at 95% coverage" in " ".join(e.value for e in app.get("html"))
    assert "level" not in app.query_params


def test_a_sentence_that_was_asked_for_thrice_is_said_once():
    app = open_app(model="linear")
    with mock.patch.object(caches, "network", side_effect=ModelError("linear.tflite is missing")):
        for _ in range(3):
            app.button(key="mistake").click().run()
    assert len([n for n in notices(app) if "cannot look for mistakes" in n]) == 1


def test_a_page_that_cannot_go_on_keeps_its_header():
    with mock.patch.object(caches, "network", side_effect=ModelError("linear.tflite is missing")):
        app = open_app(model="linear")
    assert "cannot run" in app.error[0].value
    assert any(block.key == "header" for block in app.get("container"))


def test_the_sentence_goes_with_the_next_choice():
    app = open_app(index="abc")
    assert notices(app)
    app.button(key="next").click().run()
    assert notices(app) == []
    assert app.number_input(key="index").value == 1


def test_picture_and_network_survive_a_page_switch():
    app = open_app(index="123", model="mlp")
    app.switch_page(EVALUATE).run()
    assert not app.exception
    assert app.session_state["model"] == "mlp"
    app.switch_page("fmnist_app/pages/predict.py").run()
    assert app.number_input(key="index").value == 123
    assert app.session_state["model"] == "mlp"


@pytest.mark.parametrize(
    ("asked", "level"),
    [("99", "99"), ("92.54321", "92.5"), ("101", "95"), ("nan", "95"), ("", "95"), (["90", "91"], "95")],
)
def test_the_level_in_the_address_is_adopted_or_named(asked, level):
    app = open_app(level=asked)
    assert f"Prediction set at {level}% coverage" in " ".join(e.value for e in app.get("html"))
    assert len(notices(app)) == (level == "95")


@pytest.mark.parametrize("text", ["https://evil.example/x", "www.evil.example", "someone@evil.example", "HTTP://a.b"])
def test_an_address_in_a_sentence_is_no_link(text):
    """GitHub's Markdown makes links of bare addresses, escaped or not."""
    (sentence,) = [w.value for w in open_app(model=text).warning]
    assert text.lower() in sentence.replace("\\", "").replace("\N{WORD JOINER}", "").lower()
    assert not re.search(r"(https?://|www\.|@)\w", sentence.replace("\\", ""), re.IGNORECASE)


def test_two_sentences_on_one_page_do_not_meet():
    app = open_app("fmnist_app/pages/garment.py", index="x", keep_down=["0", "5"])
    assert not app.exception


def test_the_prediction_set_on_predict_is_never_empty():
    stored = load_stored_logits(cards.load_card(default_network())).test
    unsure = int((np.sort(stored)[:, -1] - np.sort(stored)[:, -2]).argmin())
    app = open_app(index=str(unsure), level="80")
    (words,) = [e.value for e in app.get("html") if 'class="fm-set"' in e.value]
    assert "empty" not in words
    assert f"<b translate=no>{CLASS_NAMES[stored[unsure].argmax()]}</b>" in words
    assert "the most likely one always belongs to the set" in words
