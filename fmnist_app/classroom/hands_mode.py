"""A class without devices: the teacher counts hands and types the numbers."""

from collections.abc import Sequence

import streamlit as st

from fmnist_app.classroom import reveal, voting
from fmnist_app.classroom.sentences import tell
from fmnist_app.classroom.service import SCHOOL
from fmnist_core import CLASS_NAMES
from fmnist_core.classroom.activities import AGAIN, BEAT, EXIT, LOBBY, PREDICT, REVEALED, Given
from fmnist_core.classroom.answers import MAX_HANDS
from fmnist_core.classroom.errors import ClassError
from fmnist_core.classroom.questions import QUESTIONS
from fmnist_core.classroom.rooms import Room


def draw(room: Room, given: Sequence[Given], hands: reveal.Hands) -> None:
    """Draw a field for each answer, while an activity is under way whose answers can be shown by hands.

    Args:
        room: as it stands.
        given: answers of this step.
        hands: that were counted in this step.
    """
    activity = room.activity
    if room.phase == LOBBY or activity.kind not in (PREDICT, BEAT, EXIT):
        return
    with st.expander("Hands", icon=":material/back_hand:", key="room-hands", on_change="rerun") as panel:
        if not panel.open:
            return
        again = {answer.round for answer in given} | {voting_round for _, _, voting_round, _ in hands}
        voting_round = 2 if room.phase == AGAIN or (room.phase == REVEALED and 2 in again) else 1
        st.caption(f"Count hands and type how many, vote {voting_round}. They are added to the phones' answers.")
        question = 0
        if activity.questions > 1:
            question = int(st.number_input("Picture", 1, activity.questions, key="hands-picture")) - 1
            voting.question_picture(activity, question)
        options = QUESTIONS[activity.detail].options if activity.kind == EXIT else CLASS_NAMES
        counts = [hands.get((room.step, question, voting_round, k), 0) for k in range(len(options))]
        # Fields keep what they once showed; when another remote has counted, these are new ones.
        place = f"{room.id}-{room.step}-{voting_round}-{question}-{'.'.join(map(str, counts))}"
        with st.form(f"hands-{place}", border=False), st.container(key="room-counts"):
            for k, name in enumerate(options):
                st.number_input(name, 0, MAX_HANDS, value=counts[k], key=f"hand-{place}-{k}")
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
