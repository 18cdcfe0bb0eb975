"""What a card says of photos: shares as stated, and figures of photos that the network had not seen."""

import numpy as np

from fmnist_core import load_card
from tests.drivers import needed

photo_card = needed("fmnist_core.training.photo_card")


def test_right_is_a_class_that_fits_and_kinds_are_what_the_same_classes_fit():
    scores = np.eye(10)[[0, 1, 2, 3, 3, 0]]
    fitting = np.zeros((6, 10), bool)
    fitting[:4, 0] = True  # one of four of this kind
    fitting[4:, [3, 6]] = True  # one of two of that
    found = photo_card.right(scores, fitting)
    assert found == {"n": 6, "right": 2 / 6, "mean_of_kinds": (1 / 4 + 1 / 2) / 2, "worst_kind": 1 / 4}


def test_the_card_has_the_figures_of_photos_that_nothing_was_fitted_to():
    facts = load_card("street").facts
    folds, tuning = facts["cross_fitting"]["folds"], facts["cross_fitting"]["tuning"]
    assert folds["n"] == facts["unlikeness"]["photos"]
    assert tuning["n"] == facts["unlikeness"]["tuning_photos"]
    for photos in (folds, tuning):
        assert 0.7 < photos["worst_kind"] <= photos["mean_of_kinds"] <= 1
        assert 0.88 < photos["right"] <= 1
