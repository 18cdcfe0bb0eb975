"""The entrance of Classroom: join a room by its code, or open one with the ready lesson or one's own pictures."""

import secrets
import time
from collections.abc import Callable
from functools import partial

import streamlit as st

from fmnist_app import caches, state
from fmnist_app.classroom import address, figures
from fmnist_app.classroom.sentences import said, tell
from fmnist_app.classroom.service import SCHOOL
from fmnist_app.widgets import frame
from fmnist_core import ModelError, default_network, load_test
from fmnist_core.classroom import decks, lesson
from fmnist_core.classroom.activities import Activity
from fmnist_core.classroom.errors import ClassError, Refusal
from fmnist_core.networks import cards

CODE_FIELD = "class-code"
_OPENED = "_opened_room"  # when, its code, its secret
_TWICE = 3.0  # seconds in which a second press means the same room


def draw() -> None:
    """Draw both ways in."""
    st.title("Classroom", anchor=False)
    said()
    with st.container(key="room-ways"):
        with st.container(key="room-enter", border=True):
            st.subheader("Join a class", anchor=False)
            st.caption("The code is on the teacher's screen. You need no account and give no name.")
            st.text_input("Room code, such as BCD-2345", key=CODE_FIELD, max_chars=12)
            st.button("Join", key="enter", type="primary", on_click=_enter, width="stretch")
        with st.container(key="room-open", border=True):
            st.subheader("Open a room", anchor=False)
            _open_ways()


def _enter() -> None:
    typed = str(st.session_state.get(CODE_FIELD) or "")
    try:
        room = SCHOOL.rooms.by_code(typed, address.origin())
    except ClassError as problem:
        tell(problem)
    else:
        address.become(room=room.code)


def _open_ways() -> None:
    deck = _asked_deck()
    st.caption(
        f"For teachers: {lesson.MINUTES} minutes in which the class says what a picture shows, discusses, votes again, "
        "and tries to beat the network and to fool it. Up to 200 phones, or none: hands can be counted. Nothing leaves "
        "this machine; a room ends after four hours."
    )
    name = default_network()
    if deck:
        st.markdown(f"**Your deck**: {len(deck)} pictures")
        thumbnails = load_test().images[list(deck)]
        st.html(figures.strip(thumbnails))
        st.button(
            "Open a room with this deck",
            key="open-deck",
            type="primary",
            on_click=_open,
            args=(lambda seed: lesson.own_lesson(deck), name),
        )
    st.button(
        f"Open a room with the ready lesson ({lesson.MINUTES} minutes)",
        key="open-lesson",
        type="secondary" if deck else "primary",
        on_click=_open,
        args=(partial(_ready_lesson, name), name),
    )
    st.caption(f"The class plays with the network **{cards.title(name)}**.")


def _asked_deck() -> tuple[int, ...]:
    text = st.query_params.get("deck", "")
    if not text:
        return ()
    try:
        return decks.read_deck(text)
    except ValueError as problem:
        st.warning(frame.plain(f"The address holds no deck: {problem}."), icon=":material/link_off:")
        return ()


def _ready_lesson(name: str, seed: int) -> tuple[Activity, ...]:
    try:
        network = caches.network(name)
        return lesson.ready_lesson(network.probabilities(network.stored_logits.test), load_test().labels, seed)
    except ModelError as problem:
        raise Refusal(f"The lesson's pictures cannot be chosen: {problem}") from problem


def _open(plan_of: Callable[[int], tuple[Activity, ...]], name: str) -> None:
    """Open a room, from a callback; a second press that came before the page was drawn anew finds that of the first.

    Args:
        plan_of: returns its activities, from a seed.
        name: of the network.
    """
    opened, code, secret = st.session_state.get(_OPENED, (float("-inf"), "", ""))
    if time.monotonic() - opened >= _TWICE:
        seed = secrets.randbelow(2**31)
        try:
            room, secret = SCHOOL.rooms.open(plan_of(seed), name, seed, address.origin())
        except ClassError as problem:
            return tell(problem)
        code = room.code
        st.session_state[_OPENED] = time.monotonic(), code, secret
    st.session_state[state.TOUR] = 0  # first: becoming another visitor ends the callback
    address.become(room=code, secret=secret)
