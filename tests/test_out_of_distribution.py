import shutil
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from fmnist_core import Classifier, ModelError, data, load_card, load_test, load_train, network_names
from fmnist_core.commands.arguments import UsageError
from fmnist_core.commands.gallery import renew
from fmnist_core.networks import manifest
from fmnist_core.networks.artifacts import load_gallery
from fmnist_core.networks.cards import MODELS
from fmnist_core.photos import out_of_distribution, unlikeness
from fmnist_core.photos.ood_pictures import KINDS, household_pictures, ood_pictures
from fmnist_core.photos.unlikeness import load_unlikeness
from fmnist_core.training.recipes import RECIPES
from tests.drivers import needed


@pytest.fixture(scope="module")
def outside():
    """The pictures of every kind that the cards' figures are of."""
    return ood_pictures("figure")


def test_a_gallery_picture_is_no_news():
    card = load_card("cnn")
    gallery = load_gallery(card)
    scores = out_of_distribution.novelty(gallery, gallery.features[:40])
    assert scores == pytest.approx(np.zeros(40), abs=1e-3)


def test_auroc_equals_its_oracle():
    rng = np.random.default_rng(0)
    inside, outside = rng.normal(0, 1, 300).round(1), rng.normal(1, 1, 200).round(1)
    labels = np.r_[np.zeros(300), np.ones(200)]
    assert out_of_distribution.auroc(inside, outside) == pytest.approx(roc_auc_score(labels, np.r_[inside, outside]))
    with pytest.raises(ValueError, match="both sides"):
        out_of_distribution.auroc(inside, np.array([]))


def test_features_of_another_length_are_refused():
    with pytest.raises(ValueError, match="expected features"):
        out_of_distribution.novelty(load_gallery(load_card("cnn")), np.zeros((2, 3)))


def test_the_sets_are_fixed_and_differ():
    first, again = ood_pictures("figure", 5), ood_pictures("figure", 5)
    other = ood_pictures("tuning", 5)
    for kind in KINDS:
        assert np.array_equal(first[kind], again[kind])
        assert not np.array_equal(first[kind], other[kind])
        assert first[kind].shape == (5, 28, 28)
    with pytest.raises(ValueError, match="purpose"):
        ood_pictures("test")


@pytest.mark.parametrize("name", network_names())
def test_the_card_tells_the_truth(name, heldout, outside):
    card = load_card(name)
    gallery, classifier = load_gallery(card), Classifier(card.tflite)
    stated = card.facts["novelty"]
    assert stated["gallery_sha256"] == data.file_hash(card.folder / "gallery.npz")

    def scores(images):
        return out_of_distribution.novelty(gallery, classifier.features(images))

    assert (scores(heldout.images) > stated["threshold"]).mean() == pytest.approx(stated["false_alarm_rate"], abs=1e-3)
    inside = scores(load_test().images)
    assert (inside > stated["threshold"]).mean() == pytest.approx(stated["test_refused"], abs=5e-4)
    assert stated["test_refused"] <= 0.05
    for kind in KINDS:
        assert out_of_distribution.auroc(inside, scores(outside[kind])) == pytest.approx(
            stated["auroc_by_kind"][kind], abs=2e-3
        )
    if "unlikeness" in card.facts:  # it answers by its probe, and the distance stands on the card for comparison
        probe = load_unlikeness(card, gallery)
        inside = probe.scores(classifier, gallery, load_test().images)
        for kind in KINDS:
            assert out_of_distribution.auroc(inside, probe.scores(classifier, gallery, outside[kind])) >= 0.97
    else:
        assert stated["auroc"] >= 0.95


def test_a_card_without_a_threshold_says_so():
    card = load_card("cnn")
    bare = type(card)(card.name, {k: v for k, v in card.facts.items() if k != "novelty"}, card.folder, None)
    with pytest.raises(ModelError, match="no threshold"):
        out_of_distribution.threshold(bare, load_gallery(card))


def test_a_threshold_of_another_gallery_is_not_used():
    card = load_card("cnn")
    gallery = load_gallery(card)
    assert out_of_distribution.threshold(card, gallery) == card.facts["novelty"]["threshold"]
    with pytest.raises(ModelError, match="another gallery"):
        out_of_distribution.threshold(card, replace(gallery, sha256="0" * 64))


def test_the_probe_of_photos_refuses_as_many_held_out_pictures_as_its_card_says(heldout):
    card = load_card("street")
    gallery, classifier = load_gallery(card), Classifier(card.tflite, threads=2)
    probe = load_unlikeness(card, gallery)
    scores = probe.scores(classifier, gallery, heldout.images)
    assert scores.min() >= 0
    assert scores.max() <= 1
    assert (scores > probe.threshold).mean() == pytest.approx(card.facts["unlikeness"]["heldout_refused"], abs=1e-3)
    things = household_pictures(40, seed=99)  # none that it learned from
    assert (probe.scores(classifier, gallery, things) > probe.threshold).mean() > 0.9


def probe_examples(garments, things, rare=0):
    """Garments, the last `rare` of them of a kind of their own, and things."""
    kinds = ["garment"] * (len(garments) - rare) + ["rare"] * rare + ["thing"] * len(things)
    images = np.concatenate([garments, things])
    return unlikeness.Examples(images, np.array(kinds), np.arange(len(images)) >= len(garments))


def test_the_threshold_for_photos_is_that_of_photos_the_network_had_not_seen(heldout):
    classifier = Classifier(load_card("street").tflite, threads=2)
    train, things = load_train().images, household_pictures(120)
    learned = probe_examples(train[:300], things[:60])
    folds = [
        unlikeness.fold(classifier, learned, heldout.images[k : k + 100], things[60 + k // 4 :][:20]) for k in (0, 100)
    ]
    examples = probe_examples(train[300:600], things[:100])
    probe, facts = unlikeness.fit(classifier, examples, heldout.images[1000:1400], folds)
    assert (facts["folds"], facts["photos"]) == (2, 200)
    assert facts["photos_refused"] <= unlikeness.MAX_REFUSED["photos"]
    assert facts["heldout_refused"] <= unlikeness.MAX_REFUSED["heldout"]
    assert facts["auroc"] == max(facts["auroc_by_inverse_penalty"].values()) > 0.95
    assert facts["auroc"] == facts["auroc_by_inverse_penalty"][str(facts["inverse_penalty"])]
    # Had the network been less sure of what it had not seen, more would have to be let pass.
    less_sure = [replace(part, inside=np.concatenate([part.inside, part.outside[:10]])) for part in folds]
    wider, _ = unlikeness.fit(classifier, examples, heldout.images[1000:1400], less_sure)
    assert wider.threshold > probe.threshold
    told = unlikeness.check(probe, classifier, heldout.images[2000:2100], household_pictures(20, seed=5))
    assert told["tuning_photos"] == 100
    assert 0 <= told["tuning_photos_refused"] < 0.2
    assert told["tuning_auroc"] > 0.95


def test_to_the_probe_every_kind_of_either_side_counts_alike():
    blank = np.zeros((100, 28, 28), np.uint8)
    examples = probe_examples(blank[:60], blank[60:], rare=6)
    weights = examples.weights
    assert weights.mean() == pytest.approx(1)
    assert weights[examples.kinds == "rare"].sum() == pytest.approx(weights[examples.kinds == "garment"].sum())
    assert weights[examples.is_thing].sum() == pytest.approx(weights[~examples.is_thing].sum())


@pytest.mark.parametrize("weights", [None, [0.5] * 11, ["x"] * 108, [float("nan")] * 108])
def test_a_probe_that_is_none_is_a_sentence(weights):
    card = load_card("street")
    facts = card.facts | {"unlikeness": {"threshold": 0.5, "weights": weights}}
    with pytest.raises(ModelError, match="holds no probe"):
        load_unlikeness(replace(card, facts=facts), load_gallery(card))


def test_what_was_trained_by_another_recipe_keeps_its_card(monkeypatch, tmp_path):
    needed("tensorflow")
    for name in ("street.json", "street.tflite", manifest.NAME):
        shutil.copy(MODELS / name, tmp_path)
    before = (tmp_path / "street.json").read_bytes()
    monkeypatch.setitem(RECIPES, "street", replace(RECIPES["street"], epochs=5))
    with pytest.raises(UsageError, match="another recipe"):
        renew("street", tmp_path)
    assert (tmp_path / "street.json").read_bytes() == before
