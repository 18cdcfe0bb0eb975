"""How a student answers: two taps, a slider, or a drawing. Each tap is stored at once; what was stored is said."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from fmnist_app import caches
from fmnist_app.classroom import figures
from fmnist_app.classroom.sentences import tell
from fmnist_app.classroom.service import SCHOOL
from fmnist_app.components.ballot import ballot
from fmnist_app.components.pixels import on_board, pixels
from fmnist_core import CLASS_NAMES, ModelError, class_name, load_test
from fmnist_core.classroom import activities, outcomes
from fmnist_core.classroom.activities import BREAK, CONFIDENCES, EXIT, FOOL, TRUST, Activity, Answer, Given
from fmnist_core.classroom.errors import ClassError, Refusal
from fmnist_core.classroom.questions import QUESTIONS
from fmnist_core.classroom.rooms import Room
from fmnist_core.evaluation.corruptions import KINDS
from fmnist_core.evaluation.metrics import percent


def words(activity: Activity, answer: Answer) -> str:
    """Return an answer in words."""
    if activity.kind == EXIT:
        return QUESTIONS[activity.detail].options[answer.choice or 0]
    if activity.kind == FOOL:
        return f"{class_name(answer.choice or 0)}, {percent(answer.value or 0, 0)} sure, says the network"
    if activity.kind == BREAK:
        return KINDS[activity.detail].words(answer.value or 0)
    if activity.kind == TRUST:
        return f"{answer.value or 0:g} of 100"
    return f"{class_name(answer.choice or 0)}, {answer.confidence}% sure"


def question_picture(activity: Activity, question: int = 0) -> None:
    """Draw the picture that an activity asks about, if it asks about one."""
    if activity.kind not in (EXIT, TRUST) and question < len(activity.pictures):
        figures.picture(load_test().images[activity.pictures[question]])


def give(token: str, room: Room, question: int, answer: Answer, then: Callable[[], None] = lambda: None) -> None:
    """Store an answer, from a callback; `then` follows once it is stored, else the next run says why it is not."""
    try:
        SCHOOL.answers.give(token, room.step, room.round or 0, question, answer)
    except ClassError as problem:
        tell(problem)
    else:
        then()


# ---------------------------------------------------------------- a class and how sure


def predict(token: str, room: Room, asked: list[Given]) -> None:
    """Ask for the class of a picture."""
    question_picture(room.activity)
    if room.round == 2:
        figures.say("Vote again: what is it now?")
    _ask_class(token, room, 0, asked[0].answer if asked else None)


def beat(token: str, room: Room, asked: list[Given]) -> None:
    """Ask for the class of each picture in turn, without haste."""
    answered = {g.question: g.answer for g in asked}
    count = room.activity.questions
    open_ones = [q for q in range(count) if q not in answered]
    at_key = f"_at-{room.id}-{room.step}"
    at = st.session_state.get(at_key)
    if at is None or not 0 <= at < count:
        at = open_ones[0] if open_ones else count - 1

    def turn(to: int | None) -> None:
        st.session_state[at_key] = to

    def next_open() -> None:
        turn(next((q for q in (*range(at + 1, count), *range(at)) if q not in answered), at))

    with st.container(horizontal=True, vertical_alignment="center", key="room-turns"):
        st.button(
            "Back", key="turn-back", icon=":material/chevron_left:", on_click=turn, args=(at - 1,), disabled=not at
        )
        st.html(f'<p class="fm-turn">{at + 1} of {count}<br><small>{len(answered)} answered</small></p>')
        last = at == count - 1
        st.button(
            "Next", key="turn-next", icon=":material/chevron_right:", on_click=turn, args=(at + 1,), disabled=last
        )
    question_picture(room.activity, at)
    if not open_ones:
        figures.say("All answered. You may still change your mind.")
    _ask_class(token, room, at, answered.get(at), then=next_open)


def _ask_class(
    token: str, room: Room, question: int, stored: Answer | None, then: Callable[[], None] = lambda: None
) -> None:
    def vote(choice: int, confidence: int) -> None:
        give(token, room, question, Answer(choice=choice, confidence=confidence), then)

    counted = (stored.choice or 0, stored.confidence or 0) if stored else None
    ballot(CLASS_NAMES, CONFIDENCES, f"{room.step}.{room.round}.{question}", counted, "ballot", vote)
    if stored is not None:
        _counted(room.activity, stored)


def _counted(activity: Activity, answer: Answer) -> None:
    st.html(
        f'<p class="fm-counted" role="status">✓ Counted: <b>{words(activity, answer)}</b>. You may change it until the '
        "question is closed.</p>"
    )


# ---------------------------------------------------------------- a question, a number


def option(token: str, room: Room, asked: list[Given]) -> None:
    """Ask an exit question."""
    question = QUESTIONS[room.activity.detail]
    figures.say(question.text)
    chosen = asked[0].answer.choice if asked else None
    with st.container(key="room-options"):
        for k, text in enumerate(question.options):
            answer = Answer(choice=k)
            st.button(
                f"{'ABCD'[k]} · {text}",
                key=f"option-{k}",
                type=figures.pressed(k == chosen),
                on_click=give,
                args=(token, room, 0, answer),
                width="stretch",
            )
    if asked:
        _counted(room.activity, asked[0].answer)


def strength(token: str, room: Room, asked: list[Given]) -> None:
    """Ask how far a picture can be changed before the verdict turns."""
    kind = KINDS[room.activity.detail]
    image = load_test().images[room.activity.pictures[0]]
    place = st.container()
    value = _slider(kind.title, kind.neutral, kind.high, kind.step, kind.unit, token, room, asked)
    with place:
        figures.picture(kind.apply(image, value)[0])
        figures.say(f"{kind.title} it until you think that the network changes its mind.")


def coverage(token: str, room: Room, asked: list[Given]) -> None:
    """Ask how many of a hundred prediction sets hold the true class."""
    st.html(figures.wall(outcomes.blurred_images(room.activity)))
    figures.say("The network names a set of classes for each. It promises that 95 of 100 sets hold the true one.")
    st.caption("That promise was made for sharp pictures. How many of these 100, do you think?")
    _slider("Sets that hold the true class", 0.0, 100.0, 1.0, "of 100", token, room, asked, start=50.0)


def _slider(
    label: str,
    low: float,
    high: float,
    step: float,
    unit: str,
    token: str,
    room: Room,
    asked: list[Given],
    start: float = 0.0,
) -> float:
    key = f"guess-{room.id}-{room.step}"
    stored = asked[0].answer if asked else None
    if key not in st.session_state:
        st.session_state[key] = float(stored.value) if stored and stored.value is not None else float(start)

    def bounded(found: object) -> float:  # a browser may send anything
        return float(min(max(found, low), high)) if isinstance(found, (int, float)) else low

    value = bounded(st.slider(f"{label} ({unit})", float(low), float(high), step=float(step), key=key, format="%g"))
    same = stored is not None and stored.value == value

    def guess() -> None:
        # As it is now: the slider may have moved since this was drawn.
        give(token, room, 0, Answer(value=bounded(st.session_state[key])))

    st.button(
        "This is my guess",
        key="guess-send",
        type="primary",
        on_click=guess,
        disabled=same,
        width="stretch",
    )
    if stored is not None:
        _counted(room.activity, stored)
    return value


# ---------------------------------------------------------------- a drawing


def drawing(token: str, room: Room, asked: list[Given]) -> None:
    """Ask for a drawing that a person still recognises and the network does not."""
    test = load_test()
    target = int(test.labels[room.activity.pictures[0]])
    figures.say(f"Draw or change it: people still see the class {class_name(target)}, the network sees something else.")
    start, key = test.images[room.activity.pictures[0]], f"board-{room.id}-{room.step}"
    handed_in = asked[0].answer.drawing if asked else None  # after a reload the board begins with it
    now = np.frombuffer(handed_in, np.uint8).reshape(start.shape) if handed_in else start
    try:
        predicted, sure = _seen(room, pixels(start, now, key))
    except ModelError as problem:
        figures.say(f"The network cannot run: {problem}", "problem")
        return
    fooled = predicted != target and sure >= activities.FOOLED
    verdict = f"The network says: {class_name(predicted)}, {percent(sure, 0)}"
    figures.say(f"✓ Fooled! {verdict}" if fooled else verdict, "fooled" if fooled else "")

    def hand_in() -> None:
        drawn = on_board(now, key)  # now: a stroke may have come since this was drawn
        try:
            choice, value = _seen(room, drawn)
        except ModelError as problem:
            tell(Refusal(f"The network cannot run: {problem}"))
        else:
            give(token, room, 0, Answer(choice=choice, value=value, drawing=drawn.tobytes()))

    st.button("Hand it in", key="hand-in", type="primary", on_click=hand_in, width="stretch")
    if asked:
        _counted(room.activity, asked[0].answer)


def _seen(room: Room, drawn: np.ndarray) -> tuple[int, float]:
    """Return the class that the room's network gives a (28, 28) drawing, and its confidence."""
    network = caches.network(room.network)
    probs = network.probabilities(network.classifier.logits(drawn[None]))[0]
    return int(np.argmax(probs)), float(probs.max())
