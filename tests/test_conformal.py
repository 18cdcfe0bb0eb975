import numpy as np
import pytest

from fmnist_core import Network, Prediction, load_card, load_stored_logits, load_test, softmax
from fmnist_core.evaluation import conformal
from fmnist_core.evaluation.results import Results
from fmnist_core.networks import cards


def draw(rng, n):
    """Return probabilities of an imperfect network, and labels that do not follow them exactly."""
    labels = rng.integers(0, 10, n)
    logits = rng.normal(size=(n, 10)) * 1.5
    logits[np.arange(n), labels] += 2.5
    return softmax(logits), labels


@pytest.mark.parametrize("level", [0.8, 0.9, 0.95, 0.99])
def test_fresh_pictures_are_covered_as_promised(level):
    rng = np.random.default_rng(7)
    covered = []
    for _ in range(200):
        probs, labels = draw(rng, 300)
        fresh, truth = draw(rng, 300)
        sets = conformal.prediction_sets(fresh, conformal.threshold(probs, labels, level))
        covered.append(sets[np.arange(300), truth].mean())
    error = np.std(covered) / np.sqrt(len(covered))
    assert level - 4 * error <= np.mean(covered) <= level + 1 / 301 + 4 * error


def test_each_class_is_covered_with_a_threshold_of_its_own():
    rng = np.random.default_rng(8)
    probs, labels = draw(rng, 40_000)
    fresh, truth = draw(rng, 40_000)
    for scores, true in ((probs, labels), (fresh, truth)):  # one class is harder: it often loses to its neighbour
        harder = (true == 6) & (rng.random(len(true)) < 0.4)
        scores[harder, 6], scores[harder, 7] = scores[harder, 7], scores[harder, 6].copy()
    one = conformal.prediction_sets(fresh, conformal.threshold(probs, labels, 0.9))
    each = conformal.prediction_sets(fresh, conformal.class_thresholds(probs, labels, 0.9))
    assert conformal.report(one, truth, 0.9, 40_000).by_class[6] < 0.8
    assert conformal.report(each, truth, 0.9, 40_000).by_class == pytest.approx([0.9] * 10, abs=0.025)


def test_the_threshold_is_the_kth_smallest_score():
    probs = np.full((99, 10), 0.0)
    probs[:, 0] = 1 - np.arange(1, 100) / 100
    labels = np.zeros(99, int)
    assert conformal.threshold(probs, labels, 0.9) == pytest.approx(0.90)  # k = ceil(100 * 0.9) = 90
    assert conformal.threshold(probs, labels, 0.995) == float("inf")


def test_a_level_of_one_is_refused():
    with pytest.raises(ValueError, match="between 0 and 1"):
        conformal.threshold(np.full((3, 10), 0.1), np.zeros(3, int), 1.0)


def test_report_counts():
    sets = np.zeros((4, 10), bool)
    sets[0, 3] = sets[1, 3] = sets[1, 4] = sets[2, 5] = True
    found = conformal.report(sets, np.array([3, 4, 6, 6]), 0.9, 100)
    assert found.coverage == 0.5
    assert found.mean_size == 1.0
    assert found.sizes[:3].tolist() == [1, 2, 1]
    assert found.by_class[[3, 4, 6]].tolist() == [1, 1, 0]
    assert np.isnan(found.by_class[0])
    assert found.standard_error == pytest.approx(np.sqrt(0.09 * (1 / 4 + 1 / 100)))
    assert found.shifted


@pytest.mark.parametrize("name", cards.network_names())
def test_the_networks_sets_are_near_their_promise(name):
    card = load_card(name)
    stored = load_stored_logits(card)
    probs = softmax(stored.heldout, card.temperature)
    for level in (0.9, 0.95, 0.99):
        sets = conformal.prediction_sets(
            softmax(stored.test, card.temperature), conformal.threshold(probs, stored.heldout_labels, level)
        )
        assert abs(conformal.report(sets, load_test().labels, level, 5000).coverage - level) < 0.03


@pytest.mark.parametrize("level", [0.8, 0.9, 0.95])
def test_sets_with_the_top_class_are_never_empty_and_keep_the_promise(level):
    rng = np.random.default_rng(9)
    covered, plain = [], []
    for _ in range(100):
        probs, labels = draw(rng, 300)
        fresh, truth = draw(rng, 300)
        limit = conformal.threshold(probs, labels, level)
        without, sets = conformal.prediction_sets(fresh, limit), conformal.prediction_sets(fresh, limit, True)
        assert sets.any(axis=1).all()
        assert not (without & ~sets).any()
        assert (sets.sum(axis=1) == np.maximum(without.sum(axis=1), 1)).all()
        covered.append(sets[np.arange(300), truth].mean())
        plain.append(without[np.arange(300), truth].mean())
    assert np.mean(covered) >= max(level - 4 * np.std(covered) / 10, np.mean(plain))


@pytest.mark.parametrize("name", cards.network_names())
def test_no_test_picture_has_an_empty_set_on_predict(name):
    network = Network(name)
    stored, labels = network.stored_logits, load_test().labels
    results = Results(stored.test, labels, stored.heldout, stored.heldout_labels, network.card.temperature)
    for level in (0.8, 0.95):
        found = results.prediction_sets(level, at_least_top=True)
        assert found.sizes[0] == 0
        assert found.coverage >= results.prediction_sets(level).coverage
        unsure = int(results.probs.max(axis=1).argmin())
        one = Prediction(load_test().images[unsure], None, "", network, stored.test[unsure]).prediction_set(level)
        assert one[results.predicted[unsure]]
