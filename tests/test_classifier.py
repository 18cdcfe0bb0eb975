import threading

import numpy as np
import pytest

from fmnist_core import Classifier, ModelError, load_test, network_names
from fmnist_core.networks import cards
from fmnist_core.training.recipes import RECIPES
from tests.drivers import needed

NAMES = network_names()


@pytest.fixture(scope="module", params=NAMES)
def network(request):
    return Classifier(cards.MODELS / f"{request.param}.tflite", threads=2)


def test_litert_equals_keras(network):
    keras, export = needed("keras"), needed("fmnist_core.training.export")
    model = keras.models.load_model(network.path.with_suffix(".keras"), compile=False)
    assert model.input_shape == (None, 28, 28, 1)
    assert model.output_shape == (None, 10)
    assert not any(isinstance(layer, keras.layers.Lambda) for layer in model.layers)
    images = load_test().images[:200]
    expected = np.asarray(model(images.astype(np.float32)[..., None]))
    limit = export.MAX_DIFFERENCE[RECIPES[network.path.stem].half]
    np.testing.assert_allclose(network.bulk_logits(images), expected, atol=limit)
    np.testing.assert_allclose(network.logits(images[:20]), expected[:20], atol=limit)


def test_single_and_bulk_agree_whatever_the_batch(network):
    images = load_test().images[:37]
    single = network.logits(images)
    for batch in (1, 10, 37, 100):
        bulk = np.concatenate(list(network.iter_outputs(images, batch=batch)))
        np.testing.assert_allclose(bulk, single, atol=1e-4)


def test_no_pictures_give_no_logits(network):
    assert network.bulk_logits(np.zeros((0, 28, 28), np.uint8)).shape == (0, 10)


def test_threads_get_their_own_answers(network):
    images = load_test().images[:64]
    expected = network.logits(images)
    wrong = []

    def ask(k):
        for _ in range(20):
            if not np.allclose(network.logits(images[k][None])[0], expected[k], atol=1e-5):
                wrong.append(k)

    threads = [threading.Thread(target=ask, args=(k,)) for k in range(16)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong


@pytest.mark.parametrize("shape", [(28, 28), (1, 28, 28, 1), (2, 27, 28)])
def test_other_shapes_are_named(network, shape):
    with pytest.raises(ValueError, match="expected pictures of shape"):
        network.logits(np.zeros(shape))


def test_nan_pixels_are_refused(network):
    with pytest.raises(ValueError, match="finite"):
        network.logits(np.full((1, 28, 28), np.nan))


def test_a_file_that_is_no_network_is_named(tmp_path):
    path = tmp_path / "cnn.tflite"
    with pytest.raises(ModelError, match=r"cnn\.tflite"):
        Classifier(path)
    path.write_bytes(b"not a network" * 100)
    with pytest.raises(ModelError, match=r"cnn\.tflite"):
        Classifier(path)
