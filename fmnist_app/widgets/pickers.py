"""Steps from picture to picture, on every page that shows one."""

import random
from collections.abc import Callable
from functools import partial

import streamlit as st

from fmnist_app import caches, choices, selection, state
from fmnist_app import streamlit_internals as internals
from fmnist_app.widgets import frame
from fmnist_core import ModelError, data, load_test


def step(by: int) -> None:
    """Go so many pictures on, within the wall that the visitor came from; the last is followed by the first."""
    if selection.step(by):
        return
    state.choose(index=(state.picture() + by) % data.TEST_SIZE)


def shuffle() -> None:
    """Go to any picture."""
    state.choose(index=random.randrange(data.TEST_SIZE))


def next_mistake() -> None:
    """Go to the next picture that the chosen network gets wrong, looking at each in turn."""
    try:
        classifier, test = caches.network(state.network()).classifier, load_test()
    except ModelError as problem:
        state.choose()  # one sentence, however often it is asked for
        return state.note(f"This network cannot look for mistakes: {problem}")
    here = state.picture()
    for away in range(1, data.TEST_SIZE + 1):
        index = (here + away) % data.TEST_SIZE
        if classifier.logits(test.images[index][None])[0].argmax() != test.labels[index]:
            return state.choose(index=index)


LINE = "steps"  # key of the line with number field and steps, where it is a part of the page
ACTIONS = (
    ("Previous", "previous", "chevron_left", "Left", partial(step, -1)),
    ("Next", "next", "chevron_right", "Right", partial(step, 1)),
    ("Random", "random", "shuffle", "S", shuffle),
    ("Next mistake", "mistake", "error", "M", next_mistake),
)
HELP = {"previous": "Key ←", "next": "Key →", "random": "Key S", "mistake": "Key M: the next picture it gets wrong"}


def pick_index() -> None:
    """Draw the number field `index` for the shared picture."""
    st.session_state["index"] = state.picture()
    st.number_input(
        "Test picture",
        min_value=0,
        max_value=data.TEST_SIZE - 1,
        key="index",
        width=170,
        on_change=_typed,
        help="A number from 0 to 9999. The arrow keys ← and → step when the field is not in use.",
    )


def _typed() -> None:
    """Go to the picture whose number was typed; the line is drawn again only where it says more than the number."""
    left = selection.current()
    state.choose(index=st.session_state["index"])
    if left is not None or selection.current() is not None or state.picture() != st.session_state["index"]:
        internals.redraw(LINE, frame.BODY)


def controls(is_secret: Callable[[int], bool] = lambda index: False) -> None:
    """Draw the wall that the visitor came from; the number field, the steps, and the network picker in one line.

    Args:
        is_secret: whether nothing may be said of what a picture shows, as a wall's title does.
    """
    chosen = selection.current()
    with st.container(horizontal=True, vertical_alignment="center", key="selection-line"):  # always there, maybe empty
        if chosen is not None:
            place = (chosen.place(state.picture()) or 0) + 1
            st.button("Back to the wall", icon=":material/arrow_back:", key="wall-back", on_click=selection.back)
            title = "" if is_secret(state.picture()) else f" {frame.plain(chosen.title)}"
            st.markdown(
                f"**{place:,} of {len(chosen.indices):,}**{title}: Previous and Next stay among them.", width="content"
            )
            st.button("All pictures", key="wall-leave", type="tertiary", on_click=selection.leave)
    with st.container(horizontal=True, vertical_alignment="bottom", key="controls"):
        pick_index()
        for words, key, icon, shortcut, action in ACTIONS:
            st.button(words, key=key, icon=f":material/{icon}:", shortcut=shortcut, on_click=action, help=HELP[key])
        choices.pick_network()


# Before a page's body: what is typed is answered by the body alone, a step by both.
line = st.fragment(controls, key=LINE)
internals.answered_by(LINE, typed=[frame.BODY], pressed=[LINE, frame.BODY])
