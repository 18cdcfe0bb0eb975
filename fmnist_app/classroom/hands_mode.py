"""A class without devices: the teacher counts hands and types the numbers."""

import streamlit as st

from fmnist_app.classroom import reveal
from fmnist_app.classroom.sentences import tell
from fmnist_app.classroom.service import SCHOOL
from fmnist_core import CLASS_NAMES
from fmnist_core.classroom.activities import BEAT, EXIT, LOBBY, PREDICT
from fmnist_core.classroom.answers import MAX_HANDS
from fmnist_core.classroom.errors import ClassError
from fmnist_core.classroom.questions import QUESTIONS
from fmnist_core.classroom.rooms import Room


def draw(room: Room, hands: reveal.Hands) -> None:
    """Draw a field for each answer, while an activity is under way whose answers can be shown by hands."""
    activity = room.activity
    if room.phase == LOBBY or activity.kind not in (PREDICT, BEAT, EXIT):
        return
    with st.expander("Hands", icon=":material/back_hand:", key="room-hands", on_change="rerun") as panel:
        if not panel.open:
            return
        voting_round = 2 if room.phase in ("again", "revealed") and activity.kind == PREDICT else 1
        st.caption(f"Count hands and type how many, vote {voting_round}. They are added to the phones' answers.")
        question = 0
        if activity.questions > 1:
            question = int(st.number_input("Picture", 1, activity.questions, key="hands-picture")) - 1
        options = QUESTIONS[activity.detail].options if activity.kind == EXIT else CLASS_NAMES
        place = f"{room.id}-{room.step}-{voting_round}-{question}"
        with st.form(f"hands-{place}", border=False), st.container(key="room-counts"):
            for k, name in enumerate(options):
                count = hands.get((room.step, question, voting_round, k), 0)
                st.number_input(name, 0, MAX_HANDS, value=count, key=f"hand-{place}-{k}")
            st.form_submit_button(
                "Count them", on_click=_count, args=(room, question, voting_round, place, len(options))
            )


def _count(room: Room, question: int, voting_round: int, place: str, options: int) -> None:
    typed = {k: st.session_state.get(f"hand-{place}-{k}") for k in range(options)}
    counts = {k: n if isinstance(n, int) else 0 for k, n in typed.items()}  # a browser may send anything
    try:
        SCHOOL.answers.count_hands(room, question, voting_round, counts)
    except ClassError as problem:
        tell(problem)
