"""The report of a lesson, at any time; the drawings that a teacher hides; and the end of a room."""

import numpy as np
import streamlit as st

from fmnist_app import caches
from fmnist_app.classroom import address
from fmnist_app.classroom.sentences import tell
from fmnist_app.classroom.service import SCHOOL
from fmnist_app.widgets import pictures
from fmnist_core.classroom.activities import FOOL, LOBBY
from fmnist_core.classroom.errors import ClassError
from fmnist_core.classroom.report import Lesson, report_csv, report_html
from fmnist_core.classroom.rooms import Room
from fmnist_core.data import SIDE


def draw(room: Room, secret: str, seats: int) -> None:
    """Draw drawings, report and the end."""
    if room.activity.kind == FOOL and room.phase != LOBBY:
        _drawings(room)

    def lesson() -> Lesson:
        now = SCHOOL.rooms.remote(secret)
        given, hands = SCHOOL.answers.given(now), SCHOOL.answers.hands(now)
        return Lesson(now, seats, given, hands, caches.network(now.network))

    with st.expander("Report and end", icon=":material/summarize:", key="room-end", on_change="rerun") as panel:
        if not panel.open:
            return
        with st.container(horizontal=True):
            st.download_button(
                "Report",
                lambda: report_html(lesson()),
                "lesson-report.html",
                "text/html",
                key="report-html",
                icon=":material/download:",
                on_click="ignore",
            )
            st.download_button(
                "Answers (CSV)",
                lambda: report_csv(lesson()),
                "lesson-answers.csv",
                "text/csv",
                key="report-csv",
                icon=":material/download:",
                on_click="ignore",
            )
        st.caption(
            "The report is one file that needs no network and names nobody. The room ends by itself after four hours."
        )
        with st.popover("Wipe the room", icon=":material/delete:", key="wipe-panel"):
            st.markdown("This deletes all seats and answers. Download the report first: afterwards there is none.")
            st.button("Wipe it now", key="wipe", type="primary", on_click=_wipe, args=(room,))


def _wipe(room: Room) -> None:
    try:
        SCHOOL.rooms.wipe(room)
    except ClassError as problem:
        tell(problem)
    else:
        address.become()


def _drawings(room: Room) -> None:
    with st.expander("Drawings", icon=":material/brush:", key="room-drawings", on_change="rerun") as panel:
        if not panel.open:
            return
        drawn = [g for g in SCHOOL.answers.given(room, room.step) if g.answer.drawing is not None]
        if not drawn:
            st.caption("No drawing has been handed in.")
        with st.container(key="room-hides"):
            for g in drawn:
                with st.container(key=f"drawing-{g.number}"):
                    pixels = np.frombuffer(g.answer.drawing or b"", np.uint8).reshape(SIDE, SIDE)
                    pictures.picture(pixels, "A drawing")
                    words = "Show" if g.hidden else "Hide"
                    args = (room, g.number, not g.hidden)
                    st.button(words, key=f"hide-{g.number}-{g.hidden}", on_click=_hide, args=args, width="stretch")


def _hide(room: Room, number: int, on: bool) -> None:
    try:
        SCHOOL.answers.hide(room, room.step, number, on)
    except ClassError as problem:
        tell(problem)
