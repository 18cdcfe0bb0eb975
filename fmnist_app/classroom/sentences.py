"""What a tap has to say when it could not do what was asked: a sentence, once, at the head of the next run."""

import streamlit as st

from fmnist_app.classroom import figures
from fmnist_core.classroom.errors import ClassError

_SAID = "_class_said"


def tell(problem: ClassError) -> None:
    """Keep a sentence for the next run."""
    st.session_state[_SAID] = str(problem)


def said() -> None:
    """Show the sentence that was kept; its place is always there."""
    with st.container(key="room-said"):
        if sentence := st.session_state.pop(_SAID, None):
            figures.say(sentence, "problem")
