"""The report of a lesson: one HTML file that needs no network and names nobody, and the answers as CSV."""

import base64
import html
import io
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from fmnist_core.classroom import outcomes, statistics
from fmnist_core.classroom.activities import BEAT, BREAK, EXIT, FOOL, PREDICT, TRUST, Activity, Given
from fmnist_core.classroom.questions import QUESTIONS
from fmnist_core.classroom.rooms import Room
from fmnist_core.classroom.statistics import Contest, Share
from fmnist_core.data import CLASS_NAMES, HUMAN_ACCURACY, SIDE, class_name, load_test
from fmnist_core.evaluation.corruptions import KINDS
from fmnist_core.evaluation.metrics import percent
from fmnist_core.networks.network import Network
from fmnist_core.spreadsheets import csv_text

# Whatever it holds, a browser asks no other machine for anything.
_HEAD = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width"><title>Lesson report</title><style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2.5rem; border-top: 1px solid #8884; padding-top: 1.5rem; }
img { width: 8rem; image-rendering: pixelated; background: #000; border-radius: 6px; }
.gallery img { width: 5rem; margin-right: .5rem; } .gallery figure { display: inline-block; margin: 0 0 .5rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .15rem .6rem .15rem 0; font-weight: 400; white-space: nowrap; }
td.bar { width: 20rem; } td.bar i { display: inline-block; height: .9rem; background: #3d76ff; border-radius: 2px; }
.true th { font-weight: 700; } .matrix td, .matrix th { text-align: right; padding: .1rem .4rem; font-size: .8rem; }
.pair { display: flex; flex-wrap: wrap; gap: 1rem 3rem; } .scroll { overflow-x: auto; }
@media print { h2 { break-before: auto; } section { break-inside: avoid; } }
</style></head><body>
"""


@dataclass(frozen=True)
class Lesson:
    """What a report is made of.

    Attributes:
        room: as it stands; neither its code nor any secret is written down.
        seats: how many students joined.
        given: all answers that count.
        hands: counts of hands by step, question, round and choice.
        network: that the class played against.
    """

    room: Room
    seats: int
    given: Sequence[Given]
    hands: Mapping[tuple[int, int, int, int], int]
    network: Network

    def votes(self, step: int, voting_round: int = 1) -> outcomes.Votes:
        return outcomes.votes(self.given, self.hands, step, voting_round)


def report_html(lesson: Lesson) -> str:
    """Return the report as one HTML file.

    Raises:
        ModelError: the network or its stored logits cannot be used.
    """
    room, card = lesson.room, lesson.network.card
    probs = lesson.network.probabilities(lesson.network.stored_logits.test)
    parts = [
        _HEAD,
        "<h1>Lesson report</h1>",
        f"<p>{time.strftime('%Y-%m-%d', time.localtime(room.opened_at))} · {lesson.seats} seats · "
        f"network {html.escape(lesson.network.title)} · seed {room.seed}</p>",
        f"<p><small>Network file SHA-256 {html.escape(str(_network_hash(card.facts)))}</small></p>",
    ]
    for step, activity in enumerate(room.plan):
        if body := "".join(_section(lesson, step, activity, probs)):
            parts.append(f"<section><h2>{step + 1}. {html.escape(activity.title)}</h2>{body}</section>")
    if len(parts) == 4:
        parts.append("<p>Nothing has been answered.</p>")
    return "\n".join([*parts, "</body></html>\n"])


def _network_hash(facts: Mapping) -> object:
    files = facts.get("files", {})
    return next((value for name, value in files.items() if str(name).endswith("tflite")), "unknown")


def report_csv(lesson: Lesson) -> str:
    """Return every answer that counts as CSV, a row each; students by their animals."""
    headings = ("step", "activity", "question", "picture", "round", "who", "answer", "confidence", "number", "true")
    return csv_text(headings, _rows(lesson))


def _rows(lesson: Lesson) -> Iterator[Sequence[object]]:
    labels = load_test().labels
    for g in lesson.given:
        activity, answer = lesson.room.plan[g.step], g.answer
        picture, true = _picture(activity, g.question, labels)
        value = "" if answer.value is None else answer.value
        sure = "" if answer.confidence is None else answer.confidence
        said = _choice_name(activity, answer.choice)
        yield g.step + 1, activity.title, g.question + 1, picture, g.round, g.name, said, sure, value, true
    for (step, question, round_, choice), count in sorted(lesson.hands.items()):
        activity = lesson.room.plan[step]
        picture, true = _picture(activity, question, labels)
        said = _choice_name(activity, choice)
        yield step + 1, activity.title, question + 1, picture, round_, f"{count} hands", said, "", "", true


def _picture(activity: Activity, question: int, labels: np.ndarray) -> tuple[object, str]:
    if activity.kind == EXIT:
        found = QUESTIONS[activity.detail]
        return "", found.options[found.right]
    if activity.kind == TRUST:
        return "", ""
    picture = activity.pictures[question]
    return picture, class_name(labels[picture])


def _choice_name(activity: Activity, choice: int | None) -> str:
    if choice is None:
        return ""
    return QUESTIONS[activity.detail].options[choice] if activity.kind == EXIT else class_name(choice)


# ---------------------------------------------------------------- the sections


def _section(lesson: Lesson, step: int, activity: Activity, probs: np.ndarray) -> Iterator[str]:
    kinds = {PREDICT: _predict, BEAT: _beat, BREAK: _break, FOOL: _fool, TRUST: _trust, EXIT: _exit}
    return kinds[activity.kind](lesson, step, activity, probs)


def _predict(lesson: Lesson, step: int, activity: Activity, probs: np.ndarray) -> Iterator[str]:
    first, second = lesson.votes(step), lesson.votes(step, 2)
    if not len(first) + len(second):
        return
    (picture,) = activity.pictures
    label = int(load_test().labels[picture])
    yield f"<p>{_image(load_test().images[picture])}</p><p>Picture {picture}: <b>{class_name(label)}</b></p>"
    for name, found in (("First vote", first), ("Second vote", second)):
        if len(found):
            counts = statistics.histogram(found.choices)
            right = statistics.share_right(found.choices, np.full(len(found), label))
            yield f"<h3>{name}: {_share(right)}</h3>{_bars(CLASS_NAMES, counts, label, counts.max())}"
    yield f"<h3>The network</h3>{_bars(CLASS_NAMES, probs[picture], label, 1, percent)}"


def _beat(lesson: Lesson, step: int, activity: Activity, probs: np.ndarray) -> Iterator[str]:
    found = lesson.votes(step)
    if not len(found):
        return
    result = outcomes.beat(activity, found, probs, load_test().labels, lesson.room.seed)
    rows = [
        ("Right", _share(result.answered), _share(result.network.right)),
        ("Groups of three, majority", _share(result.majority), ""),
        (
            f"Brier score over ten classes{result.of_phones}",
            _number(result.people.brier),
            _number(result.network.brier),
        ),
    ]
    for said, ours, theirs in zip((50, 75, 95), result.people.bands, result.network.bands, strict=True):
        rows.append((f"Right when about {said} % sure{result.of_phones}", _share(ours.right), _share(theirs.right)))
    cells = "".join(f"<tr><th>{a}</th><td>{b}</td><td>{c}</td></tr>" for a, b, c in rows)
    yield f"<table><tr><th></th><th>The class</th><th>The network</th></tr>{cells}</table>"
    yield f"<p>People by crowdsourcing, majority of three: {percent(HUMAN_ACCURACY)} on 1,000 other test pictures.</p>"
    yield f'<div class="pair">{_matrix("The class", result.people)}{_matrix("The network", result.network)}</div>'


def _break(lesson: Lesson, step: int, activity: Activity, probs: np.ndarray) -> Iterator[str]:
    numbers = outcomes.guesses(lesson.given, step)
    if not len(numbers):
        return
    kind = KINDS[activity.detail]
    _, truth = outcomes.breaking_point(activity, lesson.network.classifier.bulk_logits)
    turned = f"turns at {kind.words(truth)}" if truth is not None else "never turns"
    yield f"<p>{_image(load_test().images[activity.pictures[0]])}</p>"
    yield f"<p>{kind.title}: the verdict {turned}. {len(numbers)} guesses, median {kind.words(np.median(numbers))}.</p>"


def _trust(lesson: Lesson, step: int, activity: Activity, probs: np.ndarray) -> Iterator[str]:
    numbers = outcomes.guesses(lesson.given, step)
    if not len(numbers):
        return
    network = lesson.network
    limit = network.set_threshold(outcomes.LEVEL)
    covered = outcomes.wall(activity, network.classifier.bulk_logits, network.probabilities, limit).covered.sum()
    yield (
        f"<p>Under a blur of {activity.detail} pixels {covered} of 100 sets held the true class; "
        f"{100 * outcomes.LEVEL:g} of 100 are promised for unchanged pictures. {len(numbers)} guesses, "
        f"median {np.median(numbers):g}.</p>"
    )


def _fool(lesson: Lesson, step: int, activity: Activity, probs: np.ndarray) -> Iterator[str]:
    target = int(load_test().labels[activity.pictures[0]])
    shown = [g for g in lesson.given if g.step == step and g.answer.drawing is not None and not g.hidden]
    if not shown:
        return
    yield f"<p>Everybody drew: {class_name(target)}.</p><p class=gallery>"
    for g in shown:
        pixels = np.frombuffer(g.answer.drawing or b"", np.uint8).reshape(SIDE, SIDE)
        said = f"{class_name(g.answer.choice or 0)} {percent(g.answer.value or 0, 0)}"
        yield f"<figure>{_image(pixels)}<figcaption><small>{said}</small></figcaption></figure>"
    yield "</p>"


def _exit(lesson: Lesson, step: int, activity: Activity, probs: np.ndarray) -> Iterator[str]:
    found, question = lesson.votes(step), QUESTIONS[activity.detail]
    if not len(found):
        return
    counts = statistics.histogram(found.choices, 4)
    right = statistics.share_right(found.choices, np.full(len(found), question.right))
    when = "at the end" if activity.again else "at the beginning"
    yield f"<p>{html.escape(question.text)}</p><h3>Right {when}: {_share(right)}</h3>"
    yield _bars(question.options, counts, question.right, counts.max())


# ---------------------------------------------------------------- figures


def _share(found: Share) -> str:
    if not found.n:
        return "no answer"
    low, high = found.interval
    return f"{found.right} of {found.n}, {percent(found.share)} (95% interval {percent(low)} to {percent(high)})"


def _number(value: float) -> str:
    return "no answer" if math.isnan(value) else f"{value:.3f}"


def _bars(names: Sequence[str], values: Sequence[float] | np.ndarray, true: int, most: float, words=str) -> str:
    rows = "".join(
        f"<tr{' class=true' if k == true else ''}><th>{html.escape(name)}{' ✓' if k == true else ''}</th>"
        f'<td class=bar><i style="width:{15 * value / most if most else 0:.2f}rem"></i> {words(value)}</td></tr>'
        for k, (name, value) in enumerate(zip(names, values, strict=True))
    )
    return f"<table>{rows}</table>"


def _matrix(title: str, side: Contest) -> str:
    head = "".join(f"<th>{name}</th>" for name in CLASS_NAMES)
    rows = "".join(
        f"<tr><th>{name}</th>{''.join(f'<td>{count or chr(183)}</td>' for count in side.confusion[k])}</tr>"
        for k, name in enumerate(CLASS_NAMES)
        if side.confusion[k].any()
    )
    caption = f"<caption>{title}: rows true, columns said</caption>"
    return f"<div class=scroll><table class=matrix>{caption}<tr><th></th>{head}</tr>{rows}</table></div>"


def _image(pixels: np.ndarray) -> str:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return f'<img alt="" src="data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}">'
