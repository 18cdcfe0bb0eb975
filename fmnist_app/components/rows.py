"""Rows of a table that open and close: it hears the buttons in a table which `widgets.tables` drew."""

import json
from collections.abc import Callable
from pathlib import Path

import streamlit as st

_ROWS = st.components.v2.component(
    "table_rows", html="<span class='rows'></span>", js=Path(__file__).with_name("rows.js").read_text("utf-8")
)


def rows(table: str, count: int, key: str, on_pick: Callable[[int], None]) -> None:
    """Hear which row of a table is picked.

    Args:
        table: key of the container that holds it.
        count: of its rows.
        key: names the element.
        on_pick: called with the position of the row.
    """

    def picked() -> None:
        position = st.session_state[key].row
        # It comes from the browser: anything may be in it.
        if isinstance(position, (int, float)) and not isinstance(position, bool) and 0 <= position < count:
            on_pick(int(position))

    _ROWS(key=key, on_row_change=picked, data={"json": json.dumps({"table": table})})
