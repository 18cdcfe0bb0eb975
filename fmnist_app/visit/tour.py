"""A guided tour of six stops: at each one sentence and one thing to do. `?tour=3` is the third."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import streamlit as st

from fmnist_app import state
from fmnist_app import streamlit_internals as internals


@dataclass(frozen=True)
class Stop:
    """One stop.

    Attributes:
        title: two or three words.
        page: the page it is on.
        sentence: what there is to see.
        task: what to do.
        index: its test picture, or None for whichever is chosen.
        settings: the page's own settings, by their keys.
    """

    title: str
    page: str
    sentence: str
    task: str
    index: int | None = None
    settings: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def script(self) -> str:
        return f"fmnist_app/pages/{self.page}.py"


STOPS = (
    Stop(
        "An easy picture",
        "predict",
        "The network has never seen this picture, and yet it is almost certain what it is, and right.",
        "Choose “Next” a few times: how often is it right?",
        743,
        {"ask": None},
    ),
    Stop(
        "A mistake",
        "predict",
        "Here the network is sure as well, but wrong: being confident is not the same as being right.",
        "Choose “Next mistake” and decide whether you would have known better.",
        32,
        {"ask": None},
    ),
    Stop(
        "Why?",
        "predict",
        "Under the picture you see what the answer rests on: blue parts speak for it, orange parts against it.",
        "Choose another class in the field “Why” and watch the colours change.",
        32,
        {"ask": "Why", "why": None},
    ),
    Stop(
        "All the mistakes",
        "evaluate",
        "Each row is a true class, each column what the network said: off the diagonal it was wrong.",
        "Choose a large number off the diagonal to see the pictures behind it.",
        None,
        {"view": "Confusion matrix"},
    ),
    Stop(
        "Break it",
        "stress",
        "A small change that would not trouble you can turn the answer over.",
        "Move the slider “Rotate” until the class changes.",
        743,
        {"kind": "rotate"},
    ),
    Stop(
        "Your own garment",
        "garment",
        "The network only knows small grey pictures, so yours becomes one first, step by step.",
        "Draw a garment, or choose another way above the board.",
        None,
        {"way": "Draw"},
    ),
)


def go(number: int) -> None:
    """Go to a stop, 1..6, from a callback; 0 leaves the tour."""
    st.session_state[state.TOUR] = number
    if not number:
        return
    stop = STOPS[number - 1]
    state.choose(index=stop.index)
    state.forget_network()
    st.session_state.update(stop.settings)
    internals.request_page(stop.script, state.in_address())


def arrive(page: str) -> None:
    """Open the stop that the address of a new visit names; what else it names is left as it is.

    Args:
        page: the page that the address opened.
    """
    number = state.arrived_at_stop()
    if number is None:
        return
    stop = STOPS[number - 1]
    if "index" not in st.query_params and stop.index is not None:
        state.choose(index=stop.index)
    st.session_state.update({key: value for key, value in stop.settings.items() if key not in st.query_params})
    if page != stop.page:
        st.switch_page(stop.script, query_params={"tour": str(number)})


def draw(page: str) -> None:
    """Draw the stop that the visitor is at, if the tour is on.

    Args:
        page: the page that is open.
    """
    number = state.tour()
    if not number:
        return
    stop = STOPS[number - 1]
    here = page == stop.page
    with st.container(key="tour", horizontal=True, vertical_alignment="center", gap="small"):
        sentence = f"{stop.sentence} <b>{stop.task}</b>" if here else "The tour waits for you at this stop."
        st.html(
            f'<section class="fm-stop" aria-label="Guided tour" aria-live="polite"><b>{number} of {len(STOPS)} · '
            f"{stop.title}</b><p>{sentence}</p></section>"
        )
        with st.container(horizontal=True, gap="small", width="content", key="tour-steps"):
            st.button("Back", key="tour-back", on_click=go, args=(number - 1,), disabled=number == 1)
            if not here:
                st.button("Return", key="tour-return", type="primary", on_click=go, args=(number,))
            elif number < len(STOPS):
                st.button("Next stop", key="tour-next", type="primary", on_click=go, args=(number + 1,))
            st.button("Leave" if number < len(STOPS) else "Finish", key="tour-leave", on_click=go, args=(0,))
