"""Explanations, tested by their axioms."""

import numpy as np
import pytest

from fmnist_core import Classifier, load_card, load_test, network_names
from fmnist_core.explanation.saliency import NoMapError, activation_map, covered, explain, occlusion_map
from fmnist_core.networks.artifacts import load_explanation_weights

WITH_MAPS = [name for name in network_names() if name != "mlp"]
RNG = np.random.default_rng(0)


@pytest.fixture(scope="module", params=WITH_MAPS)
def network(request):
    card = load_card(request.param)
    return Classifier(card.tflite), load_explanation_weights(card)


def test_map_plus_bias_is_the_logit_of_every_class(network):
    classifier, parts = network
    for index in RNG.choice(10_000, 100, replace=False):
        image = load_test().images[index]
        logits = classifier.logits(image[None])[0]
        for target in range(10):
            found = explain(classifier, parts, image, target)
            assert found.map.sum() + found.bias == pytest.approx(logits[target], abs=1e-3)
            assert found.logit == pytest.approx(logits[target], abs=1e-3)


def test_the_difference_adds_up_to_the_difference(network):
    classifier, parts = network
    image = load_test().images[7]
    logits = classifier.logits(image[None])[0]
    found = explain(classifier, parts, image, 6).against(explain(classifier, parts, image, 0))
    assert found.map.sum() + found.bias == pytest.approx(logits[6] - logits[0], abs=1e-3)


def test_a_fully_connected_network_has_no_map():
    card = load_card("mlp")
    with pytest.raises(NoMapError):
        explain(Classifier(card.tflite), load_explanation_weights(card), load_test().images[0], 0)


def test_wrong_shapes_are_refused():
    with pytest.raises(ValueError, match="expected maps"):
        activation_map(np.zeros((7, 7, 5)), np.zeros((4, 10)), np.zeros(10), 0)


def test_covering_nothing_changes_nothing(network):
    classifier, _ = network
    lost = occlusion_map(classifier.bulk_logits, load_test().images[3], 2, patch=0)
    assert np.abs(lost).max() < 1e-4


def test_covering_black_changes_nothing_and_a_bright_square_is_found():
    image = np.zeros((28, 28), np.uint8)
    image[10:13, 20:23] = 255

    def brightness(images):
        return np.repeat(images.reshape(len(images), -1).sum(axis=1, keepdims=True) / 255.0, 10, axis=1)

    lost = occlusion_map(brightness, image, 0, patch=3)
    assert np.unravel_index(lost.argmax(), lost.shape) == (11, 21)
    assert lost.max() == 9
    assert lost[0, 0] == 0


@pytest.mark.parametrize("patch", [1, 3, 5, 28])
def test_the_square_has_its_size_and_is_centred(patch):
    hidden = covered(np.ones((28, 28), np.uint8), patch).reshape(28, 28, 28, 28) == 0
    rows, columns = np.nonzero(hidden[14, 14])
    assert len(rows) == patch**2
    assert rows.min() == columns.min() == 14 - patch // 2


def test_a_patch_larger_than_the_picture_is_refused():
    with pytest.raises(ValueError, match=r"0\.\.28"):
        occlusion_map(lambda x: x, np.zeros((28, 28)), 0, patch=29)
