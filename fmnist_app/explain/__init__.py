"""What can be asked of a prediction, one module each: `show(prediction)` draws it.

Nothing of a question that was not asked runs.
"""

import streamlit as st

from fmnist_app import choices
from fmnist_app.components import reveal
from fmnist_app.explain import inside, lookalikes, networks, why
from fmnist_core import Prediction, predict

QUESTIONS = {"Why": why, "Look-alikes": lookalikes, "Inside": inside, "All networks": networks}


def choose() -> None:
    """Draw the questions; the one that is asked stands in the address."""
    choices.choose_any(
        "Ask further",
        list(QUESTIONS),
        "ask",
        help="Choose it again to close it",
        on_change=lambda: reveal.ask("question"),
    )


def show(prediction: Prediction) -> None:
    """Draw the question that is asked, if one is."""
    asked = st.session_state.get("ask")
    if asked in QUESTIONS:
        with st.container(key="question"):
            if prediction.views > 1 and QUESTIONS[asked] is not networks:
                st.caption(
                    f"The verdict is the mean over {prediction.views} views of the picture: turned a little either "
                    "way, and mirrored; those that are not turned count twice. What follows is about the picture as it "
                    "is."
                )
                prediction = predict(prediction.network, prediction.image, prediction.label, prediction.name)
            QUESTIONS[asked].show(prediction)
