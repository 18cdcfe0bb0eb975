"""What a visitor made is kept in their own browser, and comes back after a reload or a restart of the server."""

import json
import uuid
from collections.abc import Callable
from pathlib import Path

import streamlit as st

_NOTEBOOK = st.components.v2.component(
    "notebook",
    html="<div class='notebook' hidden></div>",
    js=Path(__file__).with_name("notebook.js").read_text("utf-8"),
)
_VISIT = "_visit"
MAX_TEXT = 200_000  # characters


def visit() -> str:
    """Return a name for this visit, another one after each reload."""
    return st.session_state.setdefault(_VISIT, uuid.uuid4().hex)


def keep(name: str, value: str, on_found: Callable[[str], None], lasting: bool = True) -> None:
    """Keep a text in the visitor's browser, and hear what it has from an earlier visit.

    Args:
        name: of what is kept.
        value: as this visit has it now.
        on_found: called with what the browser had, where that is different; anything may be in it.
        lasting: until somebody empties the browser; else until the tab is closed.
    """
    key = f"notebook-{name}"

    def found() -> None:
        text = st.session_state[key].found
        if isinstance(text, str) and len(text) <= MAX_TEXT:
            on_found(text)

    data = {"name": name, "value": value, "visit": visit(), "lasting": lasting}
    _NOTEBOOK(key=key, on_found_change=found, data={"json": json.dumps(data)})
