"""A student's phone: what is asked now, two taps to answer, and what was counted. No answer is sent before its time."""

from contextlib import suppress

import streamlit as st

from fmnist_app.classroom import address, figures, reveal, voting
from fmnist_app.classroom.sentences import said, tell
from fmnist_app.classroom.service import SCHOOL
from fmnist_app.components.pulse import pulse, seen_of
from fmnist_core import ModelError
from fmnist_core.classroom import activities, codes
from fmnist_core.classroom.activities import BEAT, BREAK, EXIT, FOOL, TRUST, Activity, Given
from fmnist_core.classroom.errors import ClassError, Refusal
from fmnist_core.classroom.rooms import Room, Seat

_TOKENS = "_seat_tokens"  # by the code as it was typed
EVERY = 2.0  # seconds between two questions whether anything has changed


def join(typed: str) -> None:
    """Draw the way into a room for a student who has no seat yet."""
    code = codes.read_code(typed)
    figures.say(f"Room {codes.spell(code)}" if code else "Join a class")
    st.caption("You get an animal's name. You need no account, give no name and install nothing.")
    said()
    st.button("Take a seat", key="sit", type="primary", on_click=_sit, args=(typed,), width="stretch")


def _sit(typed: str) -> None:
    """Take a seat, from a callback; a second tap that came before the page was drawn anew finds that of the first."""
    tokens: dict[str, str] = st.session_state.setdefault(_TOKENS, {})
    with suppress(ClassError):
        if token := tokens.get(typed):
            address.become(room=SCHOOL.rooms.seat(token)[0].code, seat=token)
    try:
        room, _, tokens[typed] = SCHOOL.rooms.join(typed, address.origin())
    except ClassError as problem:
        tell(problem)
    else:
        address.become(room=room.code, seat=tokens[typed])


@st.fragment
def show(token: str) -> None:
    """Draw the seat of a token; an answer runs this part of the page alone."""
    try:
        room, seat = SCHOOL.rooms.seat(token)
        mine = SCHOOL.answers.given(room, room.step, seat.number)
    except ClassError as problem:
        figures.say(str(problem), "problem")
        pulse(token, seen_of(problem), EVERY, key="pulse")
        if isinstance(problem, Refusal):
            st.button("Join again", key="rejoin", on_click=address.become)
        return
    pulse(token, f"{room.version}.{int(seat.muted)}", EVERY, key="pulse")
    _draw(token, room, seat, mine)


def _draw(token: str, room: Room, seat: Seat, mine: list[Given]) -> None:
    step = f"{room.step + 1} of {len(room.plan)} · {room.activity.title}" if room.phase != activities.LOBBY else ""
    st.html(f'<p class="fm-seat"><b>{seat.name}</b> <span>{codes.spell(room.code)}</span><br>{step}</p>')
    said()
    if seat.muted:
        figures.say("Your teacher has muted this seat: its answers are not counted.", "problem")
    elif room.phase == activities.LOBBY:
        figures.say(f"You are {seat.name}. The class begins in a moment.")
        st.caption("Keep this page open. If it closes, the address in your browser brings your seat back.")
    elif room.round is not None:
        asked = [g for g in mine if g.round == room.round]
        ways = {
            BEAT: voting.beat,
            BREAK: voting.strength,
            TRUST: voting.coverage,
            FOOL: voting.drawing,
            EXIT: voting.option,
        }
        ways.get(room.activity.kind, voting.predict)(token, room, asked)
    elif room.phase == activities.REVEALED:
        try:
            reveal.to_student(room, mine)
        except ModelError as problem:
            figures.say(f"The network cannot be shown: {problem}", "problem")
    elif room.phase == activities.DISCUSS:
        voting.question_picture(room.activity)
        figures.say("Convince a neighbour: what do you see that makes you so sure?")
        _own(room.activity, mine)
    else:
        voting.question_picture(room.activity)
        figures.say("The vote is closed.")
        _own(room.activity, mine)


def _own(activity: Activity, mine: list[Given]) -> None:
    if not mine:
        st.caption("You have not answered this one.")
    elif activity.kind == BEAT:
        st.caption(f"You answered {len(mine)} of {activity.questions} pictures.")
    else:
        st.caption(f"You said: {voting.words(activity, mine[-1].answer)}.")
