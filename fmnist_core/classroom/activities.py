"""What a class does: activities, the phases that a teacher steps through, and which answers an activity takes."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

from fmnist_core import data
from fmnist_core.classroom.animals import animal
from fmnist_core.classroom.errors import Refusal
from fmnist_core.classroom.questions import QUESTIONS
from fmnist_core.evaluation.corruptions import KINDS as CHANGES

PREDICT, BEAT, BREAK, FOOL, TRUST, EXIT = "predict", "beat", "break", "fool", "trust", "exit"
TITLES = {
    PREDICT: "Predict, discuss, vote again",
    BEAT: "Beat the network",
    BREAK: "Break it",
    FOOL: "Fool it",
    TRUST: "Trust it?",
    EXIT: "Exit question",
}
LOBBY, QUESTION, CLOSED, DISCUSS, AGAIN, REVEALED = "lobby", "question", "closed", "discuss", "again", "revealed"
PHASE_NAMES = {
    LOBBY: "Joining",  # before the first activity
    QUESTION: "Question",
    CLOSED: "Closed",
    DISCUSS: "Discuss",
    AGAIN: "Vote again",
    REVEALED: "Revealed",
}
CONFIDENCES = (50, 75, 95)  # per cent
BREAKING = ("rotate", "blur", "occlude")  # the changes whose strength a class guesses
DRAWING = data.SIDE**2  # bytes
FOOLED = 0.9  # the confidence from which a network that is wrong counts as fooled
MAX_ACTIVITIES, MAX_PICTURES = 40, 100
_PICTURES = {PREDICT: (1, 1), BEAT: (12, 60), BREAK: (1, 1), FOOL: (1, 1), TRUST: (100, 100), EXIT: (0, 0)}


@dataclass(frozen=True)
class Activity:
    """One activity of a lesson.

    Attributes:
        kind: a key of `TITLES`.
        pictures: test pictures: one, for "beat" twelve or more, for "trust" a hundred, for "exit" none.
        detail: for "break" the kind of change, for "trust" the blur in pixels, for "exit" the question's key.
        again: of an exit question: whether it is asked for the second time.
        minutes: that it takes in a lesson.
    """

    kind: str
    pictures: tuple[int, ...] = ()
    detail: str = ""
    again: bool = False
    minutes: int = 5

    def __post_init__(self) -> None:
        if self.kind not in TITLES:
            raise ValueError(f"kind must be one of {', '.join(TITLES)}, received {self.kind!r:.60}")
        least, most = _PICTURES[self.kind]
        if not least <= len(self.pictures) <= most:
            raise ValueError(f"{self.kind} takes {least} to {most} pictures, received {len(self.pictures)}")
        for picture in self.pictures:
            data.check_index(picture)
        wrong = {
            BREAK: self.detail not in BREAKING,
            TRUST: not _is_blur(self.detail),
            EXIT: self.detail not in QUESTIONS,
        }
        if wrong.get(self.kind, bool(self.detail)):
            raise ValueError(f"{self.kind} does not take the detail {self.detail!r:.60}")

    @property
    def title(self) -> str:
        return "Opening question" if self.kind == EXIT and not self.again else TITLES[self.kind]

    @property
    def phases(self) -> tuple[str, ...]:
        """The phases in their order; the teacher may leave some out."""
        if self.kind == PREDICT:
            return (QUESTION, CLOSED, DISCUSS, AGAIN, REVEALED)
        if self.kind == EXIT and not self.again:
            return (QUESTION, CLOSED)  # the answer waits for the end of the lesson
        return (QUESTION, CLOSED, REVEALED)

    @property
    def questions(self) -> int:
        """How many answers each student gives in one round."""
        return len(self.pictures) if self.kind == BEAT else 1


def _is_blur(text: str) -> bool:
    try:
        return CHANGES["blur"].low <= float(text) <= CHANGES["blur"].high
    except ValueError:
        return False


def voting_round(phase: str) -> int | None:
    """Return which round of answers a phase takes, 1 or 2, or None when it takes none."""
    return {QUESTION: 1, AGAIN: 2}.get(phase)


@dataclass(frozen=True)
class Answer:
    """What a student answers; which parts there are depends on the activity.

    Attributes:
        choice: a class 0..9, or an option 0..3 of an exit question; of a drawing, the class that the network saw.
        confidence: per cent, one of `CONFIDENCES`.
        value: a guessed strength or coverage; of a drawing, the network's probability of `choice`.
        drawing: 784 bytes, the pixels of 28 rows.
    """

    choice: int | None = None
    confidence: int | None = None
    value: float | None = None
    drawing: bytes | None = None


@dataclass(frozen=True)
class Given:
    """An answer as it was stored.

    Attributes:
        number: of the seat that gave it.
        step: of the lesson.
        question: within the activity.
        round: 1, or 2 for the second vote.
        answer: what was answered.
        hidden: whether the teacher hid it from the projector.
    """

    number: int
    step: int
    question: int
    round: int
    answer: Answer
    hidden: bool = False

    @property
    def name(self) -> str:
        return animal(self.number)


def check_answer(activity: Activity, question: object, answer: Answer) -> None:
    """Raise Refusal unless an answer is one that the activity takes; any part may come from a browser."""
    if not _whole(question, activity.questions - 1):
        raise Refusal(f"There is no question {question!r:.20} here.")
    choices = {PREDICT: 9, BEAT: 9, EXIT: 3, FOOL: 9}
    parts = {f.name for f in fields(answer) if getattr(answer, f.name) is not None}
    wanted = {
        PREDICT: {"choice", "confidence"},
        BEAT: {"choice", "confidence"},
        BREAK: {"value"},
        TRUST: {"value"},
        FOOL: {"choice", "value", "drawing"},
        EXIT: {"choice"},
    }[activity.kind]
    right = parts == wanted
    if right and "choice" in wanted:
        right = _whole(answer.choice, choices[activity.kind])
    if right and "confidence" in wanted:
        right = _whole(answer.confidence, 100) and answer.confidence in CONFIDENCES
    if right and "value" in wanted:
        low, high = value_range(activity)
        number = answer.value
        right = isinstance(number, (int, float)) and not isinstance(number, bool) and math.isfinite(number)
        right = right and low <= number <= high  # type: ignore[operator]
    if right and "drawing" in wanted:
        right = isinstance(answer.drawing, bytes) and len(answer.drawing) == DRAWING
    if not right:
        raise Refusal("That is no answer to this question.")


def value_range(activity: Activity) -> tuple[float, float]:
    """Return the least and the greatest number that an activity takes."""
    if activity.kind == BREAK:
        kind = CHANGES[activity.detail]
        return kind.neutral, kind.high
    return (0, 100) if activity.kind == TRUST else (0, 1)


def _whole(value: object, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


# ---------------------------------------------------------------- a plan as text


def to_text(plan: Sequence[Activity]) -> str:
    """Return the activities of a lesson as JSON."""
    return json.dumps([asdict(activity) for activity in plan], separators=(",", ":"))


def from_text(text: str) -> tuple[Activity, ...]:
    """Return the activities that `to_text` wrote.

    Raises:
        ValueError: it is something else.
    """
    try:
        rows = json.loads(text)
        return checked_plan([Activity(**{**row, "pictures": tuple(row["pictures"])}) for row in rows])
    except (TypeError, KeyError) as cause:
        raise ValueError(f"expected a list of activities, received {text[:60]!r}") from cause


def checked_plan(plan: Sequence[Activity]) -> tuple[Activity, ...]:
    """Return a plan of one activity or more.

    Raises:
        ValueError: none, or too many.
    """
    if not 1 <= len(plan) <= MAX_ACTIVITIES:
        raise ValueError(f"a lesson has 1 to {MAX_ACTIVITIES} activities, received {len(plan)}")
    return tuple(plan)
