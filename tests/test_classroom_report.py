"""The report of a lesson: self-contained, without keys, and equal to the answers."""

import csv
import io
import re

import numpy as np
import pytest

from fmnist_core import CLASS_NAMES, Network, load_test
from fmnist_core.classroom import codes, outcomes
from fmnist_core.classroom.activities import Activity, Answer
from fmnist_core.classroom.answers import Answers
from fmnist_core.classroom.database import Database, database_url
from fmnist_core.classroom.lesson import ready_lesson
from fmnist_core.classroom.report import Lesson, report_csv, report_html
from fmnist_core.classroom.rooms import Rooms


@pytest.fixture(scope="module")
def network():
    return Network("tiny")


@pytest.fixture(scope="module")
def played(network, tmp_path_factory):
    """The ready lesson, played by three students, and all that must stay secret."""
    database = Database(database_url({"FMNIST_CLASS_DIR": str(tmp_path_factory.mktemp("class"))}))
    school, answers = Rooms(database), Answers(database)
    probs = network.probabilities(network.stored_logits.test)
    plan = ready_lesson(probs, load_test().labels, 7)
    room, secret = school.open(plan, "tiny", 7)
    seats = [school.join(room.code, "here") for _ in range(3)]
    drawing = np.full(784, 200, np.uint8).tobytes()
    for step, activity in enumerate(plan):
        school.go(school.remote(secret), step, "question")
        for k, (_, _, token) in enumerate(seats):
            answer = {
                "predict": Answer(choice=k, confidence=75),
                "beat": Answer(
                    choice=int(load_test().labels[activity.pictures[0]]) if activity.pictures else 0, confidence=95
                ),
                "break": Answer(value=30.0 + k),
                "fool": Answer(choice=8, value=0.97, drawing=drawing),
                "trust": Answer(value=60.0 + k),
                "exit": Answer(choice=3),
            }[activity.kind]
            answers.give(token, step, 1, 0, answer)
    answers.count_hands(school.remote(secret), 0, 1, {3: 5})
    keys = [secret, codes.projector_token(secret), room.code, codes.spell(room.code), *(token for *_, token in seats)]
    lesson = Lesson(school.remote(secret), 3, answers.given(room), answers.hands(room), network)
    yield lesson, keys, [seat.name for _, seat, _ in seats]
    database.close()


def test_the_report_has_every_activity_and_names_nobody(played):
    lesson, keys, names = played
    text = report_html(lesson)
    for title in (
        "Predict, discuss, vote again",
        "Beat the network",
        "Break it",
        "Fool it",
        "Trust it?",
        "Exit question",
    ):
        assert title in text
    for word in (*keys, *names):
        assert word not in text
    assert lesson.network.card.facts["files"]["tiny.tflite"] in text
    assert "seed 7" in text
    assert "Right at the end: 8 of 8" in text


def test_the_report_asks_for_nothing_from_anywhere(played):
    text = report_html(played[0])
    assert "default-src 'none'" in text
    sources = re.findall(r"""(?:src|href|url|action)\s*[=(]\s*["']?([^"')\s>]+)""", text)
    assert sources
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert not re.search(r"<(script|link|iframe|object|form)|https?://", text)


def test_the_csv_has_every_answer_once_and_students_by_their_animals(played):
    lesson, keys, names = played
    text = report_csv(lesson)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == len(lesson.given) + 1 == 25
    assert {row["who"] for row in rows} == {*names, "5 hands"}
    assert {row["true"] for row in rows if row["activity"] == "Beat the network"} <= set(CLASS_NAMES)
    assert all(key not in text for key in keys)
    assert not re.search(r"(^|,)[=+@]", text, re.MULTILINE)


def test_beating_the_network_counts_its_own_answers_and_the_class(played, network):
    lesson, _, _ = played
    step = next(k for k, activity in enumerate(lesson.room.plan) if activity.kind == "beat")
    activity = lesson.room.plan[step]
    probs, labels = network.probabilities(network.stored_logits.test), load_test().labels
    found = outcomes.beat(activity, lesson.votes(step), probs, labels, 7)
    assert (found.answered.right, found.answered.n, found.majority.right) == (3, 3, 1)
    pictures = list(activity.pictures)
    assert found.network.right.right == (probs[pictures].argmax(axis=1) == labels[pictures]).sum()
    assert found.network.confusion.sum() == 12
    votes = outcomes.votes(lesson.given, {(step, 0, 1, 3): 7}, step)  # hands: a class without a confidence
    with_hands = outcomes.beat(activity, votes, probs, labels, 7)
    assert (with_hands.answered.n, with_hands.people.right.n) == (10, 3)
    assert with_hands.people.confusion.sum() == 10
    assert with_hands.people.confusion[labels[pictures[0]], 3] >= 7
    assert with_hands.people.brier == found.people.brier


def test_the_breaking_point_is_where_the_live_network_changes_its_mind(network):
    activity = Activity("break", (743,), "rotate")
    curve, point = outcomes.breaking_point(activity, network.classifier.bulk_logits)
    start = curve.predicted[curve.start]
    above = [s for s, p in zip(curve.strengths, curve.predicted, strict=True) if s > 0 and p != start]
    assert point == min(above)


def test_the_wall_keeps_its_promise_without_blur_and_breaks_it_with(network):
    limit = network.set_threshold(outcomes.LEVEL)
    covered = [
        outcomes.wall(
            Activity("trust", tuple(range(100)), blur), network.classifier.bulk_logits, network.probabilities, limit
        )
        for blur in ("0", "3")
    ]
    assert covered[0].covered.sum() > 88 > covered[1].covered.sum()
    assert np.array_equal(covered[0].images, load_test().images[:100])
