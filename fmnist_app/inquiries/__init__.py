"""What can be asked of an answer, one module each: `show(answer)` draws it.

Nothing of a question that was not asked runs.
"""

import streamlit as st

from fmnist_app.answer import Answer
from fmnist_app.inquiries import inside, lookalikes, why

INQUIRIES = {"Why": why, "Look-alikes": lookalikes, "Inside": inside}


def choose() -> None:
    """Draw the questions; the one that is asked stands in the address."""
    st.segmented_control("Ask further", list(INQUIRIES), key="ask", bind="query-params", help="Pick it again to close")


def show(answer: Answer) -> None:
    """Draw the question that is asked, if one is."""
    asked = st.session_state.get("ask")
    if asked in INQUIRIES:
        INQUIRIES[asked].show(answer)
