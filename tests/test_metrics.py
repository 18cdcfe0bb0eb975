import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as oracle

from fmnist_core import data
from fmnist_core.evaluation import metrics


@pytest.fixture(scope="module")
def guesses():
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 10, 700)
    logits = rng.normal(size=(700, 10)).astype(np.float32)
    logits[np.arange(700), labels] += 1.5
    return logits, labels


def test_scores_equal_scikit_learn(guesses):
    logits, labels = guesses
    result = metrics.evaluate(logits, labels)
    predicted = logits.argmax(axis=1)
    assert result.accuracy == oracle.accuracy_score(labels, predicted)
    assert np.array_equal(result.confusion, oracle.confusion_matrix(labels, predicted))
    expected = oracle.precision_recall_fscore_support(labels, predicted)
    ours = np.array([[s.precision, s.recall, s.f1, s.support] for s in result.per_class]).T
    np.testing.assert_allclose(ours, expected, atol=1e-12)


def test_class_that_is_never_predicted_scores_zero():
    logits = np.zeros((4, 10))
    logits[:, 2] = 1
    result = metrics.evaluate(logits, np.array([2, 2, 5, 5]))
    assert result.per_class[5].precision == result.per_class[5].recall == result.per_class[5].f1 == 0
    assert result.per_class[2].recall == 1


@given(st.integers(0, 400), st.integers(400, 500))
def test_wilson_interval_holds_the_share(successes, n):
    low, high = metrics.wilson_interval(successes, n)
    assert -1e-12 <= low <= successes / n + 1e-12
    assert successes / n - 1e-12 <= high <= 1 + 1e-12


def test_wilson_interval_of_a_known_case():
    assert metrics.wilson_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)  # Newcombe (1998)


def test_softmax_sums_to_one_and_never_overflows():
    probs = metrics.softmax(np.array([[1e4, -1e4, 0] + [0] * 7, range(10)]))
    np.testing.assert_allclose(probs.sum(axis=1), 1)
    assert probs[0, 0] == 1


def test_temperature_keeps_the_verdict_and_lowers_confidence():
    logits = np.random.default_rng(0).normal(size=(50, 10))
    cold, warm = metrics.softmax(logits), metrics.softmax(logits, 3.0)
    assert np.array_equal(cold.argmax(axis=1), warm.argmax(axis=1))
    assert (warm.max(axis=1) < cold.max(axis=1)).all()
    with pytest.raises(ValueError, match="positive"):
        metrics.softmax(logits, 0)


@pytest.mark.parametrize(
    ("logits", "labels"),
    [
        (np.zeros((3, 9)), np.zeros(3, int)),
        (np.zeros((3, 10)), np.zeros(2, int)),
        (np.zeros((0, 10)), np.zeros(0, int)),
        (np.zeros((1, 10)), np.array([10])),
        (np.zeros((1, 10)), np.array([-1])),
    ],
)
def test_what_does_not_fit_is_named(logits, labels):
    with pytest.raises(ValueError, match="received"):
        metrics.evaluate(logits, labels)


def test_no_trials_have_no_interval():
    with pytest.raises(ValueError, match="at least one"):
        metrics.wilson_interval(0, 0)


def test_confused_pairs_leave_out_the_diagonal():
    confusion = np.diag([90] * 10)
    confusion[6, 0], confusion[0, 6] = 7, 5
    assert metrics.confused_pairs(confusion) == [(6, 0, 7), (0, 6, 5)]
    assert data.class_name(6) == "Shirt"


@pytest.mark.parametrize(
    ("share", "digits", "words"),
    [(0, 1, "0.0%"), (1, 1, "100.0%"), (1 / 200, 0, "<1%"), (199 / 200, 0, ">99%"), (0.9995, 1, ">99.9%"),
     (0.0005, 1, "<0.1%"), (0.5, 0, "50%"), (1999 / 2000, 1, ">99.9%"), (0.0006, 1, "0.1%")],
)  # fmt: skip
def test_no_percentage_is_a_false_0_or_100(share, digits, words):
    assert metrics.percent(share, digits) == words
