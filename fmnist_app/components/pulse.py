"""A pulse that the browser feels every second or so: a run of the page follows only when it has changed."""

import json
from pathlib import Path

import streamlit as st

from fmnist_core.classroom.errors import ClassError, Refusal

NO_ROOM = "none"  # the pulse of a token that opens nothing
_FOLDER = Path(__file__).parent
_PULSE = st.components.v2.component(
    "class_pulse",
    html="<p class='pulse' role='status' hidden>No connection. What was counted is safe; waiting for the class…</p>",
    css=".pulse { margin: 0; font-weight: 600; }",
    js=(_FOLDER / "pulse.js").read_text("utf-8"),
)


def pulse(token: str, seen: str, seconds: float, key: str) -> None:
    """Have the page run again when the pulse of a token is no longer `seen`.

    Args:
        token: of the visitor.
        seen: the pulse that the page shows.
        seconds: between two questions.
        key: names the element.
    """
    data = {"token": token, "seen": seen, "every": round(1000 * seconds)}
    _PULSE(key=key, data={"json": json.dumps(data)}, on_changed_change=lambda: None)


def seen_of(problem: ClassError) -> str:
    """Return the pulse that a page shows which says a problem: of a room that is gone nothing more will come."""
    return NO_ROOM if isinstance(problem, Refusal) else ""
