"""Learning from photos: the loss for what fits, what a step draws, and what is said when the photos are missing."""

from dataclasses import replace

import numpy as np
import pytest

from fmnist_core.__main__ import main
from fmnist_core.photos.normalisation import DARKEST, cloth_brightness
from fmnist_core.photos.ood_pictures import household_pictures
from fmnist_core.training.recipes import RECIPES
from tests.drivers import needed

tf = needed("tensorflow")
training = needed("fmnist_core.training.photos")
loop = needed("fmnist_core.training.loop")
stored = needed("fmnist_core.training.stored")


def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def test_the_loss_is_the_logarithm_of_what_the_fitting_classes_get_together():
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (6, 10)).astype(np.float32)
    fitting = np.zeros((6, 10), np.float32)
    fitting[:, 2] = fitting[::2, 4] = 1
    probs = softmax(logits.astype(np.float64))
    expected = -np.log((probs * fitting).sum(axis=1)).mean()
    assert float(training.set_loss(tf.constant(fitting), tf.constant(logits), 0.5)) == pytest.approx(expected, rel=1e-4)


def test_what_fits_nothing_asks_for_no_opinion():
    nothing = tf.zeros((3, 10))
    level, sure = tf.zeros((3, 10)), tf.constant(np.eye(10, dtype=np.float32)[:3] * 8)
    assert float(training.set_loss(nothing, level, 1.0)) == pytest.approx(np.log(10), rel=1e-4)
    assert float(training.set_loss(nothing, sure, 1.0)) > 2 * np.log(10)
    assert float(training.set_loss(nothing, sure, 0.5)) == pytest.approx(
        0.5 * float(training.set_loss(nothing, sure, 1.0))
    )


def test_a_step_draws_the_same_photos_again_and_rare_kinds_more_often_than_their_share():
    kinds = np.array(["t-shirt"] * 90 + ["hat"] * 10)
    fitting = np.zeros((100, 10), np.float32)
    fitting[:90, 0] = 1
    images = np.arange(100, dtype=np.uint8)[:, None, None, None] * np.ones((1, 3, 28, 28), np.uint8)
    views = training.PhotoViews(training.Developed(images, fitting, kinds, np.zeros(100, int)))
    recipe = RECIPES["street"]
    first, again, other = (views.batch(recipe, moment) for moment in (5, 5, 6))
    assert np.array_equal(first[0], again[0])
    assert not np.array_equal(first[0], other[0])
    assert first[0].shape == (recipe.photos, 28, 28, 1)
    drawn = np.concatenate([views.batch(recipe, moment)[1][recipe.outliers :].max(axis=1) for moment in range(40)])
    # A kind is drawn as the fourth root of its number: 37 % here, where the rare kind's share is a tenth.
    assert (drawn == 0).mean() == pytest.approx(10**0.25 / (10**0.25 + 90**0.25), abs=0.05)


def test_the_first_pictures_of_a_step_are_other_things_and_fit_nothing():
    photos = training.Developed(
        np.full((5, 2, 28, 28), 7, np.uint8),
        np.eye(10, dtype=np.float32)[:5],
        np.array(["dress"] * 5),
        np.zeros(5, int),
    )
    recipe = RECIPES["street"]
    images, fitting = training.PhotoViews(photos).batch(recipe, 0)
    assert 0 < recipe.outliers < recipe.photos
    assert not fitting[: recipe.outliers].any()
    assert (fitting[recipe.outliers :].sum(axis=1) == 1).all()
    assert [(image == 7).all() for image in images] == [k >= recipe.outliers for k in range(recipe.photos)]


def test_a_fold_that_is_left_out_is_never_drawn():
    images = np.arange(1, 101, dtype=np.uint8)[:, None, None, None] * np.ones((1, 3, 28, 28), np.uint8)
    fitting = np.eye(10, dtype=np.float32)[np.arange(100) % 10]
    photos = training.Developed(images, fitting, np.array(["dress"] * 100), np.arange(100) % 4)
    assert photos.without(-1).images.shape == images.shape
    recipe = replace(RECIPES["street"], outliers=0, left_out=2)
    views = training.PhotoViews(photos.without(recipe.left_out))
    drawn = {int(image.max()) - 1 for moment in range(20) for image in views.batch(recipe, moment)[0]}
    assert {number % 4 for number in drawn} == {0, 1, 3}


def test_what_a_network_starts_from_has_not_seen_the_photos_that_it_leaves_out():
    recipe = replace(RECIPES["street"], left_out=2)
    assert recipe.start == replace(RECIPES["street-base"], left_out=2)
    assert recipe.start.start == RECIPES["resnet-student"]  # which has seen no photo at all
    assert RECIPES["resnet-student"].start is None
    folds = [stored.digest(replace(RECIPES["street"], left_out=fold)) for fold in range(-1, 4)]
    assert len(set(folds)) == 5


def test_what_is_made_of_the_weights_in_the_end_is_no_part_of_the_run():
    recipe = RECIPES["street"]
    others = [replace(recipe, blend=0.3), replace(recipe, blends_with="tiny")]
    assert {stored.run_folder(other) for other in others} == {stored.run_folder(recipe)}
    assert len({stored.digest(other) for other in [*others, recipe]}) == 3
    assert stored.run_folder(replace(recipe, warp=1.0)) != stored.run_folder(recipe)


def test_what_was_learned_is_blended_with_the_network_that_the_recipe_names(tmp_path, monkeypatch):
    monkeypatch.setenv("FMNIST_RUNS", str(tmp_path))
    recipe = replace(RECIPES["linear"], starts_from="linear", blend=0.25)
    shipped = loop.finished(RECIPES["linear"]).get_weights()
    other = loop.architectures.linear()
    monkeypatch.setitem(RECIPES, "other", replace(RECIPES["linear"], name="other"))
    finished = loop.finished
    monkeypatch.setattr(loop, "finished", lambda r, *rest: other if r.name == "other" else finished(r, *rest))
    for blends_with, rest in (("", shipped), ("other", other.get_weights())):
        run = loop.Run(replace(recipe, blends_with=blends_with), [], print)
        for mean in run.average:
            mean.assign(np.full(mean.shape, 8.0, np.float32))
        for weight, part in zip(run.blended(), rest, strict=True):
            assert np.allclose(weight, 2 + 0.75 * part)
        assert all(np.allclose(a, b) for a, b in zip(run.model.get_weights(), shipped, strict=True))


def test_household_things_are_pictures_as_photos_are_developed_and_differ():
    things = household_pictures(40)
    assert things.shape == (40, 28, 28)
    assert things.dtype == np.uint8
    assert len({thing.tobytes() for thing in things}) == 40
    assert all(thing.max() > 200 and (thing == 0).mean() > 0.1 for thing in things)
    assert np.array_equal(things, household_pictures(40))


def test_train_street_says_what_it_needs(monkeypatch, tmp_path, capsys):
    monkeypatch.delenv("FMNIST_PHOTOS_DIR", raising=False)
    monkeypatch.setenv("FMNIST_RUNS", str(tmp_path))
    assert main(["train", "street", "--output", str(tmp_path)]) == 1
    assert "FMNIST_PHOTOS_DIR must name a folder of photos" in capsys.readouterr().err


def test_cloth_stays_in_sight_whatever_its_shade():
    mask = np.zeros((40, 40), bool)
    mask[10:30, 10:30] = True
    for shade in (10, 128, 245):
        grey = np.full((40, 40), 200.0)
        grey[mask] = shade
        assert (cloth_brightness(grey, mask, negated=True)[mask] > 0.9).all()
    stripes = np.where(np.arange(40) % 4 < 2, 30.0, 220.0)[None] * np.ones((40, 1))
    values = cloth_brightness(stripes, mask, negated=True)[mask]
    assert values.max() == pytest.approx(1, abs=0.01)
    assert values.min() == pytest.approx(DARKEST, abs=0.05)


def test_a_warped_picture_keeps_its_place_and_without_degrees_itself():
    from fmnist_core.training.augmentation import warp

    picture = np.zeros((64, 28, 28, 1), np.float32)
    picture[:, 6:22, 10:18] = 200
    same = warp(tf.constant(picture), tf.constant([0, 1]), 0.0).numpy()
    assert np.abs(same - picture).max() < 0.5
    turned = warp(tf.constant(picture), tf.constant([0, 1]), 7.0).numpy()
    rows = (turned[..., 0].sum(axis=2) * np.arange(28)).sum(axis=1) / turned[..., 0].sum(axis=(1, 2))
    assert np.abs(rows - 13.5).mean() < 2
    assert np.abs(turned - picture).mean() > 3
    assert np.array_equal(turned, warp(tf.constant(picture), tf.constant([0, 1]), 7.0).numpy())
