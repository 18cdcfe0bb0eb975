"""The header of every page: what this is, and the way to help and sharing.

It lies over Streamlit's own bar and is filled after the page, so that it costs the verdict neither place nor time.
"""

import streamlit as st

from fmnist_app import state
from fmnist_app.visit import glossary, introduction, share, tour

NAME = "Fashion-MNIST explorer"
# What a page is for, in the space of half a line; the first one stands wherever there is no other.
SENTENCES = {
    "predict": "See what a neural network takes clothes for, and why",
    "evaluate": "How often it is right, and which classes it mixes up",
    "explore": "All 10,000 test pictures, alike ones close together",
    "stress": "Move a slider until the network changes its mind",
    "train": "Put a network together, and watch it learn",
    "garment": "Show the network your own clothes, or draw some",
    "class": "A room in which a class plays against the network",
}
KEYS = "**Keys on Predict**: ← → previous and next picture, S random, M next mistake."


def draw(page: str, menus: bool = True) -> None:
    """Fill the header.

    Args:
        page: the one that is open.
        menus: not where sharing the address would hand on a seat or a secret.
    """
    sentence = SENTENCES.get(page, SENTENCES["predict"])
    with st.container(key="header", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<p class="fm-brand" translate="no"><b>{NAME}</b></p><p class="fm-claim">{sentence}</p>')
        if menus:
            _menus()


@st.fragment(key="menus")
def _menus() -> None:
    """Draw the menus; opening one runs nothing of the page, and what is in it is made only then."""
    with st.container(horizontal=True, gap="xsmall", key="menus"):
        with st.popover("Help", icon=":material/help:", type="tertiary", key="help", on_change="rerun") as panel:
            if panel.open:
                _help()
        with st.popover("Share", icon=":material/share:", type="tertiary", key="share", on_change="rerun") as panel:
            if panel.open:
                share.draw()


def _project(on: bool) -> None:
    st.session_state[state.PROJECTOR] = on
    st.session_state["help"] = False
    st.rerun()


def _help() -> None:
    with st.container(horizontal=True, gap="small"):
        st.button("Introduction", icon=":material/waving_hand:", key="again", on_click=introduction.bring_back)
        st.button("Guided tour", icon=":material/route:", key="tour-start", on_click=tour.go, args=(1,))
        st.page_link("fmnist_app/pages/about.py", label="About", icon=":material/info:")
        on = state.projector()
        st.button(
            "Leave large type" if on else "Large type",
            icon=":material/cast:",
            key="projector-switch",
            on_click=_project,
            args=(not on,),
            help="Larger type and pictures for a class; less around them",
        )
    st.caption(KEYS)
    with st.container(height=320, border=False, key="glossary"):
        glossary.draw()
