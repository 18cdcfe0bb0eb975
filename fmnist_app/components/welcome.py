"""A card that introduces the app to a newcomer; the browser remembers that it was sent away."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import streamlit as st

from fmnist_app.components.wall import sprite
from fmnist_core import CLASS_NAMES, load_test

_FOLDER = Path(__file__).parent
_EXAMPLES = (19, 2, 1, 13, 6, 8, 4, 9, 18, 0)  # the first test picture of each class
_WELCOME = st.components.v2.component(
    "welcome",
    html=(_FOLDER / "welcome.html").read_text("utf-8"),
    css=(_FOLDER / "welcome.css").read_text("utf-8"),
    js=(_FOLDER / "welcome.js").read_text("utf-8"),
)
WAYS = ("stay", "tour", "garment")


def welcome(always: bool, on_leave: Callable[[str], None], key: str) -> None:
    """Draw the card.

    Args:
        always: show it even to those who sent it away before.
        on_leave: called when it is sent away, with one of `WAYS`.
        key: names the element.
    """

    def left() -> None:
        way = st.session_state[key].left
        if way in WAYS:  # it comes from the browser: anything may be in it
            on_leave(way)

    _WELCOME(key=key, on_left_change=left, data={"json": json.dumps({"always": always, **_classes()})})


@cache
def _classes() -> dict:
    return {"sprite": sprite(load_test().images[list(_EXAMPLES)]), "names": list(CLASS_NAMES)}
