"""Your garment, without a browser."""

import io
import re

import numpy as np
import pytest
from PIL import Image

from fmnist_app.photo import inputs
from fmnist_app.photo.overrides import margins
from fmnist_core import network_names
from fmnist_core.photos import samples
from fmnist_core.photos.choices import Choices
from fmnist_core.photos.decoding import PhotoError, decode
from fmnist_core.photos.pipeline import develop
from tests.drivers import notices, open_app, text_in

GARMENT = "fmnist_app/pages/garment.py"
NAMED = {
    "T-shirt": "T-shirt/top",
    "Jeans": "Trouser",
    "Dress": "Dress",
    "Coat": "Coat",
    "Sneaker": "Sneaker",
    "Boot": "Ankle boot",
    "Bag": "Bag",
}


def open_garment(**address):
    return open_app(GARMENT, **address)


@pytest.mark.parametrize("name", samples.SAMPLES)
def test_every_sample_is_developed_and_answered(name):
    app = open_garment(sample=name)
    assert not app.exception
    words = text_in(app, "verdict")
    assert name in words
    if name in NAMED:
        assert NAMED[name] in words
        assert "None of these" not in words
    else:
        assert "None of these" in words
        assert any("It may be none of the ten classes" in n for n in notices(app))
    assert len(develop(decode(samples.jpeg(name))).steps) == 7


@pytest.mark.parametrize("network", network_names())
def test_every_network_answers_and_every_question_can_be_asked(network):
    app = open_garment(model=network)
    for question in ("Why", "Look-alikes", "Inside"):
        app.segmented_control(key="ask").set_value(question).run()
        assert not app.exception


@pytest.mark.parametrize(
    "address",
    [
        {"way": "Fax"},
        {"way": ""},
        {"sample": "Hat", "turn": "45", "mirror": "perhaps"},
        {"ground": "inf", "keep_across": "a", "keep_down": "99,1"},
        {"keep_across": ["5", "6", "7"], "polarity": "x", "outlines": "9"},
    ],
    ids=str,
)
def test_bad_choices_in_the_address_fall_back_to_the_defaults(address):
    app = open_garment(**address)
    assert not app.exception
    assert "predicted with" in text_in(app, "verdict")


def test_choices_in_the_address_count_from_the_first_run_on():
    def verdict_and_picture(app):
        return text_in(app, "verdict"), next(e.value for e in app.get("html") if "fm-strip" in e.value)

    opened, chosen = open_garment(sample="Boot", turn="90°"), open_garment(sample="Boot")
    chosen.segmented_control(key="turn").set_value("90°").run()
    assert verdict_and_picture(opened) == verdict_and_picture(chosen)
    assert verdict_and_picture(opened) != verdict_and_picture(open_garment(sample="Boot"))


def test_every_position_of_the_handles_gives_a_picture_or_a_sentence():
    narrow = np.full((8, 300, 3), 250, np.uint8)
    narrow[2:6, 100:180] = 20
    buffer = io.BytesIO()
    Image.fromarray(narrow).save(buffer, "PNG")
    photo = decode(buffer.getvalue())
    pictures, sentences = 0, []
    for left in (0, 30, 31, 32, 33, 34, 35, 47, 89, 90, 99, 100):
        for right in range(left, 101):
            before, after = margins((left, right))
            for crop in ((before, 0, after, 0), (0, before, 0, after)):
                try:
                    assert develop(photo, Choices(crop=crop)).image.shape == (28, 28)
                    pictures += 1
                except PhotoError as problem:
                    sentences.append(str(problem))
    assert pictures > 1_000
    assert len(sentences) < 200
    assert all("was expected" in sentence for sentence in sentences)


def test_overrides_change_the_picture_and_can_be_taken_back():
    app = open_garment(sample="Boot")

    def step(k):
        found = next(e.value for e in app.get("html") if "fm-strip" in e.value)
        return re.findall(r'src="([^"]+)"', found)[k]

    before = [step(0), step(6)]
    app.segmented_control(key="turn").set_value("90°").run()
    assert step(0) != before[0]
    app.toggle(key="mirror").set_value(True).run()
    app.slider(key="keep_across").set_value((20, 100)).run()
    app.slider(key="ground").set_value(1.5).run()
    app.selectbox(key="polarity").set_value("brighter than the background").run()
    assert not app.exception
    app.button(key="reset").click().run()
    assert [step(0), step(6)] == before


def upload(app, *files):
    app.segmented_control(key="way").set_value("Upload").run()
    uploader = app.get("file_uploader")[0]
    uploader.set_value([(name, content, "image/jpeg") for name, content in files])
    return app.run()


def test_an_upload_is_answered():
    app = upload(open_garment(), ("my <b>boot</b>.jpg", samples.jpeg("Boot")))
    assert not app.exception
    assert "Ankle boot" in text_in(app, "verdict")


BAD = {
    "empty.png": b"",
    "text.png": b"only words",
    "cut.jpg": samples.jpeg("Boot")[:4000],
    "**bold**_[x](y).png": b"\x89PNG\r\n\x1a\n" + bytes(99),
}


def white():
    buffer = io.BytesIO()
    Image.new("RGB", (300, 300), "white").save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("name", [*BAD, "white.png"])
def test_a_bad_upload_gives_a_sentence(name):
    app = upload(open_garment(), (name, BAD.get(name) if name in BAD else white()))
    assert not app.exception
    assert len(notices(app)) == 1
    assert "expected" in notices(app)[0]
    assert name in notices(app)[0]
    if name == "white.png":
        assert "nothing does" in notices(app)[0]


def test_several_files_give_a_table_and_bad_ones_do_not_stop_it():
    files = [("boot.jpg", samples.jpeg("Boot")), ("text.png", b"words"), ("mug.jpg", samples.jpeg("Not a garment"))]
    app = upload(open_garment(), *files)
    assert not app.exception
    table = next(e.value for e in app.get("html") if "fm-table" in e.value)
    assert table.count("fm-thumbnail") == 2
    assert "received something else" in table
    assert table.count("<td colspan=3>") == 1  # the sentence has the whole line
    assert "do not rely on it" in table
    assert any("2 of 3 files read" in m.value for m in app.markdown)


@pytest.mark.parametrize("text", [None, 7, "", "data:text/html,x", "data:image/png;base64,%%%", "x" * 9_000_000])
def test_what_the_browser_sends_may_be_anything(text):
    assert inputs._from_browser(text, "x") == []
