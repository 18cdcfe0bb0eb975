"""The teacher's remote: a large button for what comes next, and what the class said; it fits a phone."""

import numpy as np
import streamlit as st

from fmnist_app import caches
from fmnist_app.classroom import address, ending, figures, hands_mode, reveal, screens, voting
from fmnist_app.classroom.projector import answered
from fmnist_app.classroom.sentences import said, tell
from fmnist_app.classroom.service import SCHOOL
from fmnist_app.components.pulse import NO_ROOM, pulse, seen_of
from fmnist_core import CLASS_NAMES, ModelError, class_name
from fmnist_core.classroom import activities, codes, notes, outcomes, statistics
from fmnist_core.classroom.activities import AGAIN, CLOSED, DISCUSS, EXIT, LOBBY, PREDICT, QUESTION, REVEALED, Given
from fmnist_core.classroom.errors import ClassError, Refusal
from fmnist_core.classroom.questions import QUESTIONS
from fmnist_core.classroom.rooms import Room
from fmnist_core.classroom.statistics import Advice
from fmnist_core.evaluation.metrics import percent

EVERY = 1.5  # seconds between two questions whether anything has changed


@st.fragment
def show(secret: str) -> None:
    """Draw the remote of a secret; a change runs this part of the page alone, and no press is lost to it."""
    try:
        felt = SCHOOL.rooms.pulse(secret)
        room = SCHOOL.rooms.remote(secret)
        seats = SCHOOL.rooms.seats(room)
        given, hands = SCHOOL.answers.given(room, room.step), SCHOOL.answers.hands(room, room.step)
    except ClassError as problem:
        figures.say(str(problem), "problem")
        if isinstance(problem, Refusal):
            words = "To the entrance of Classroom"
            st.button(words, key="entrance", icon=":material/meeting_room:", on_click=address.become)
        pulse(secret, seen_of(problem), EVERY, key="pulse")
        return
    # First: whatever fails below, the next change comes through.
    pulse(secret, felt.text if felt else NO_ROOM, EVERY, key="pulse")
    present = sum(not seat.muted for seat in seats)
    st.html(
        f'<p class="fm-head"><span>Remote · room <b translate="no">{codes.spell(room.code)}</b></span>'
        f"<span>{present} here{' · locked' if room.locked else ''}</span></p>"
    )
    said()
    with st.container(key="room-desk"):
        with st.container(key="room-now"):
            _now(room, present, given)
            _next(room, given, hands)
        with st.container(key="room-seen"):
            try:
                _what_they_said(room, given, hands)
            except ModelError as problem:
                figures.say(f"The network cannot be shown: {problem}", "problem")
    screens.draw(room, secret)
    hands_mode.draw(room, given, hands)
    _plan(room)
    _seats(room)
    ending.draw(room, secret, len(seats))


def _now(room: Room, present: int, given: list[Given]) -> None:
    if room.phase == LOBBY:
        figures.say(f"{present} have joined." if present else "Nobody has joined yet.")
        return
    st.html(
        f'<p class="fm-seat">{room.step + 1} of {len(room.plan)} · <b>{room.activity.title}</b><br>'
        f"{activities.PHASE_NAMES[room.phase]} · <b>{answered(room, given)}</b> of {present} have answered</p>"
    )


def _next(room: Room, given: list[Given], hands: reveal.Hands) -> None:
    """Draw the buttons for what may come next; the one that is advised stands out."""
    choices: list[tuple[str, int, str]] = []
    phases, step = room.activity.phases, room.step
    advised = 0
    if room.phase == LOBBY:
        choices = [("Begin", 0, QUESTION)]
    elif room.phase == QUESTION:
        choices = [("Close the vote", step, CLOSED)]
    elif room.phase == CLOSED and room.activity.kind == PREDICT:
        choices = [("Discuss", step, DISCUSS), ("Vote again", step, AGAIN), ("Reveal", step, REVEALED)]
        found = outcomes.votes(given, hands, step)
        if len(found):
            right = statistics.share_right(found.choices, np.full(len(found), reveal.label(room.activity)))
            advice = statistics.advice(right.share)
            advised = {Advice.DISCUSS: 0, Advice.EXPLAIN: 1, Advice.GO_ON: 2}[advice]
            figures.say(f"{percent(right.share, 0)} have it right. {advice.value}", "advice")
    elif room.phase == DISCUSS:
        choices = [("Vote again", step, AGAIN)]
    elif room.phase in (CLOSED, AGAIN) and REVEALED in phases:
        choices = [("Reveal", step, REVEALED)]
    elif step + 1 < len(room.plan):
        choices = [(f"Next: {room.plan[step + 1].title}", step + 1, QUESTION)]
    else:
        figures.say("The lesson is over. The report is below.")
    with st.container(key="room-next"):
        for k, (words, to, phase) in enumerate(choices):
            st.button(
                words,
                key=f"next-{step}-{room.phase}-{k}",  # a second press means what stood there, and that is done
                type=figures.pressed(k == advised),
                on_click=go,
                args=(room, to, phase),
                width="stretch",
            )
    text = notes.LOBBY if room.phase == LOBBY else notes.NOTES[room.activity.kind]
    st.caption(text)


def go(room: Room, step: int, phase: str) -> None:
    """Take the room to a step and a phase, from a callback."""
    try:
        SCHOOL.rooms.go(room, step, phase)
    except ClassError as problem:
        tell(problem)


def _what_they_said(room: Room, given: list[Given], hands: reveal.Hands) -> None:
    """Show the teacher the truth, and after the close what the class said."""
    activity = room.activity
    if room.phase == LOBBY:
        return
    if room.phase == REVEALED:
        reveal.to_class(room, SCHOOL.answers.given(room), SCHOOL.answers.hands(room))
    elif activity.kind == PREDICT:
        true = reveal.label(activity)
        voting.question_picture(activity)
        network = caches.network(room.network)
        probs = network.probabilities(network.stored_logits.test[activity.pictures[0]])
        says = f"**{class_name(int(probs.argmax()))}**, {percent(float(probs.max()), 0)}"
        st.caption(f"For you alone: it is **{class_name(true)}**; the network says {says}.")
        found = outcomes.votes(given, hands, room.step, 2 if room.phase == AGAIN else 1)
        if room.phase != QUESTION and len(found):
            st.html(figures.bars(CLASS_NAMES, statistics.histogram(found.choices), "What they said", true))
    elif activity.kind == EXIT and room.phase == CLOSED:
        question, found = QUESTIONS[activity.detail], outcomes.votes(given, hands, room.step)
        st.html(
            figures.bars(question.options, statistics.histogram(found.choices, 4), "What they said", question.right)
        )


def _plan(room: Room) -> None:
    with st.expander("Lesson", icon=":material/list:", key="room-plan", on_change="rerun") as panel:
        if panel.open:
            for step, activity in enumerate(room.plan):
                here = step == room.step
                words = f"{step + 1}. {activity.title} ({activity.minutes} min)"
                st.button(
                    words,
                    key=f"step-{step}",
                    type="tertiary",
                    icon=":material/play_arrow:" if here else None,
                    on_click=go,
                    args=(room, step, QUESTION),
                    help="Go there and ask it; answers that were given are kept",
                )


def _seats(room: Room) -> None:
    with st.expander("Seats", icon=":material/group:", key="room-seats", on_change="rerun") as panel:
        if not panel.open:
            return
        st.session_state["lock"] = room.locked  # as it stands: another remote may have changed it, or the database not
        st.toggle("Lock the room: nobody else may join", key="lock", on_change=_lock, args=(room,))
        st.caption("Answers from a muted seat are not counted. Nothing here shows who gave which answer.")
        with st.container(key="room-mutes", horizontal=True):
            for seat in SCHOOL.rooms.seats(room):
                st.button(
                    f"{seat.name} (muted)" if seat.muted else seat.name,
                    key=f"mute-{seat.number}-{seat.muted}",
                    icon=":material/volume_off:" if seat.muted else None,
                    on_click=_mute,
                    args=(room, seat.number, not seat.muted),
                )


def _lock(room: Room) -> None:
    try:
        SCHOOL.rooms.lock(room, bool(st.session_state["lock"]))
    except ClassError as problem:
        tell(problem)


def _mute(room: Room, number: int, on: bool) -> None:
    try:
        SCHOOL.rooms.mute(room, number, on)
    except ClassError as problem:
        tell(problem)
