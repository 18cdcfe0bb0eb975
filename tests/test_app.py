"""The pages, run without a browser."""

import base64
import io
import re
import shutil
import threading
from dataclasses import replace
from unittest import mock

import numpy as np
import pytest
from conftest import ROOT
from PIL import Image
from streamlit.testing.v1 import AppTest

from fmnist_app import caches, state
from fmnist_app.evaluate import calibration, confidence, label_review, matrix, measurement, mistakes, networks, sets
from fmnist_app.widgets import pictures
from fmnist_core import CLASS_NAMES, ModelError, default_network, load_test, softmax
from fmnist_core.evaluation import conformal
from fmnist_core.evaluation.calibration import Score
from fmnist_core.evaluation.corruptions import KINDS
from fmnist_core.explanation.projection import parse_region, within
from fmnist_core.networks import cards
from fmnist_core.networks.artifacts import load_projection, load_stored_logits

EVALUATE = "fmnist_app/pages/evaluate.py"
EXPLORE = "fmnist_app/pages/explore.py"
STRESS = "fmnist_app/pages/stress.py"
SECTIONS = {
    "Confusion matrix": matrix,
    "Mistakes": mistakes,
    "Label court": label_review,
    "Confidence": confidence,
    "Calibration": calibration,
    "Prediction sets": sets,
    "Networks": networks,
}
BAD_INDEX = ["-1", "10000", "1e400", "inf", "nan", "abc", "", "3.7", "9" * 5000, ["1", "7"], "<b>", "٣"]
BAD_MODEL = ["vgg", "", "CNN", ["cnn", "mlp"], "x" * 5000, "../cnn"]


def open_app(page=None, **address):
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    for key, value in address.items():
        app.query_params[key] = value
    if page:
        app.run()
        app.switch_page(page)
    return app.run()


def text_in(app, key=None):
    """Return the words of the one container that has this key, or of the whole page, without tags."""
    (source,) = [block for block in app.get("container") if block.key == key] if key else [app.main]
    values = [e.value for kind in ("markdown", "html", "warning", "title") for e in source.get(kind)]
    return re.sub(r"<[^>]+>", " ", " ".join(values)).replace("\\", "")


def notices(app):
    return [w.value.replace("\\", "") for w in app.warning]


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
    with mock.patch.object(state, "went_back", return_value=True):
        app.run()
    assert "at 95% coverage" in " ".join(e.value for e in app.get("html"))
    assert "level" not in app.query_params


def test_a_sentence_that_was_asked_for_thrice_is_said_once():
    app = open_app(model="linear")
    with mock.patch.object(caches, "network", side_effect=ModelError("linear.tflite is missing")):
        for _ in range(3):
            app.button(key="mistake").click().run()
    assert len([n for n in notices(app) if "cannot look for mistakes" in n]) == 1


def with_page(page, **address):
    """Open a page, then go back to an address on it."""
    app = open_app(page)
    for key, value in address.items():
        app.query_params[key] = value
    with mock.patch.object(state, "went_back", return_value=True):
        return app.run()


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
    assert any(f"Shirt taken for Coat: {expected} pictures" in m.value for m in app.markdown)


def test_a_filter_without_mistakes_says_so():
    app = open_app(EVALUATE, model="linear")
    app.segmented_control(key="view").set_value("Mistakes").run()
    app.selectbox(key="true").set_value("Bag").run()
    app.selectbox(key="predicted").set_value("Bag").run()
    assert any("No mistake fits this filter" in c.value for c in app.caption)


def test_votes_stay_beside_the_official_accuracy_and_can_be_taken_back():
    app = open_app(EVALUATE)
    app.segmented_control(key="view").set_value("Label court").run()
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


@pytest.mark.parametrize(
    ("asked", "level"), [("99", "99"), ("101", "95"), ("nan", "95"), ("", "95"), (["90", "91"], "95")]
)
def test_the_level_in_the_address_is_adopted_or_named(asked, level):
    app = open_app(level=asked)
    assert f"Prediction set at {level}% coverage" in " ".join(e.value for e in app.get("html"))
    assert len(notices(app)) == (level == "95")


def test_no_coverage_is_promised_for_a_changed_picture():
    app = open_app(STRESS, index="7")
    promise, none = "Prediction set at 95% coverage", "promised for unchanged test pictures only"
    assert promise in " ".join(e.value for e in app.get("html"))
    app.slider(key="rotate").set_value(30).run()
    app.run()
    assert none in " ".join(e.value for e in app.get("html"))
    assert promise not in " ".join(e.value for e in app.get("html"))


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
    for _ in range(6):
        app.button(key="step-on").click().run()
        assert not app.exception
    assert app.segmented_control(key="step").value == "Softmax"
    assert app.button(key="step-on").disabled
    assert app.get("latex") or any("frac" in str(m.value) for m in app.markdown)


@pytest.fixture
def swapped(tmp_path, monkeypatch):
    """The networks' folder with the MLP's file replaced by the linear network's."""
    for path in cards.MODELS.iterdir():
        if path.suffix in (".json", ".tflite", ".npz"):
            shutil.copy(path, tmp_path)
    shutil.copy(tmp_path / "linear.tflite", tmp_path / "mlp.tflite")
    monkeypatch.setattr(cards, "MODELS", tmp_path)
    return tmp_path


def test_a_swapped_network_is_said_on_both_pages(swapped):
    app = open_app(model="mlp")
    assert any("not the file that mlp.json describes" in n for n in notices(app))
    app.switch_page(EVALUATE).run()
    assert not app.exception
    assert any("not the file that mlp.json describes" in n for n in notices(app))
    assert not app.get("plotly_chart")


def test_a_network_that_cannot_run_gives_a_sentence(swapped):
    (swapped / "mlp.tflite").write_bytes(b"nonsense" * 100)
    app = open_app(model="mlp")
    assert not app.exception
    assert "cannot run" in app.error[0].value


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


@pytest.mark.parametrize("name", cards.network_names())
def test_every_kind_of_change_is_shown_for_every_network(name):
    app = open_app(STRESS, index="4093", model=name)
    assert not app.exception
    assert "unchanged" in text_in(app, "verdict")
    for kind in KINDS.values():
        app.selectbox(key="kind").set_value(kind.name).run()
        app.slider(key=kind.name).set_value(kind.high).run()
        assert not app.exception
        assert notices(app) == []
        assert f"{kind.title.lower()} {kind.words(kind.high)}" in text_in(app, "verdict")
        app.run()  # the move redrew the answer alone; a whole run holds the curve as well
        assert f"{kind.title.lower()} {kind.words(kind.high)}" in text_in(app, "verdict")
        assert any("turns into" in m.value or "No flip" in m.value for m in app.markdown)
        app.button(key="reset").click().run()
        assert "unchanged" in text_in(app, "verdict")


def test_the_smallest_change_is_set_and_turns_the_verdict_over():
    app = open_app(STRESS, index="4093", model="cnn")
    assert "Right" in text_in(app, "verdict")
    app.slider(key="blur").set_value(1.0).run()
    app.run()  # the move redrew the answer alone
    app.selectbox(key="kind").set_value("rotate").run()
    app.button(key="find").click().run()
    assert app.slider(key="blur").value == 0
    assert app.slider(key="rotate").value != 0
    assert "Wrong" in text_in(app, "verdict")


@pytest.mark.parametrize(
    "value", ["abc", "inf", "nan", "1e400", "-9999", "", ["1", "7"], "9" * 5000], ids=lambda v: str(v)[:9]
)
def test_bad_strengths_in_the_address_change_nothing_but_what_they_can(value):
    app = open_app(STRESS)
    for key in (*KINDS, "seed", "kind"):
        app.query_params[key] = value
    app.run()
    assert not app.exception
    assert not app.error
    for kind in KINDS.values():
        assert kind.low <= app.slider(key=kind.name).value <= kind.high


def test_a_swapped_network_shows_no_map_and_no_average(swapped):
    app = open_app(EXPLORE, model="mlp")
    assert not app.exception
    assert any("not the file that mlp.json describes" in n for n in notices(app))
    assert not app.get("bidi_component")
    app.switch_page(STRESS).run()
    assert not app.exception
    assert any("No average accuracy" in c.value for c in app.caption)


def test_a_network_that_cannot_run_gives_a_sentence_on_stress(swapped):
    (swapped / "mlp.tflite").write_bytes(b"nonsense" * 100)
    app = open_app(STRESS, model="mlp")
    assert not app.exception
    assert "cannot run" in app.error[0].value


def test_hidden_units_are_as_bright_as_they_are_awake():
    tiles = np.array([0.0, 1.0, 4.0])[:, None, None]
    with mock.patch.object(pictures.st, "html") as html:
        pictures.mosaic(tiles, "units")
    found = re.findall(r"base64,([^\"]+)", html.call_args.args[0])
    pixels = [int(np.asarray(Image.open(io.BytesIO(base64.b64decode(f))))[0, 0]) for f in found]
    assert pixels == [0, 63, 255]


def test_calibration_says_whether_scaling_helped():
    scores = [Score(value, value, value) for value in (0.02, 0.01)]
    assert calibration.verdict(*scores).startswith("Here it helped.")
    assert "did not help" in calibration.verdict(*scores[::-1])


def test_a_lookalike_is_laid_beside_the_picture_that_it_was_picked_for():
    app = open_app(index="42", ask="Look-alikes")
    app.session_state["opened_lookalike"] = load_test().images[42].tobytes(), 7
    app.run()
    assert "close-lookalike" in [b.key for b in app.button]
    app.button(key="next").click().run()
    assert not app.exception
    assert "close-lookalike" not in [b.key for b in app.button]
