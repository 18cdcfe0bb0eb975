"""The wall of a class: what is asked, how many have answered, and what came of it; never who said what."""

import streamlit as st

from fmnist_app.classroom import address, figures, reveal, voting
from fmnist_app.classroom.service import SCHOOL
from fmnist_app.components.pulse import NO_ROOM, pulse, seen_of
from fmnist_app.visit import share
from fmnist_core import ModelError, class_name, load_test
from fmnist_core.classroom import activities, codes, outcomes
from fmnist_core.classroom.activities import BEAT, BREAK, EXIT, FOOL, PREDICT, TRUST, Activity, Given
from fmnist_core.classroom.errors import ClassError
from fmnist_core.classroom.questions import QUESTIONS
from fmnist_core.classroom.rooms import Room
from fmnist_core.evaluation.corruptions import KINDS

EVERY = 1.0  # seconds between two questions whether anything has changed


@st.fragment
def show(token: str) -> None:
    """Draw the wall of a projector token; a change runs this part of the page alone, and no press is lost to it."""
    try:
        felt = SCHOOL.rooms.pulse(token)
        room = SCHOOL.rooms.projector(token)
        seats = SCHOOL.rooms.seats(room)
        given, hands = SCHOOL.answers.given(room), SCHOOL.answers.hands(room)
    except ClassError as problem:
        figures.say(str(problem), "problem")
        pulse(token, seen_of(problem), EVERY, key="pulse")
        return
    # First: whatever fails below, the next change comes through.
    pulse(token, felt.text if felt else NO_ROOM, EVERY, key="pulse")
    try:
        _draw(room, sum(not seat.muted for seat in seats), given, hands)
    except ModelError as problem:
        figures.say(f"The network cannot be shown: {problem}", "problem")


def _draw(room: Room, seats: int, given: list[Given], hands: reveal.Hands) -> None:
    if room.phase == activities.LOBBY:
        _welcome(room, seats)
        return
    with st.container(key="room-head"):
        way = "" if room.locked else f'<span>Join: <b translate="no">{codes.spell(room.code)}</b></span>'
        st.html(
            f'<p class="fm-head"><span>{room.step + 1} of {len(room.plan)} · {room.activity.title} · '
            f"<b>{activities.PHASE_NAMES[room.phase]}</b></span>{way}</p>"
        )
    if room.phase == activities.REVEALED:
        reveal.to_class(room, given, hands)
    else:
        _ask(room)
        _count(room, seats, given, hands)


def _welcome(room: Room, seats: int) -> None:
    link = address.join_link(room.code)
    with st.container(key="room-welcome"):
        st.html(
            f'<div class="fm-welcome"><img src="{share.qr_code(link)}" alt="QR code of the address to join">'
            f'<div><p>Join with a phone</p><p class="fm-code" translate="no">{codes.spell(room.code)}</p>'
            f'<p class="fm-link">{link}</p><p class="fm-count"><b>{seats}</b> here</p></div></div>'
        )


def _ask(room: Room) -> None:
    activity, phase = room.activity, room.phase
    if activity.kind == EXIT:
        question = QUESTIONS[activity.detail]
        figures.say(question.text)
        options = "".join(f"<li>{option}</li>" for option in question.options)
        st.html(f'<ol class="fm-options">{options}</ol>')
        return
    if activity.kind == TRUST:
        with st.container(key="room-question"):
            st.html(figures.wall(outcomes.blurred_images(activity)))
            figures.say(
                "The network names a set of classes for each picture. Of 100 sharp pictures, 95 sets hold the true "
                "class: that is its promise. How many of these 100?"
            )
        return
    if activity.kind == BEAT:
        figures.say(f"{activity.questions} pictures, alone, no hurry: can you beat the network?")
        images = load_test().images[list(activity.pictures)]  # for a class without phones
        st.html(figures.gallery([(image, str(k + 1), False) for k, image in enumerate(images)]))
        return
    with st.container(key="room-question"):
        voting.question_picture(activity)
        figures.say(_sentence(activity, phase))


def _sentence(activity: Activity, phase: str) -> str:
    """Return what the class is asked to do about a picture."""
    if phase == activities.CLOSED:
        closed = {PREDICT: "The vote is closed.", BREAK: "The guesses are in.", FOOL: "The drawings are in."}
        return closed[activity.kind]
    if activity.kind == BREAK:
        verb = {"rotate": "turn", "blur": "blur", "occlude": "cover"}[activity.detail]
        return f"How far can you {verb} it ({KINDS[activity.detail].unit}) until the network changes its mind?"
    if activity.kind == FOOL:
        garment = class_name(reveal.label(activity))
        return f"Fool it: change this so that people still see the class {garment}, and the network something else."
    return {
        activities.QUESTION: "What is it? And how sure are you?",
        activities.DISCUSS: "Convince a neighbour. What do you see?",
        activities.AGAIN: "Vote again: what is it now?",
    }[phase]


def _count(room: Room, seats: int, given: list[Given], hands: reveal.Hands) -> None:
    """Say how many have answered: a seat counts once, with all answers of its activity."""
    done = answered(room, given)
    voting_round = room.round or 1
    raised = sum(n for (step, _, r, _), n in hands.items() if (step, r) == (room.step, voting_round))
    more = f" · {raised} hands" if raised else ""
    st.html(f'<p class="fm-count" role="status"><b>{done}</b> of {seats} have answered{more}</p>')


def answered(room: Room, given: list[Given]) -> int:
    """Return how many seats have given all answers of the round that is open, or was last."""
    rounds = {g.round for g in given if g.step == room.step}
    last = room.round or (max(rounds, default=1) if room.phase == activities.REVEALED else 1)
    counts: dict[int, int] = {}
    for g in given:
        if (g.step, g.round) == (room.step, last):
            counts[g.number] = counts.get(g.number, 0) + 1
    return sum(count >= room.activity.questions for count in counts.values())
