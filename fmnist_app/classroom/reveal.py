"""What is shown when an activity is revealed: the class's answers, the truth, and the network. Never who said what."""

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from fmnist_app import caches
from fmnist_app.classroom import figures, voting
from fmnist_core import CLASS_NAMES, class_name, load_test
from fmnist_core.classroom import activities, outcomes, statistics
from fmnist_core.classroom.activities import BEAT, BREAK, EXIT, FOOL, PREDICT, TRUST, Activity, Given
from fmnist_core.classroom.questions import QUESTIONS
from fmnist_core.classroom.rooms import Room
from fmnist_core.data import HUMAN_ACCURACY, SIDE
from fmnist_core.evaluation.corruptions import KINDS
from fmnist_core.evaluation.metrics import percent

Hands = Mapping[tuple[int, int, int, int], int]


def label(activity: Activity) -> int:
    """Return the true class of an activity's one picture."""
    return int(load_test().labels[activity.pictures[0]])


def _probs(room: Room) -> np.ndarray:
    network = caches.network(room.network)
    return network.probabilities(network.stored_logits.test)


# ---------------------------------------------------------------- for one student


def to_student(room: Room, mine: Sequence[Given]) -> None:
    """Show a student the truth, and what they themselves said.

    Raises:
        ModelError: the network cannot be used.
    """
    activity = room.activity
    last = mine[-1].answer if mine else None
    if activity.kind == PREDICT:
        true, probs = label(activity), _probs(room)[activity.pictures[0]]
        voting.question_picture(activity)
        if last is not None:
            _judge(last.choice == true, f"You said {voting.words(activity, last)}.")
        figures.say(f"It is: {class_name(true)}")
        figures.side_by_side(figures.bars(CLASS_NAMES, probs, "The network", true, percent))
    elif activity.kind == EXIT:
        question = QUESTIONS[activity.detail]
        figures.say(question.text)
        if last is not None:
            _judge(last.choice == question.right, f"You said: {voting.words(activity, last)}.")
        figures.say(question.options[question.right])
        st.caption(question.why)
    elif activity.kind == BEAT:
        labels = load_test().labels[list(activity.pictures)]
        right = sum(g.answer.choice == labels[g.question] for g in mine)
        network = int((_probs(room)[list(activity.pictures)].argmax(axis=1) == labels).sum())
        figures.say(f"You: {right} of {activity.questions}. The network: {network} of {activity.questions}.")
        images, said = load_test().images, {g.question: g.answer.choice for g in mine}
        cells = [
            (images[picture], f"{'✓' if said.get(k) == true else '✗'} {class_name(true)}", said.get(k) == true)
            for k, (picture, true) in enumerate(zip(activity.pictures, labels, strict=True))
        ]
        st.html(figures.gallery(cells))
    elif activity.kind == BREAK:
        kind, point = KINDS[activity.detail], caches.breaking_point(room.network, activity)[1]
        image = load_test().images[activity.pictures[0]]
        figures.picture(kind.apply(image, kind.neutral if point is None else point)[0])
        figures.say(f"The verdict turns at {kind.words(point)}." if point is not None else "The verdict never turns.")
        if last is not None:
            st.caption(f"You said {voting.words(activity, last)}.")
    elif activity.kind == TRUST:
        wall = caches.trust_wall(room.network, activity)
        covered = int(wall.covered.sum())
        st.html(figures.wall(wall.images, ~wall.covered))
        figures.say(f"{covered} of 100 sets hold the true class. 95 were promised, for sharp pictures.")
        if last is not None:
            st.caption(f"You said {voting.words(activity, last)}.")
    elif activity.kind == FOOL:
        figures.say("Look at the wall: there is the gallery.")
        if last is not None:
            st.caption(f"Yours: {voting.words(activity, last)}.")


def _judge(right: bool, sentence: str) -> None:
    figures.say(f"{'✓ Right' if right else '✗ Not this time'}. {sentence}", "right" if right else "wrong")


# ---------------------------------------------------------------- for the class


def to_class(room: Room, given: Sequence[Given], hands: Hands) -> None:
    """Show the whole class what came of the activity under way.

    Raises:
        ModelError: the network cannot be used.
    """
    shows = {PREDICT: _predict, BEAT: _beat, BREAK: _break, FOOL: _fool, TRUST: _trust, EXIT: _exit}
    shows[room.activity.kind](room, given, hands)


def _predict(room: Room, given: Sequence[Given], hands: Hands) -> None:
    activity, true = room.activity, label(room.activity)
    figures.say_of(load_test().images[activity.pictures[0]], f"It is: {class_name(true)}")
    tables = [
        figures.bars(CLASS_NAMES, statistics.histogram(found.choices), f"{name} ({len(found)})", true)
        for name, voting_round in (("First vote", 1), ("Second vote", 2))
        if len(found := outcomes.votes(given, hands, room.step, voting_round))
    ]
    probs = _probs(room)[activity.pictures[0]]
    figures.side_by_side(*tables, figures.bars(CLASS_NAMES, probs, "The network", true, percent))


def _beat(room: Room, given: Sequence[Given], hands: Hands) -> None:
    found = outcomes.votes(given, hands, room.step)
    result = outcomes.beat(room.activity, found, _probs(room), load_test().labels, room.seed)
    people, network = result.people, result.network
    rows = [
        ("Right", figures.share(result.answered), figures.share(network.right)),
        ("Groups of three, majority", figures.share(result.majority), ""),
        (
            f"Penalty for misplaced confidence (Brier score, 0 is best){result.of_phones}",
            _number(people.brier),
            _number(network.brier),
        ),
    ]
    for said, ours, theirs in zip(activities.CONFIDENCES, people.bands, network.bands, strict=True):
        rows.append(
            (f"Right when {said}% sure{result.of_phones}", figures.share(ours.right), figures.share(theirs.right))
        )
    cells = "".join(f"<tr><th scope=row>{a}</th><td>{b}</td><td>{c}</td></tr>" for a, b, c in rows)
    table = (
        '<table class="fm-contest"><caption>On the same pictures, with 95% intervals</caption><tr><td></td>'
        f"<th scope=col>The class</th><th scope=col>The network</th></tr>{cells}</table>"
    )
    figures.side_by_side(table, _line(result.answered.share, network.right.share))
    figures.side_by_side(figures.matrix("The class", people), figures.matrix("The network", network))


def _line(people: float, network: float) -> str:
    """Return both accuracies on one line with that of people in general."""
    marks = [
        ("the class", people, "top"),
        ("the network", network, "top"),
        ("people by crowdsourcing", HUMAN_ACCURACY, ""),
    ]
    dots = "".join(
        f'<b class="fm-mark-{kind or "human"}" style="left:{100 * share:.1f}%"><span>{name} {percent(share)}</span></b>'
        for name, share, kind in marks
        if not np.isnan(share)
    )
    return f'<div class="fm-line" role="img" aria-label="Accuracy from 0 to 100%">{dots}</div>'


def _number(value: float) -> str:
    return "no answer" if np.isnan(value) else f"{value:.2f}"


def _break(room: Room, given: Sequence[Given], hands: Hands) -> None:
    activity = room.activity
    kind, numbers = KINDS[activity.detail], outcomes.guesses(given, room.step)
    curve, point = caches.breaking_point(room.network, activity)
    image = load_test().images[activity.pictures[0]]
    probs = caches.network(room.network).probabilities(curve.logits)
    before = class_name(curve.predicted[curve.start])
    at = curve.start if point is None else int(np.flatnonzero(curve.strengths == point)[0])
    if point is None:
        figures.say(f"Whatever you do, the network says {before}.")
    else:
        figures.say(f"At {kind.words(point)} it takes the {before} for: {class_name(curve.predicted[at])}")
    half = curve.strengths >= kind.neutral
    with st.container(key="room-question"):
        figures.picture(kind.apply(image, float(curve.strengths[at]))[0], "The garment where the verdict turns")
        sure = probs[half, curve.predicted[curve.start]]
        st.html(
            figures.curve(curve.strengths[half], sure, kind.words, before)
            + figures.spread(numbers, kind.neutral, kind.high, point, kind.words)
        )
    if len(numbers) and point is not None:
        near = float(numbers[statistics.nearest(numbers, point) or 0])
        figures.say(f"The nearest guess: {kind.words(near)}")


def _trust(room: Room, given: Sequence[Given], hands: Hands) -> None:
    wall = caches.trust_wall(room.network, room.activity)
    numbers = outcomes.guesses(given, room.step)
    covered = int(wall.covered.sum())
    figures.say(f"{covered} of 100 sets hold the true class. 95 were promised, for sharp pictures.")
    with st.container(key="room-question"):
        st.html(figures.wall(wall.images, ~wall.covered))
        st.html(figures.spread(numbers, 0, 100, covered, lambda n: f"{n:g} of 100"))


def _fool(room: Room, given: Sequence[Given], hands: Hands) -> None:
    target = label(room.activity)
    cells = [
        (
            np.frombuffer(g.answer.drawing, np.uint8).reshape(SIDE, SIDE),
            f"{class_name(g.answer.choice or 0)} {percent(g.answer.value or 0, 0)}",
            g.answer.choice != target and (g.answer.value or 0) >= activities.FOOLED,
        )
        for g in given
        if g.step == room.step and g.answer.drawing is not None and not g.hidden
    ]
    cells.sort(key=lambda cell: not cell[2])
    fooled = sum(cell[2] for cell in cells)
    figures.say(f"All of these are meant as {class_name(target)}. {fooled} of {len(cells)} fool the network.")
    st.html(figures.gallery(cells))


def _exit(room: Room, given: Sequence[Given], hands: Hands) -> None:
    activity = room.activity
    question = QUESTIONS[activity.detail]
    figures.say(question.text)
    tables = []
    for step, other in enumerate(room.plan[: room.step + 1]):
        found = outcomes.votes(given, hands, step)
        if (other.kind, other.detail) == (EXIT, activity.detail) and len(found):
            when = "Now" if step == room.step else "At the beginning"
            counts = statistics.histogram(found.choices, len(question.options))
            tables.append(figures.bars(question.options, counts, f"{when} ({len(found)})", question.right))
    figures.side_by_side(*tables)
    figures.say(question.why)
