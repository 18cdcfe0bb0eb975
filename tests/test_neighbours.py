import shutil

import numpy as np
import pytest

from fmnist_core import Classifier, ModelError, load_card, load_train, network_names
from fmnist_core.explanation.neighbours import nearest
from fmnist_core.networks import cards
from fmnist_core.networks.artifacts import load_gallery


@pytest.mark.parametrize("name", network_names())
def test_the_nearest_neighbour_of_a_gallery_picture_is_itself(name):
    card = load_card(name)
    gallery = load_gallery(card)
    some = np.random.default_rng(0).choice(len(gallery.labels), 50, replace=False)
    found = Classifier(card.tflite).features(gallery.images[some])
    assert [nearest(gallery, f, 1).indices[0] for f in found] == some.tolist()
    for f in found:
        distances = nearest(gallery, f, 20).distances
        assert (np.diff(distances) >= 0).all()


def test_neighbours_of_a_class_are_of_that_class():
    gallery = load_gallery(load_card("cnn"))
    assert set(gallery.labels[nearest(gallery, gallery.features[0], 9, label=6).indices]) == {6}


def test_features_of_another_length_are_refused():
    gallery = load_gallery(load_card("cnn"))
    with pytest.raises(ValueError, match="expected features"):
        nearest(gallery, np.zeros(3), 1)


def test_the_gallery_is_of_training_pictures(heldout):
    gallery = load_gallery(load_card("linear"))
    train = load_train()
    assert 2_500 <= len(gallery.labels) <= 4_000
    assert gallery.numbers.max() < len(train)
    assert np.array_equal(gallery.images, train.images[gallery.numbers])
    assert np.array_equal(gallery.labels, train.labels[gallery.numbers])
    assert np.bincount(gallery.labels).min() > 200


def test_another_networks_features_are_not_used(tmp_path):
    for path in cards.MODELS.iterdir():
        if path.is_file():
            shutil.copy(path, tmp_path)
    shutil.copy(tmp_path / "cnn.gallery.npz", tmp_path / "mlp.gallery.npz")
    with pytest.raises(ModelError, match="another network"):
        load_gallery(load_card("mlp", tmp_path))
