"""Evaluate and its sections, run without a browser."""

import re
import threading
from dataclasses import replace

import numpy as np
import pytest

from fmnist_app import caches
from fmnist_app.evaluate import calibration, confidence, label_review, matrix, measurement, mistakes, networks, sets
from fmnist_core import default_network, load_test, softmax
from fmnist_core.evaluation import conformal
from fmnist_core.evaluation.calibration import Score
from fmnist_core.networks import cards
from fmnist_core.networks.artifacts import load_stored_logits
from tests.drivers import EVALUATE, notices, open_app, text_in

SECTIONS = {
    "Confusion matrix": matrix,
    "Mistakes": mistakes,
    "Label review": label_review,
    "Confidence": confidence,
    "Calibration": calibration,
    "Prediction sets": sets,
    "Networks": networks,
}


def test_evaluate_states_accuracy_and_interval():
    app = open_app(EVALUATE)
    facts = cards.load_card(default_network()).facts["test"]
    words = text_in(app)
    assert f"{facts['accuracy']:.2%}" in words
    assert f"{facts['interval'][0]:.2%}" in words
    assert [c.key for c in app.get("bidi_component")] == ["matrix"]
    assert not app.get("plotly_chart")  # several megabytes that this view does not need


def test_measuring_again_equals_what_is_stored():
    app = open_app(EVALUATE, model="linear")
    app.button(key="measure").click().run()
    assert not app.exception
    assert any("Equal to what is stored" in m.value for m in app.markdown)


@pytest.mark.parametrize("view", list(SECTIONS))
@pytest.mark.parametrize("name", ["linear", default_network()])
def test_every_section_shows_itself_and_nothing_else(view, name, monkeypatch):
    shown = []
    for section in SECTIONS.values():
        show = section.show
        monkeypatch.setattr(section, "show", lambda *given, s=section, show=show: (shown.append(s), show(*given)))
    app = open_app(EVALUATE, model=name)
    shown.clear()
    app.segmented_control(key="view").set_value(view).run()
    assert not app.exception
    assert notices(app) == []
    assert shown == [SECTIONS[view]]


@pytest.mark.parametrize(
    "address",
    [
        {"view": "nothing"},
        {"unit": "x", "order": "", "mistakes_only": "maybe"},
        {"true": "Sock", "predicted": "9"},
        {"view": "Mistakes", "confidence": "abc", "page": "1e9"},
        {"view": "Mistakes", "confidence": ["90", "10"], "page": "-3"},
        {"view": "Confidence", "sure-resnet": "7"},
        {"view": "Networks", "against": "vgg", "cost": "€"},
    ],
    ids=str,
)
def test_bad_choices_in_the_address_fall_back_to_the_defaults(address):
    app = open_app(EVALUATE)
    for key, value in address.items():
        app.query_params[key] = value
    assert not app.run().exception
    assert app.title[0].value.endswith("right")


def test_the_cell_that_the_fields_name_has_as_many_pictures_as_the_matrix_says():
    app = open_app(EVALUATE, model="linear")
    app.selectbox(key="true").set_value("Shirt").run()
    app.selectbox(key="predicted").set_value("Coat").run()
    stored = load_stored_logits(cards.load_card("linear")).test.argmax(axis=1)
    expected = int(((stored == 4) & (load_test().labels == 6)).sum())
    assert any(f"**Shirt** taken for **Coat**: **{expected} pictures**" in m.value for m in app.markdown)


def test_a_filter_without_mistakes_says_so():
    app = open_app(EVALUATE, model="linear")
    app.segmented_control(key="view").set_value("Mistakes").run()
    app.selectbox(key="true").set_value("Bag").run()
    app.selectbox(key="predicted").set_value("Bag").run()
    assert any("No mistake fits this filter" in c.value for c in app.caption)


def test_votes_stay_beside_the_official_accuracy_and_can_be_taken_back():
    app = open_app(EVALUATE)
    app.segmented_control(key="view").set_value("Label review").run()
    app.button(key="vote-wrong").click().run()
    official = f"{cards.load_card(default_network()).facts['test']['accuracy']:.2%}"
    html = " ".join(e.value for e in app.get("html"))
    assert official in html
    assert "Without 1 label voted wrong" in html
    assert "Case 2 of" in " ".join(c.value for c in app.caption)
    app.button(key="case-back").click().run()
    app.button(key="unvote").click().run()
    assert "voted wrong" not in " ".join(e.value for e in app.get("html"))


def test_coverage_stands_on_the_page_with_its_standard_error():
    app = open_app(EVALUATE)
    app.segmented_control(key="view").set_value("Prediction sets").run()
    words = re.sub(r"<[^>]+>", " ", " ".join(e.value for e in app.get("html")))
    card = cards.load_card(default_network())
    stored = load_stored_logits(card)
    probs, heldout = (softmax(x, card.temperature) for x in (stored.test, stored.heldout))
    for level in (0.9, 0.95, 0.99):
        limit = conformal.threshold(heldout, stored.heldout_labels, level)
        inside = 1 - probs[np.arange(10_000), load_test().labels] <= limit
        error = (level * (1 - level) * (1 / 10_000 + 1 / 5_000)) ** 0.5
        assert re.search(rf"{level:.1%}\s+{inside.mean():.2%}\s+{error:.2%}", words)


def test_the_chosen_level_reaches_predict():
    app = open_app(EVALUATE)
    app.segmented_control(key="view").set_value("Prediction sets").run()
    app.slider(key="level").set_value(99.5).run()
    app.switch_page("fmnist_app/pages/predict.py").run()
    assert "Prediction set at 99.5% coverage" in " ".join(e.value for e in app.get("html"))
    assert app.query_params["level"] == "99.5"


def test_a_measurement_that_differs_from_what_is_stored_is_said_to():
    stored = load_stored_logits(cards.load_card("linear")).test
    job = measurement.Job("linear", caches.stamp("linear"), seconds=1.0, logits=stored)
    assert "Equal to what is stored" in measurement.report(job)
    changed = stored.copy()
    changed[[3, 8]] = -changed[[3, 8]]
    assert "Not equal to what is stored: 2 verdicts differ" in measurement.report(replace(job, logits=changed))


def test_whoever_comes_as_a_measurement_ends_starts_one_that_stays_in_line(monkeypatch):
    started, may_end = [], threading.Event()

    class Network:
        def __init__(self, path):
            started.append(path)

        def iter_outputs(self, images):
            may_end.wait(20)
            yield np.zeros((len(images), 10), np.float32)

    monkeypatch.setattr(measurement, "Classifier", Network)
    line = measurement.Line()
    first, shared = line.join("linear", ())
    assert not shared
    assert line.join("linear", ()) == (first, True)
    may_end.set()
    assert first.finished.wait(20)
    may_end.clear()
    second, shared = line.join("linear", ())
    assert not shared
    assert line.join("linear", ()) == (second, True)
    may_end.set()
    assert second.finished.wait(20)
    assert len(started) == 2


def test_a_swapped_network_is_said_on_both_pages(swapped):
    app = open_app(model="mlp")
    assert any("not the file that mlp.json describes" in n for n in notices(app))
    app.switch_page(EVALUATE).run()
    assert not app.exception
    assert any("not the file that mlp.json describes" in n for n in notices(app))
    assert not app.get("plotly_chart")


def test_calibration_says_whether_scaling_helped():
    scores = [Score(value, value, value) for value in (0.02, 0.01)]
    assert calibration.verdict(*scores).startswith("Here it helped.")
    assert "did not help" in calibration.verdict(*scores[::-1])


def test_other_pictures_are_shown_from_their_first_page():
    app = open_app(EVALUATE, model="linear", true="Trouser", predicted="Trouser", cell_page="5")
    assert app.session_state["cell_page"] == 5  # as the address says
    app.run()
    assert app.session_state["cell_page"] == 5
    app.selectbox(key="true").set_value("Bag").run()
    app.selectbox(key="predicted").set_value("Bag").run()
    assert app.session_state["cell_page"] == 1
    assert not app.exception
