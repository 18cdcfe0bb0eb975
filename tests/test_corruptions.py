import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from fmnist_core import Classifier, ModelError, load_card, load_test, network_names
from fmnist_core.evaluation.corruptions import (
    KINDS,
    blur,
    contrast,
    invert,
    noise,
    occlude,
    perturb,
    rotate,
    scale,
    shift,
)
from fmnist_core.evaluation.robustness import EVERY, breaking_curve, measure
from fmnist_core.networks import cards
from fmnist_core.networks.artifacts import load_corruption_accuracies, load_stored_logits

IMAGES = load_test().images[:40]
kinds = pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)


@kinds
def test_the_neutral_strength_is_the_identity(kind):
    assert np.array_equal(kind.apply(IMAGES, kind.neutral), IMAGES)
    assert kind.grid(21).count(0) == 1


@kinds
@given(data=st.data())
def test_any_strength_gives_pictures(kind, data):
    image = np.array(data.draw(st.lists(st.integers(0, 255), min_size=28, max_size=28)), np.uint8)
    image = np.broadcast_to(image, (28, 28)).copy()
    strength = data.draw(st.floats(kind.low, kind.high))
    changed = kind.apply(image, strength, data.draw(st.integers(0, 99)))
    assert changed.shape == (1, 28, 28)
    assert changed.dtype == np.uint8


@kinds
def test_a_batch_of_strengths_equals_one_at_a_time(kind):
    strengths = np.array([kind.at(step) for step in kind.grid(21)])
    together = kind.apply(IMAGES[3], strengths, 7)
    alone = [kind.apply(IMAGES[3], strength, 7)[0] for strength in strengths]
    assert np.array_equal(together, alone)
    assert (strengths[0], strengths[-1]) == (kind.low, kind.high)


@kinds
def test_bad_pictures_and_strengths_are_refused(kind):
    for bad in (IMAGES.astype(float), np.zeros((28, 27), np.uint8), np.zeros(784, np.uint8)):
        with pytest.raises(ValueError, match="expected uint8 pictures"):
            kind.apply(bad, kind.neutral)
    for bad in (np.nan, np.inf, np.ones((2, 2)), np.ones(7)):
        with pytest.raises(ValueError, match=r"expected (finite|one) strength"):
            kind.apply(IMAGES, bad)


@pytest.mark.parametrize("change", [blur, contrast, invert, noise, occlude, scale])
def test_a_strength_below_nothing_is_refused(change):
    with pytest.raises(ValueError, match="expected finite strengths"):
        change(IMAGES, -1)


@given(st.integers(-27, 27), st.integers(-27, 27))
def test_shifting_there_and_back_loses_only_what_left_the_frame(right, down):
    back = shift(shift(IMAGES, right, down), -right, -down)
    rows, columns = np.arange(28) + down, np.arange(28) + right
    stayed = ((rows >= 0) & (rows < 28))[:, None] & ((columns >= 0) & (columns < 28))
    assert np.array_equal(back, np.where(stayed, IMAGES, 0))


def test_rotating_by_right_angles_moves_pixels_and_mixes_none():
    assert np.array_equal(rotate(IMAGES, 90), np.rot90(IMAGES, -1, axes=(1, 2)))
    assert np.array_equal(rotate(IMAGES, 180), IMAGES[:, ::-1, ::-1])
    assert np.array_equal(rotate(IMAGES, 360), IMAGES)


@given(st.floats(-180, 180))
def test_rotating_equals_scipy(degrees):
    expected = ndimage.rotate(IMAGES[0].astype(float), -degrees, reshape=False, order=1, mode="grid-constant")
    assert np.abs(rotate(IMAGES[0], degrees)[0] - expected).max() <= 0.51


def test_scaling_by_two_keeps_the_middle():
    inner = np.zeros((28, 28), np.uint8)
    inner[10:18, 10:18] = 200
    assert (scale(inner, 0.5)[0] > 0).sum() < (inner > 0).sum() < (scale(inner, 2)[0] > 0).sum()


@given(st.floats(0.3, 3))
def test_blurring_equals_scipy(sigma):
    expected = ndimage.gaussian_filter(IMAGES[1].astype(float), sigma, mode="constant", truncate=12)
    assert np.abs(blur(IMAGES[1], sigma)[0] - expected).max() <= 0.51


def test_inverting_twice_is_the_identity():
    assert np.array_equal(invert(invert(IMAGES)), IMAGES)
    assert np.array_equal(invert(IMAGES), 255 - IMAGES)


def test_contrast_zero_leaves_one_grey():
    assert (np.ptp(contrast(IMAGES, 0), axis=(1, 2)) == 0).all()


def test_one_seed_gives_one_noise_and_one_square():
    for change, strength in ((noise, 30), (occlude, 9)):
        assert np.array_equal(change(IMAGES, strength, 3), change(IMAGES, strength, 3))
        assert not np.array_equal(change(IMAGES, strength, 3), change(IMAGES, strength, 4))


def test_noise_has_the_deviation_that_it_says():
    grey = np.full((200, 28, 28), 128, np.uint8)
    assert noise(grey, 20).std() == pytest.approx(20, rel=0.02)


@given(st.integers(0, 28), st.integers(0, 99))
def test_a_cover_hides_at_most_its_square(side, seed):
    white = np.full((28, 28), 255, np.uint8)
    hidden = occlude(white, side, seed)[0] == 0
    assert hidden.sum() <= side * side
    if side <= 14:
        assert hidden.sum() == side * side


def test_several_changes_come_in_the_order_of_the_kinds():
    both = perturb(IMAGES[0], {"invert": 100, "rotate": 30})
    assert np.array_equal(both, invert(rotate(IMAGES[0], 30))[0])
    assert np.array_equal(perturb(IMAGES[0], {}), IMAGES[0])


def brightness(images):
    """Logits of a network that sees bags in the dark and trousers in the light."""
    logits = np.zeros((len(images), 10))
    logits[:, 1], logits[:, 8] = images.mean(axis=(1, 2)), 100.5
    return logits


def test_the_curve_marks_the_first_flip_in_each_direction():
    dark = np.full((28, 28), 64, np.uint8)
    curve = breaking_curve(brightness, dark, KINDS["invert"])
    assert curve.predicted[curve.start] == 8
    # 64 + p / 100 * 127 passes 100.5 first at 29 per cent
    assert curve.flips == (29,)
    assert curve.predicted[29] == 1
    assert curve.smallest_change == 29


def test_no_flip_in_range_is_none():
    black = np.zeros((28, 28), np.uint8)
    kind = KINDS["rotate"]
    curve = breaking_curve(brightness, black, kind)
    assert curve.flips == ()
    assert curve.smallest_change is None


@kinds
def test_the_smallest_change_fools_and_one_step_less_does_not(kind):
    classifier, image = Classifier(load_card("tiny").tflite), load_test().images[4093]
    curve = breaking_curve(classifier.bulk_logits, image, kind, 1)
    strength = curve.smallest_change
    verdict = classifier.logits(image[None])[0].argmax()
    if strength is None:
        assert (curve.predicted == verdict).all()
        return
    less = kind.at(round((strength - kind.neutral) / kind.step) - (1 if strength > kind.neutral else -1))
    assert classifier.logits(kind.apply(image, strength, 1))[0].argmax() != verdict
    assert classifier.logits(kind.apply(image, less, 1))[0].argmax() == verdict


@pytest.mark.parametrize("name", network_names())
def test_the_stored_averages_begin_at_the_accuracy_on_unchanged_pictures(name):
    card = load_card(name)
    averages, labels = load_corruption_accuracies(card), load_test().labels[::EVERY]
    accuracy = (load_stored_logits(card).test[::EVERY].argmax(axis=1) == labels).mean()
    assert averages.n == len(labels) == 2_000
    for kind in KINDS.values():
        strengths, accuracies = averages.curves[kind.name]
        assert strengths.tolist() == [kind.at(step) for step in kind.grid(21)]
        assert accuracies[strengths.tolist().index(kind.neutral)] == pytest.approx(accuracy, abs=1e-3)


def test_averages_are_measured_again():
    card, test = load_card("linear"), load_test()
    logits_of = Classifier(card.tflite).bulk_logits
    stored = load_corruption_accuracies(card).curves
    for kind, _, accuracies in measure(logits_of, test.images[::EVERY], test.labels[::EVERY]):
        assert np.abs(accuracies - stored[kind.name][1]).max() <= 1e-3


def test_another_networks_averages_are_not_used(tmp_path):
    for path in cards.MODELS.iterdir():
        if path.is_file():
            shutil.copy(path, tmp_path)
    shutil.copy(tmp_path / "cnn.stress.npz", tmp_path / "mlp.stress.npz")
    with pytest.raises(ModelError, match="another network"):
        load_corruption_accuracies(load_card("mlp", tmp_path))
    (tmp_path / "mlp.stress.npz").unlink()
    with pytest.raises(ModelError, match="missing"):
        load_corruption_accuracies(load_card("mlp", tmp_path))
