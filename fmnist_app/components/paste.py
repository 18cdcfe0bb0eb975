"""A box for a picture from the clipboard."""

from pathlib import Path

import streamlit as st

from fmnist_app.components import reveal

_FOLDER = Path(__file__).parent
_PASTE = st.components.v2.component(
    "paste_box",
    html="<div class='paste' tabindex='0' role='textbox' aria-label='Paste a copied picture here'></div>"
    "<p class='said' role='status'></p>",
    css=(_FOLDER / "paste.css").read_text("utf-8"),
    js=(_FOLDER / "paste.js").read_text("utf-8"),
)


def paste_box(key: str) -> object:
    """Draw the box; return what the browser sent, in which anything may be, or None."""
    return _PASTE(key=key, on_pasted_change=lambda: reveal.ask("verdict")).get("pasted")
