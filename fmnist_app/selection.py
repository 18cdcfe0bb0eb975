"""The wall that a picture was picked from: Previous and Next stay within it, and one button leads back to it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from fmnist_app import state
from fmnist_app import streamlit_internals as internals

_SELECTION = "_selection"


@dataclass(frozen=True)
class Selection:
    """Pictures that a visitor looks through.

    Attributes:
        indices: (n,) test pictures, in the order of the wall.
        title: what they are, for example "Shirt taken for Coat".
        script: the script of the page where the wall is.
        query: the address of that wall.
    """

    indices: np.ndarray
    title: str
    script: str
    query: dict[str, list[str]]

    def place(self, index: int) -> int | None:
        """Return where a picture stands among them, or None."""
        found = np.flatnonzero(self.indices == index)
        return int(found[0]) if len(found) else None


def open_picture(index: int, indices: Sequence[int] | np.ndarray, title: str) -> None:
    """Show a picture of a wall on Predict, from a callback on the wall's page.

    Args:
        index: the picture.
        indices: all pictures of the wall.
        title: what they are.
    """
    query = {key: st.query_params.get_all(key) for key in st.query_params if key not in state.in_address()}
    st.session_state[_SELECTION] = Selection(np.asarray(indices, np.int16), title, internals.page_script(), query)
    state.open_picture(index)


def current() -> Selection | None:
    """Return the selection that the chosen picture belongs to, or None."""
    selection = st.session_state.get(_SELECTION)
    return selection if selection is not None and selection.place(state.picture()) is not None else None


def step(by: int) -> bool:
    """Go so many pictures on within the selection; return whether there is one."""
    selection = current()
    if selection is None:
        return False
    place = selection.place(state.picture())
    assert place is not None  # it is the current one
    state.choose(index=int(selection.indices[(place + by) % len(selection.indices)]))
    return True


def leave() -> None:
    """Let Previous and Next step through all test pictures again, from a callback."""
    st.session_state.pop(_SELECTION, None)


def back() -> None:
    """Show the wall again as it was left, from a callback."""
    selection = current()
    if selection is not None:
        internals.request_page(selection.script, {**selection.query, **state.in_address()}, restored=True)
