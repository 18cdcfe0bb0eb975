"""A constant for each class of photos: fitted as stated, checked when read, and for photos that people took alone."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from fmnist_core import ModelError, Network, load_card, load_test, predict, softmax
from fmnist_core.photos import logit_adjustment
from fmnist_core.photos.decoding import decode
from fmnist_core.photos.logit_adjustment import MAX_CONSTANT, fit, load_adjustment, right
from fmnist_core.photos.pipeline import develop
from fmnist_core.photos.prediction import predict_development, predict_photo
from fmnist_core.photos.samples import SAMPLES, jpeg


def leaning(n=600, seed=0):
    """Return log probabilities of a network that leans away from class 3, the labels, and what fits."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 10, n)
    scores = rng.normal(0, 1, (n, 10)) + 2.5 * np.eye(10)[labels] - 2.0 * (np.arange(10) == 3)
    return np.log(softmax(scores)), labels, np.eye(10, dtype=bool)[labels]


def test_a_lean_is_taken_back_and_a_larger_penalty_takes_back_less():
    log_probs, _, fitting = leaning()
    pictures = np.log(softmax(6.0 * np.eye(10)))
    small, large = (fit(log_probs, fitting, pictures, np.arange(10), penalty) for penalty in (0.001, 1.0))
    assert small.argmax() == 3
    assert small[3] - np.median(small) > 1.0
    assert np.abs(large).max() < np.abs(small).max() / 2
    before, after = (right(scores, fitting)["mean_of_kinds"] for scores in (log_probs, log_probs + small))
    assert after > before
    assert small.sum() == pytest.approx(0, abs=1e-3)  # a constant for all changes nothing, and costs


def test_the_fit_is_where_scipy_finds_no_slope():
    log_probs, _, fitting = leaning(200, 1)
    fitting[:, 4] |= fitting[:, 5]  # several may fit
    pictures, labels = np.log(softmax(np.random.default_rng(2).normal(0, 2, (50, 10)))), np.arange(50) % 10
    found = fit(log_probs, fitting, pictures, labels, 0.01)

    def loss(constants):
        groups = {}
        for row, fits in zip(log_probs, fitting, strict=True):
            probs = softmax(row + constants)
            groups.setdefault(fits.tobytes(), []).append(-np.log(probs[fits].sum()))
        photos = np.mean([np.mean(group) for group in groups.values()])
        return (
            photos
            - np.mean([np.log(softmax(row + constants)[k]) for row, k in zip(pictures, labels, strict=True)])
            + 0.01 * (constants**2).sum()
        )

    for direction in np.eye(10):
        assert loss(found) <= min(loss(found + 0.02 * direction), loss(found - 0.02 * direction))


@pytest.mark.parametrize(
    "facts",
    [{}, 5, *({"constants": values} for values in ([0.0] * 9, ["x"] * 10, [9.0] * 10, [np.nan] * 10))],
)
def test_what_is_no_constants_is_refused(facts):
    card = load_card("street")
    with pytest.raises(ModelError, match="no constants for the classes"):
        load_adjustment(replace(card, facts=card.facts | {"logit_adjustment": facts}))


def test_a_network_that_saw_no_photos_and_a_card_that_does_not_match_have_none():
    assert not load_adjustment(load_card("resnet")).any()
    street = load_card("street")
    assert np.abs(load_adjustment(street)).max() <= MAX_CONSTANT
    assert load_adjustment(street).any()
    assert not load_adjustment(replace(street, problem="The file is another.")).any()


def test_the_constants_are_added_to_the_log_probabilities_of_photos_alone():
    network, image = Network("street"), load_test().images[7]
    plain, adjusted = (predict_photo(network, image, adjusted=so) for so in (False, True))
    difference = np.log(adjusted.probs) - np.log(plain.probs)
    constants = load_adjustment(network.card)
    np.testing.assert_allclose(difference - difference.mean(), constants - constants.mean(), atol=1e-4)
    assert (plain.adjusted, adjusted.adjusted) == (False, True)
    np.testing.assert_array_equal(predict_photo(network, image, several=False).logits, predict(network, image).logits)


def test_a_product_picture_counts_as_the_data_sets_own_and_a_photo_does_not():
    name = next(iter(SAMPLES))
    photo = decode(jpeg(name))
    even = develop(photo)
    rgba = photo.rgba.copy()
    grain = cv2.resize(np.random.default_rng(0).normal(0, 25, (40, 40)), rgba.shape[1::-1])[..., None]
    rgba[..., :3] = np.clip(rgba[..., :3] + grain, 0, 255).astype(np.uint8)
    rough = develop(replace(photo, rgba=rgba))
    assert (even.even, rough.even) == (True, False)
    network = Network("street")
    assert predict_development(network, even)[1].adjusted is False
    assert predict_development(network, rough)[1].adjusted is True


def test_the_card_says_what_they_brought():
    facts = load_card("street").facts["logit_adjustment"]
    assert facts["penalty"] == logit_adjustment.PENALTY
    for photos in ("folds", "tuning"):
        for figure in ("right", "mean_of_kinds", "worst_kind"):
            assert facts[f"{photos}_after"][figure] > facts[f"{photos}_before"][figure]
