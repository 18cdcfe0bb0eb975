import numpy as np
import pytest

from fmnist_core.evaluation import calibration
from fmnist_core.evaluation.calibration import fit_temperature
from fmnist_core.evaluation.metrics import softmax


def sample(true_temperature: float, n: int = 40_000):
    """Logits whose labels are drawn with the probabilities that a known temperature gives."""
    rng = np.random.default_rng(1)
    logits = rng.normal(scale=3, size=(n, 10))
    cumulative = softmax(logits, true_temperature).cumsum(axis=1)
    labels = (rng.random((n, 1)) > cumulative).sum(axis=1).clip(max=9)
    return logits, labels


@pytest.mark.parametrize("true_temperature", [0.6, 1.0, 2.5])
def test_the_temperature_that_made_the_labels_is_found(true_temperature):
    assert fit_temperature(*sample(true_temperature)) == pytest.approx(true_temperature, rel=0.03)


def test_likelihood_is_least_at_the_fitted_temperature():
    logits, labels = sample(1.7, 2000)
    best = fit_temperature(logits, labels)

    def loss(t):
        return -np.log(softmax(logits, t)[np.arange(len(labels)), labels]).mean()

    assert loss(best) < min(loss(best * 1.02), loss(best / 1.02))


def test_perfect_separation_stays_finite():
    logits = np.eye(10) * 5
    assert 0.04 < fit_temperature(logits, np.arange(10)) < 21


def labelled(seed=3, n=4000):
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(n, 10)) * 2
    probs = softmax(logits)
    labels = np.array([rng.choice(10, p=p) for p in probs])
    return logits, probs, labels


def test_scores_equal_scikit_learn_s():
    from sklearn.metrics import brier_score_loss, log_loss

    _, probs, labels = labelled()
    assert calibration.log_losses(probs, labels).mean() == pytest.approx(log_loss(labels, probs, labels=range(10)))
    expected = brier_score_loss(labels, probs, labels=list(range(10)), scale_by_half=False)
    assert calibration.brier_scores(probs, labels).mean() == pytest.approx(expected)


def test_reliability_equals_scikit_learn_s_curve():
    from sklearn.calibration import calibration_curve

    _, probs, labels = labelled()
    found = calibration.reliability(probs, labels)
    top, right = probs.max(axis=1), probs.argmax(axis=1) == labels
    accuracy, confidence = calibration_curve(right, top, n_bins=15)
    full = found.counts > 0
    assert found.accuracy[full] == pytest.approx(accuracy)
    assert found.confidence[full] == pytest.approx(confidence)
    by_hand = sum(c / len(top) * abs(a - b) for c, a, b in zip(found.counts[full], accuracy, confidence, strict=True))
    assert found.ece == pytest.approx(by_hand)


def test_a_calibrated_network_is_at_the_noise_floor_and_a_bold_one_is_not():
    logits, probs, labels = labelled()
    honest = calibration.calibration_scores(probs, labels, resamples=100)
    assert honest.ece.value < 2 * honest.noise_floor
    assert honest.ece.low == 0 <= honest.ece.value <= honest.ece.high
    assert honest.nll.low < honest.nll.value < honest.nll.high
    assert honest.brier.low < honest.brier.value < honest.brier.high
    bold = calibration.calibration_scores(softmax(logits * 2), labels, resamples=100)
    assert bold.ece.value > 5 * bold.noise_floor
    assert 0 < bold.ece.low < bold.ece.value < bold.ece.high


def test_abstaining_counts_the_answered():
    _, probs, labels = labelled()
    found = calibration.abstain(probs, labels, 0.8)
    sure = probs.max(axis=1) >= 0.8
    assert found.answered + found.refused == len(labels)
    assert found.accuracy == pytest.approx((probs.argmax(axis=1) == labels)[sure].mean())
    assert np.isnan(calibration.abstain(probs, labels, 1.1).accuracy)


def test_the_threshold_for_an_accuracy_reaches_it():
    _, probs, labels = labelled()
    level = calibration.threshold_for_accuracy(probs, labels, 0.9)
    assert calibration.abstain(probs, labels, level).accuracy >= 0.9
    lower = np.sort(probs.max(axis=1))
    below = lower[np.searchsorted(lower, level) - 1]
    assert calibration.abstain(probs, labels, below).accuracy < 0.9
    assert calibration.threshold_for_accuracy(probs, (probs.argmax(axis=1) + 1) % 10, 0.5) is None
