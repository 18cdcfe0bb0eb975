"""The screen of Your garment, without a browser: the three forms of the answer, several garments, the crop."""

import io
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from fmnist_app import state
from fmnist_app.components import crop
from fmnist_app.photo import answer
from fmnist_core import ModelError, Network, Prediction, default_network, load_test, network_names, predict
from fmnist_core.networks import cards
from fmnist_core.photos import examples
from fmnist_core.photos.samples import jpeg
from tests.drivers import GARMENT, open_app, text_in
from tests.shoes import pair_of_boots

PREDICT = "fmnist_app/pages/predict.py"


def upload(*files, **address):
    app = open_app(GARMENT, way="Upload", **address)
    app.get("file_uploader")[0].set_value([(name, content, "image/jpeg") for name, content in files])
    return app.run()


def headline(app):
    found = next(e.value for e in app.get("html") if "fm-verdict" in e.value)
    return re.sub("<[^>]+>", "", re.search(r"<h1[^>]*>(.*?)</h1>", found)[1])


def with_probs(probs, **changes):
    """Return a prediction whose probabilities are these."""
    prediction = predict(Network(default_network()), load_test().images[0])
    logits = np.log(np.maximum(probs, 1e-9)) * prediction.network.card.temperature
    return replace(prediction, logits=logits.astype(np.float32), **changes)


def test_the_answer_has_three_forms():
    sure = np.full(10, 0.001)
    sure[3] = 0.991
    assert answer.form(with_probs(sure), 0.95) == (answer.SURE, [3])
    most = np.full(10, 0.03)
    most[3] = 0.73
    assert answer.form(with_probs(most), 0.95) == (answer.LIKELIEST, [3])
    even = np.full(10, 0.005)
    even[[2, 4]] = 0.47, 0.49
    assert answer.form(with_probs(even), 0.95) == (answer.BETWEEN, [4, 2])
    assert answer.form(with_probs(sure, novelty=2.0, novelty_limit=1.0), 0.95) == (answer.UNLIKE, [])


def test_without_a_prediction_set_nobody_is_called_sure(monkeypatch):
    def no_set(*_, **__):
        raise ModelError("its results are not those of this file")

    monkeypatch.setattr(Prediction, "prediction_set", no_set)
    assert answer.form(with_probs(np.full(10, 0.1)), 0.95) == (answer.LIKELIEST, [0])
    app = open_app(GARMENT, sample="Boot")
    assert "Most likely" in text_in(app, "verdict")
    assert "Sure" not in text_in(app, "verdict")


def test_no_class_stands_in_large_type_above_none_of_these():
    app = open_app(GARMENT, sample="Not a garment")
    assert headline(app) == "Not like anything it learned from"
    assert "None of these" in text_in(app, "verdict")
    assert "A photo that works" in text_in(app, "novelty")
    assert "spread out flat" in text_in(app, "novelty")


def test_a_garment_it_knows_is_named_in_large_type():
    assert headline(open_app(GARMENT, sample="Boot")) == "Ankle boot"


def test_a_pair_of_shoes_is_said_and_one_can_be_picked():
    app = upload(("pair.jpg", pair_of_boots()))
    assert not app.exception
    assert "Two things lie apart" in app.segmented_control(key="part").label
    assert list(app.segmented_control(key="part").options) == ["All", "1", "2"]
    app.segmented_control(key="part").set_value("2").run()
    assert "Ankle boot" in text_in(app, "verdict")
    assert "this is number 2" in next(e.value for e in app.get("html") if "fm-strip" in e.value)


@pytest.mark.parametrize("part", ["1", "7", "-1", "x", "All"])
def test_a_part_in_the_address_counts_if_there_is_one(part):
    app = upload(("boots.jpg", pair_of_boots()), part=part)
    assert not app.exception
    assert app.segmented_control(key="part").value == (part if part == "1" else "All")
    steps = next(e.value for e in app.get("html") if "fm-strip" in e.value)
    assert ("this is number 1" in steps) == (part == "1")
    assert "this is number 2" not in steps


def test_a_part_in_the_address_of_a_single_garment_changes_nothing():
    def picture(app):
        return next(e.value for e in app.get("html") if "fm-strip" in e.value)

    assert picture(open_app(GARMENT, sample="Boot", part="2")) == picture(open_app(GARMENT, sample="Boot"))


@pytest.mark.parametrize("sent", [[0, 0, 0, 0], [0.1, 0.2, 0.3, 0.4], [0.45, 0, 0.45, 0.9]])
def test_shares_that_leave_a_tenth_are_taken(sent):
    assert crop.shares(sent) == tuple(sent)


@pytest.mark.parametrize(
    "sent",
    [
        None, "0000", [], [0, 0, 0], [0, 0, 0, 0, 0], [-0.1, 0, 0, 0], [0.5, 0, 0.5, 0], [0, 0.91, 0, 0],
        [True, 0, 0, 0], [float("nan"), 0, 0, 0], [float("inf"), 0, 0, 0], ["0", 0, 0, 0], {"0": 1}, 7,
    ],
    ids=str,
)  # fmt: skip
def test_anything_else_is_no_crop(sent):
    assert crop.shares(sent) is None


def test_the_examples_are_photos_and_no_two_are_alike():
    drawn = [draw() for draw in (*examples.GOOD.values(), *examples.BAD.values())]
    assert len(set(drawn)) == 6
    for content in drawn:
        assert Image.open(io.BytesIO(content)).size == (examples.SIDE, examples.SIDE)


def test_photos_are_shown_to_their_own_network_until_the_visitor_chooses(monkeypatch):
    usual, photos = default_network(), next(n for n in network_names() if n != default_network())
    monkeypatch.setattr(cards, "photo_network", lambda folder=None: photos)
    app = open_app()
    assert app.segmented_control(key="model").value == usual
    app.switch_page(GARMENT).run()
    assert app.segmented_control(key="model").value == photos
    app.switch_page(PREDICT).run()
    assert app.segmented_control(key="model").value == usual
    chosen = next(n for n in network_names() if n not in (usual, photos))
    app.segmented_control(key="model").set_value(chosen).run()
    app.switch_page(GARMENT).run()
    assert app.segmented_control(key="model").value == chosen


def test_a_network_in_the_address_counts_for_photos(monkeypatch):
    names = [n for n in network_names() if n != default_network()]
    monkeypatch.setattr(cards, "photo_network", lambda folder=None: names[0])
    assert open_app(GARMENT, model=names[1]).segmented_control(key="model").value == names[1]


def test_the_usual_network_is_no_choice_and_the_tour_makes_none(monkeypatch):
    usual, photos = default_network(), next(n for n in network_names() if n != default_network())
    other = next(n for n in network_names() if n not in (usual, photos))
    monkeypatch.setattr(cards, "photo_network", lambda folder=None: photos)
    app = open_app()
    for name in (other, usual):  # tried, and back
        app.segmented_control(key="model").set_value(name).run()
    app.switch_page(GARMENT).run()
    assert app.segmented_control(key="model").value == photos
    app = open_app(tour="1", model=other)
    app.button(key="tour-next").click().run()
    assert app.session_state[state.NETWORK] == usual
    app.switch_page(GARMENT).run()
    assert app.segmented_control(key="model").value == photos


def test_a_crop_of_one_picture_is_not_used_for_the_next():
    app = open_app(GARMENT, way="Sample", keep_across=["20", "60"])
    assert app.slider(key="keep_across").value == (20, 60)
    names = app.segmented_control(key="sample").options
    app.segmented_control(key="sample").set_value(names[1]).run()
    assert not app.exception
    assert app.slider(key="keep_across").value == (0, 100)
    app.slider(key="keep_across").set_value((10, 70)).run()
    assert app.slider(key="keep_across").value == (10, 70)
    app.segmented_control(key="way").set_value("Upload").run()
    app.get("file_uploader")[0].set_value([("one.jpg", jpeg(names[2]), "image/jpeg")]).run()
    assert app.slider(key="keep_across").value == (0, 100)
    app.slider(key="keep_across").set_value((10, 70)).run()
    app.get("file_uploader")[0].set_value([("two.jpg", jpeg(names[3]), "image/jpeg")]).run()
    assert app.slider(key="keep_across").value == (0, 100)
    assert not app.exception
