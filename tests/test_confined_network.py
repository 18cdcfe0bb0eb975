"""A stranger's `.tflite` file runs in a process of its own: found out, used, refused, ended."""

import random

import numpy as np
import pytest

from fmnist_core import Network, load_test
from fmnist_core.confined import network as confined
from fmnist_core.confined.foreign import Foreign
from fmnist_core.evaluation.metrics import softmax
from fmnist_core.networks.cards import MODELS, load_card
from fmnist_core.networks.classifier import ModelError
from tests.drivers import needed

TINY = (MODELS / "tiny.tflite").read_bytes()


@pytest.fixture(autouse=True)
def ended():
    yield
    confined.CHECKING.close()
    confined.RUNNING.close()


@pytest.fixture(scope="module")
def foreign():
    """Files of networks in the shapes that people save them in, by name; the weights are those of `linear`."""
    keras, tf = needed("keras"), needed("tensorflow")
    layers = keras.layers
    units = np.concatenate([np.zeros((1, 784)), 255 * np.eye(784)]).reshape(-1, 28, 28)
    bias, *rows = Network("linear").classifier.bulk_logits(units)
    kernel = np.array(rows) - bias

    def file(function, *shape):
        spec = tf.TensorSpec(shape, tf.float32)
        made = tf.function(function, input_signature=[spec])
        converter = tf.lite.TFLiteConverter.from_concrete_functions([made.get_concrete_function()], tf.Module())
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        return converter.convert()

    flat = keras.Sequential([keras.Input((784,)), layers.Dense(10, activation="softmax")])
    flat.layers[-1].set_weights([kernel, bias])
    kernel, bias = tf.constant(kernel), tf.constant(bias)

    def endless(pixels):
        state = tf.while_loop(lambda x: tf.reduce_sum(x) > -1.0, lambda x: (tf.abs(x) * 1.0,), (pixels,))[0]
        return tf.matmul(tf.reshape(state, (1, 784)), kernel) + bias

    return {
        "784 softmax": tf.lite.TFLiteConverter.from_keras_model(flat).convert(),
        "one at a time": file(lambda x: tf.matmul(tf.reshape(x / 255, (1, 784)), kernel) + bias, 1, 28, 28),
        "chance": file(lambda x: tf.matmul(tf.reshape(x * 0, (-1, 784)), kernel) + bias, None, 28, 28),
        "colour": file(lambda x: tf.reduce_mean(x, (1, 2)) @ tf.ones((3, 10)), None, 32, 32, 3),
        "five": file(lambda x: tf.reshape(x, (-1, 784)) @ tf.ones((784, 5)), None, 28, 28),
        "nan": file(lambda x: tf.math.log(tf.matmul(tf.reshape(x, (-1, 784)), kernel) * 0 - 1), None, 28, 28),
        "endless": file(endless, 1, 784),
    }


def test_one_of_ours_answers_as_it_does_here():
    images = load_test().images[:250]
    network, interface, heldout = confined.bring(TINY, "Mine")
    assert np.array_equal(network.classifier.bulk_logits(images), Network("tiny").classifier.bulk_logits(images))
    assert network.classifier.logits(images[:1]).shape == (1, 10)
    assert network.title == "Mine"
    assert 0.88 < heldout < 0.95
    assert "28 x 28 x 1 pixels of 0..255 and gives logits" in interface.in_words()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("784 softmax", "784 pixels of 0..1 and gives probabilities"),
        ("one at a time", "28 x 28 pixels of 0..255 and gives logits"),
    ],
)
def test_what_a_network_takes_and_gives_is_found_out(foreign, name, words):
    images = load_test().images[:150]
    network, interface, heldout = confined.bring(foreign[name], name)
    assert words in interface.in_words()
    assert 0.8 < heldout < 0.9
    ours = softmax(Network("linear").classifier.bulk_logits(images))
    theirs = softmax(network.classifier.bulk_logits(images))
    assert np.abs(ours - theirs).max() < 1e-3


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("chance", "chance is 10%"),
        ("colour", r"28 x 28, 28 x 28 x 1 or 784 numbers a picture were expected"),
        ("five", "one number for each of the ten classes was expected"),
        ("nan", "no number"),
    ],
)
def test_another_network_is_refused_in_a_sentence(foreign, name, sentence):
    with pytest.raises(ModelError, match=sentence):
        confined.bring(foreign[name], name)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "an empty file"),
        (b"PK\x03\x04" + b"x" * 99, "a .keras file or another archive"),
        (b"\x89HDF\r\n\x1a\n" + b"x" * 99, "an HDF5 file"),
        (b"GIF89a" * 99, "something else"),
        (TINY[:8] + b"\0" * confined.MAX_BYTES, "at most 10 MB"),
        (TINY[:8] + b"\xff" * 5_000, "cannot be|be loaded"),
        (TINY[: len(TINY) // 2], "cannot be|be loaded"),
    ],
)
def test_what_is_no_network_is_refused_in_a_sentence(content, sentence):
    with pytest.raises(ModelError, match=sentence):
        confined.bring(content, "x")


def test_damaged_files_never_harm_this_process():
    rng = random.Random(0)
    for _ in range(30):
        content = bytearray(TINY)
        for _ in range(rng.choice((1, 4, 40))):
            content[rng.randrange(8, len(content))] = rng.randrange(256)
        try:
            network, _, heldout = confined.bring(bytes(content), "damaged")
        except ModelError:
            continue
        assert 0 <= heldout <= 1
        assert network.card.facts["parameters"] >= 1


@pytest.mark.parametrize("name", ["tiny", "mlp", "resnet", "wide"])
def test_the_parameters_are_counted_whatever_their_bits(name):
    """Batch normalisation is a part of the convolutions in a `.tflite` file; `wide` has 16 bits a weight."""
    counted = Foreign((MODELS / f"{name}.tflite").read_bytes(), name).parameters
    assert counted == pytest.approx(load_card(name).facts["parameters"], rel=0.06)


def test_a_picture_without_a_finite_answer_does_not_end_the_network(monkeypatch):
    _, interface, _ = confined.bring(TINY, "Mine")
    network = confined.ConfinedClassifier(TINY, "Mine", interface)
    really, values = confined.wire.array, [np.inf, 0.0]
    monkeypatch.setattr(confined.wire, "array", lambda *given: really(*given) + np.float32(values.pop(0)))
    image = load_test().images[:1]
    with pytest.raises(ModelError, match="no answer to this picture"):
        network.logits(image)
    assert network.logits(image).argmax() == 9


def test_a_network_that_never_returns_is_ended_and_not_asked_again(foreign, monkeypatch):
    monkeypatch.setattr(confined.CHECKING, "seconds", 1.0)
    monkeypatch.setattr(confined.RUNNING, "seconds", 1.0)
    with pytest.raises(ModelError, match="takes longer"):
        confined.bring(foreign["endless"], "endless")
    network, interface, _ = confined.bring(TINY, "Mine")
    stuck = confined.ConfinedClassifier(foreign["endless"], "endless", interface)
    stuck._interface = confined.Interface((784,), 1.0, False, 0.9)
    with pytest.raises(ModelError, match="endless takes longer than 5 seconds"):
        stuck.logits(load_test().images[:1])
    assert confined.RUNNING.pid is None
    with pytest.raises(ModelError, match="endless takes longer"):
        stuck.logits(load_test().images[:1])
    assert confined.RUNNING.pid is None  # not even started
    assert network.classifier.logits(load_test().images[:1]).argmax() == 9
