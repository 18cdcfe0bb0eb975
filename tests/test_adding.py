"""Networks that were trained elsewhere, saved in the public ways: checked, converted, measured, and on every page."""

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

from fmnist_app.plain import plain
from fmnist_core import load_test
from fmnist_core.networks import cards
from fmnist_core.networks.classifier import Classifier, ModelError
from fmnist_core.sample import load_sample
from tests.drivers import EVALUATE, EXPLORE, ROOT, STRESS, needed, notices, open_app, text_in

keras = needed("keras")
tf = needed("tensorflow")

from fmnist_core.training import adding  # noqa: E402 - loads TensorFlow


def learned(layers, scale=1.0, shape=(28, 28), loss_from_logits=False):
    train, _ = load_sample()
    model = keras.Sequential([keras.Input(shape), *layers])
    keras.utils.set_random_seed(0)
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=loss_from_logits))
    pixels = train.images[:3000].astype(np.float32).reshape(3000, *shape) * scale
    model.fit(pixels, train.labels[:3000], batch_size=64, epochs=1, verbose=0)
    return model


def save(kind, folder):
    """Save a small network in one of the ways that people do; return the path, and the shape, scale and softmax."""
    keras.utils.set_random_seed(0)
    dense = keras.layers.Dense
    if kind == "sequential, softmax":
        model = learned([keras.layers.Flatten(), dense(32, "relu"), dense(10, "softmax")], 1 / 255)
        model.save(folder / "net.keras")
        return folder / "net.keras", (28, 28), 1 / 255, True
    if kind == "functional, rescaling":
        parts = [
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(4, 3, 2, activation="relu"),
            keras.layers.Flatten(),
        ]
        model = learned([*parts, dense(10)], 1.0, (28, 28, 1), loss_from_logits=True)
        inputs = keras.Input((28, 28, 1))
        keras.Model(inputs, model(inputs)).save(folder / "net.keras")
        return folder / "net.keras", (28, 28, 1), 1.0, False
    if kind == "hdf5":
        model = learned([keras.layers.Flatten(), dense(10, "softmax")], 1 / 255)
        model.save(folder / "net.h5")
        return folder / "net.h5", (28, 28), 1 / 255, True
    if kind == "784 inputs":
        model = learned([dense(10, "softmax")], 1 / 255, (784,))
        model.save(folder / "net.keras")
        return folder / "net.keras", (784,), 1 / 255, True
    model = learned([keras.layers.Flatten(), dense(10)], 1 / 255, loss_from_logits=True)
    model.export(folder / "net", verbose=False)
    return folder / "net", (28, 28), 1 / 255, False


KINDS = ("sequential, softmax", "functional, rescaling", "hdf5", "784 inputs", "saved model")


@pytest.mark.parametrize("kind", KINDS)
def test_every_public_way_of_saving_is_understood_and_measured(kind, tmp_path, heldout):
    path, shape, scale, probabilities = save(kind, tmp_path)
    card, interface = adding.add(path, "Mine", tmp_path / "models", "fmnist add")
    assert (interface.shape, interface.scale, interface.gives_probabilities) == (shape, scale, probabilities)
    call = adding.read(path).call
    test = load_test()
    pixels = test.images[:300].astype(np.float32).reshape(300, *shape) * np.float32(scale)
    expected = np.asarray(call(tf.constant(pixels)))
    found = Classifier(tmp_path / "models" / "mine.tflite").bulk_logits(test.images[:300])
    agree = (found.argmax(axis=1) == expected.argmax(axis=1)).mean()
    assert agree == 1
    with np.load(tmp_path / "models" / "mine.logits.npz") as stored:
        assert card["test"]["accuracy"] == (stored["test"].argmax(axis=1) == test.labels).mean()
    assert card["test"]["accuracy"] > 0.6
    assert card["parameters"] > 5000
    assert card["flops"] > 5000
    assert cards.network_names(tmp_path / "models") == ("mine",)
    assert cards.load_card("mine", tmp_path / "models").problem is None


def test_it_stands_on_every_page_with_its_title(tmp_path, monkeypatch, heldout):
    folder = tmp_path / "models"
    folder.mkdir()
    for path in cards.MODELS.glob("linear.*"):
        shutil.copy(path, folder)
    shutil.copy(cards.MODELS / "manifest.json", folder)
    path, *_ = save("hdf5", tmp_path)
    adding.add(path, "Mine & <b>", folder, "fmnist add")
    monkeypatch.setattr(cards, "MODELS", folder)
    assert cards.network_names() == ("linear", "mine-b")
    app = open_app(index="7", model="mine-b")
    assert not app.exception
    assert plain("Mine & <b>") in [app.segmented_control(key="model").options[k] for k in (0, 1)]
    assert "predicted with" in text_in(app, "verdict")
    for ask in ("Why", "Look-alikes", "Inside", "All networks"):
        app.segmented_control(key="ask").set_value(ask).run()
        assert not app.exception, ask
    for page in (EVALUATE, EXPLORE, STRESS, "fmnist_app/pages/garment.py", "fmnist_app/pages/about.py"):
        app.switch_page(page).run()
        assert not app.exception, page
    assert not app.error
    app.switch_page(EVALUATE).run()
    for section in ("Networks", "Calibration", "Prediction sets"):
        app.segmented_control(key="view").set_value(section).run()
        assert not app.exception, section
    assert notices(app) == []


def linear(shape=(28, 28), classes=10, *further):
    layers = [keras.layers.Flatten(), keras.layers.Dense(classes), *further]
    return keras.Sequential([keras.Input(shape), *layers])


def flat(bias):
    model = linear()
    model.layers[-1].set_weights([np.zeros((784, 10)), np.full(10, bias)])
    return model


# What is saved, and the words that refuse it.
BROKEN = {
    "nothing": (None, "is not there"),
    "nonsense": (b"nonsense" * 100, "cannot be read: a .keras or HDF5 file without code of its own"),
    "code of its own": (lambda: linear((28, 28), 10, keras.layers.Lambda(lambda x: x)), "cannot be read"),
    "colour": (lambda: linear((32, 32, 3)), "28 x 28, 28 x 28 x 1 or 784 numbers a picture were expected"),
    "two classes": (lambda: linear((28, 28), 2), "one number for each of the ten classes was expected"),
    "nan": (lambda: flat(np.nan), "is no number"),
    "untrained": (lambda: flat(0.0), "chance is 10%"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_no_such_network_gets_a_sentence_and_leaves_nothing(what, tmp_path):
    saved, words = BROKEN[what]
    path = tmp_path / "net.keras"
    if isinstance(saved, bytes):
        path.write_bytes(saved)
    elif saved:
        saved().save(path)
    with pytest.raises(ModelError, match=words.replace("(", r"\(")):
        adding.add(path, "Mine", tmp_path / "models", "fmnist add")
    assert not list((tmp_path / "models").glob("*"))


def test_an_empty_folder_is_no_network(tmp_path):
    (tmp_path / "net").mkdir()
    with pytest.raises(ModelError, match="cannot be read"):
        adding.add(tmp_path / "net", "Mine", tmp_path / "models", "fmnist add")


@pytest.mark.parametrize("title", ["", "  ", "ResNet", "manifest", "Segmenter", "Street base", "x" * 31, "../.."])
def test_a_name_that_cannot_be_is_refused(title):
    with pytest.raises(ModelError, match="name"):
        adding.short_name(title)


def test_the_command_adds_says_what_it_found_and_does_not_replace_unasked(tmp_path, heldout):
    path, *_ = save("784 inputs", tmp_path)
    environment = os.environ | {"FMNIST_MODELS_DIR": str(tmp_path / "models"), "TF_CPP_MIN_LOG_LEVEL": "3"}
    (tmp_path / "models").mkdir()
    command = [sys.executable, "-m", "fmnist_core"]

    def run(*words):
        done = subprocess.run(
            [*command, *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300
        )
        return done.returncode, done.stdout, done.stderr

    code, said, _ = run("add", str(path), "--name", "Mine")
    assert code == 0
    assert "It takes 784 pixels of 0..1 and gives probabilities (softmax)" in said
    assert "of the test split" in said
    code, said, problem = run("add", str(path), "--name", "Mine")
    assert code == 2
    assert "--replace" in problem
    code, said, _ = run("predict", "42", "--model", "mine", "--json")
    assert code == 0
    assert json.loads(said)["model"] == "mine"
