"""A class's numbers equal those of scikit-learn, and of independent formulas."""

from collections import Counter
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as oracle

from fmnist_core import load_card, load_stored_logits, load_test, softmax
from fmnist_core.classroom import decks, statistics
from fmnist_core.classroom.activities import TITLES, from_text, to_text
from fmnist_core.classroom.lesson import MINUTES, own_lesson, ready_lesson
from fmnist_core.classroom.statistics import Advice


@pytest.fixture(scope="module")
def answers():
    """Labels, choices and confidences of 400 answers."""
    rng = np.random.default_rng(5)
    labels = rng.integers(0, 10, 400)
    choices = np.where(rng.random(400) < 0.6, labels, rng.integers(0, 10, 400))
    return labels, choices, rng.choice([0.5, 0.75, 0.95], 400)


@pytest.fixture(scope="module")
def network():
    card = load_card("resnet")
    return softmax(load_stored_logits(card).test, card.temperature), load_test().labels


def wilson(right, n):
    """The two roots of (p - right/n)^2 = z^2 p (1 - p) / n, solved as a quadratic."""
    z2 = 1.959963984540054**2
    a, b, c = 1 + z2 / n, -(2 * right / n + z2 / n), (right / n) ** 2
    root = sqrt(b * b - 4 * a * c)
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


def test_a_contest_equals_scikit_learn_and_the_quadratic_of_wilson(answers):
    labels, choices, confidences = answers
    probs = statistics.as_probabilities(choices, confidences)
    found = statistics.contest(probs, labels)
    assert found.right.share == oracle.accuracy_score(labels, choices)
    assert found.right.interval == pytest.approx(wilson(found.right.right, 400), abs=1e-6)
    assert np.array_equal(found.confusion, oracle.confusion_matrix(labels, choices, labels=range(10)))
    by_scikit_learn = oracle.brier_score_loss(labels, probs, labels=list(range(10)), scale_by_half=False)
    assert found.brier == pytest.approx(by_scikit_learn)
    by_hand = np.mean([sum((p[k] - (k == t)) ** 2 for k in range(10)) for p, t in zip(probs, labels, strict=True)])
    assert found.brier == pytest.approx(by_hand)


def test_reliability_bands_hold_what_was_said(answers):
    labels, choices, confidences = answers
    bands = statistics.contest(statistics.as_probabilities(choices, confidences), labels).bands
    for band, said in zip(bands, (0.5, 0.75, 0.95), strict=True):
        own = confidences == said
        assert band.confidence == pytest.approx(said)
        assert (band.right.right, band.right.n) == ((labels == choices)[own].sum(), own.sum())


def test_probabilities_of_people_add_up_to_one_and_keep_their_choice(answers):
    _, choices, confidences = answers
    probs = statistics.as_probabilities(choices, confidences)
    np.testing.assert_allclose(probs.sum(axis=1), 1)
    assert np.array_equal(probs.argmax(axis=1), choices)
    assert np.array_equal(probs.max(axis=1), confidences)


def test_a_contest_without_answers_says_nothing():
    found = statistics.contest(np.zeros((0, 10)), np.zeros(0, int))
    assert found.right.n == 0
    assert np.isnan([found.right.share, *found.right.interval, found.brier]).all()


def test_the_majority_of_three_equals_a_vote_counted_by_hand(answers):
    labels, choices, _ = answers
    questions = np.repeat(np.arange(40), 10)
    truth = np.repeat(labels[:40], 10)
    found = statistics.majority_of_three(questions, choices, truth, seed=3)
    rng, right = np.random.default_rng(3), 0
    for question in range(40):
        order = rng.permutation(range(10 * question, 10 * question + 10))
        for k in range(0, 9, 3):
            votes = [choices[i] for i in order[k : k + 3]]
            right += Counter(votes).most_common(1)[0][0] == truth[10 * question]  # equals in the order of arrival
    assert (found.right, found.n) == (right, 120)


def test_two_answers_are_no_majority():
    assert statistics.majority_of_three(np.array([0, 0]), np.array([1, 1]), np.array([1, 1]), 0).n == 0


@given(st.lists(st.integers(0, 9), max_size=50))
def test_a_histogram_counts_every_answer_once(choices):
    counts = statistics.histogram(np.array(choices, int))
    assert counts.tolist() == [choices.count(k) for k in range(10)]


def test_a_choice_outside_the_options_is_refused():
    with pytest.raises(ValueError, match=r"0\.\.3, received 1\.\.4"):
        statistics.histogram(np.array([1, 4]), 4)


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0, Advice.EXPLAIN), (0.299, Advice.EXPLAIN), (0.3, Advice.DISCUSS), (0.8, Advice.DISCUSS), (0.81, Advice.GO_ON)],
)
def test_the_advice_follows_the_share_right(share, expected):
    assert statistics.advice(share) is expected


def test_the_nearest_guess_is_found():
    assert statistics.nearest(np.array([10.0, 44.0, 50.0]), 46) == 1
    assert statistics.nearest(np.array([10.0]), None) is None
    assert statistics.nearest(np.array([]), 3) is None


def test_decks_hold_what_they_promise(network):
    probs, labels = network
    for picture in decks.sure_mistakes(probs, labels, 8, 1):
        assert probs[picture].argmax() != labels[picture]
        assert probs[picture].max() >= 0.95
    for picture in decks.divisive_pictures(probs, labels, 8, 1):
        first, second = np.argsort(-probs[picture])[:2]
        assert labels[picture] in (first, second)
        assert probs[picture, second] > 0.25
    easy = decks.easy_pictures(probs, labels, 10, 1)
    assert sorted(labels[list(easy)]) == list(range(10))
    assert len(set(decks.random_pictures(100, 4))) == 100
    with pytest.raises(ValueError, match="expected 9999 such pictures"):
        decks.sure_mistakes(probs, labels, 9999, 1)


@pytest.mark.parametrize(
    "text", ["", "1.", "a", "1.10000", "5.5", "-1", "1,2", ".".join(map(str, range(61))), "1" * 999]
)
def test_a_deck_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match=r"index must be|deck has"):
        decks.read_deck(text)


def test_a_deck_comes_back_from_its_address():
    deck = tuple(range(9940, 10000))
    assert decks.read_deck(decks.write_deck(deck)) == deck


def test_the_ready_lesson_takes_forty_five_minutes_and_has_every_activity(network):
    plan = ready_lesson(*network, seed=7)
    assert sum(activity.minutes for activity in plan) == MINUTES
    assert {activity.kind for activity in plan} == set(TITLES)
    assert plan == ready_lesson(*network, seed=7) != ready_lesson(*network, seed=8)
    assert from_text(to_text(plan)) == plan
    assert (plan[0].detail, plan[0].again) == (plan[-1].detail, False)
    assert plan[-1].again


def test_a_lesson_of_ones_own_deck_asks_for_each_picture():
    plan = own_lesson(tuple(range(12)))
    assert [activity.kind for activity in plan] == ["predict"] * 12 + ["beat"]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "[1]", '[{"kind":"predict"}]', '[{"kind":"x","pictures":[]}]', "null"]
)
def test_a_plan_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match=r"expected|lesson|takes|kind|Expecting"):
        from_text(text)
