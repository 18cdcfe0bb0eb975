"""The introduction of a first visit: on the landing page, once."""

import streamlit as st

from fmnist_app import state
from fmnist_app import streamlit_internals as internals
from fmnist_app.components.welcome import welcome
from fmnist_app.visit import tour

_WANTED, _ASKED = "_introduction_wanted", "_introduction_asked"


def arrive() -> None:
    """Note whether a new visit comes without a wish of its own: whoever follows a link wants to see what it names."""
    if _WANTED not in st.session_state:
        st.session_state[_WANTED] = not st.query_params


def draw(page: str) -> None:
    """Draw the introduction until it is sent away; whoever has done so before does not see it (the browser knows).

    Args:
        page: the page that is open.
    """
    asked = st.session_state.get(_ASKED, False)
    if asked or (page == "predict" and st.session_state[_WANTED]):
        welcome(always=asked, on_leave=_leave, key="welcome")


def bring_back() -> None:
    """Show the introduction again, from a callback."""
    st.session_state[_ASKED] = True
    st.session_state["help"] = False  # the menu that it was asked for in closes
    st.rerun()


def _leave(way: str) -> None:
    st.session_state[_WANTED] = st.session_state[_ASKED] = False
    if way == "tour":
        tour.go(1)
    elif way == "garment":
        internals.request_page("garment.py", state.in_address())
