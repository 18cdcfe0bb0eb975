"""The address of what is on the screen: to copy, and as a QR code for a room full of phones."""

import base64
import io
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from fmnist_app import state
from fmnist_app import streamlit_internals as internals


def address() -> str:
    """Return the address of this view; of the app alone where the browser has not said it.

    It lacks what names the visitor's own runs: whoever has that can take them over.
    """
    own = {state.RUN} | ({"model"} if state.network() in state.own_networks() else set())
    if st.session_state.get("of") not in state.network_names():  # the time machine shows a run of the visit
        own.add("of")
    shared = [key for key in st.query_params if key not in own]
    query = urlencode([(key, value) for key in shared for value in st.query_params.get_all(key)])
    return (st.context.url or "") + (f"?{query}" if query else "")


def qr_code(text: str) -> str:
    """Return a text as a QR code, drawn here: an SVG data address."""
    import segno

    buffer = io.BytesIO()
    # White ground and quiet zone of its own: cameras need both, in the dark theme too.
    segno.make(text, error="m", micro=False).save(buffer, kind="svg", border=4, dark="#000", light="#fff", scale=8)
    return "data:image/svg+xml;base64," + base64.b64encode(buffer.getvalue()).decode()


def words() -> str:
    """Return what whoever opens the address will see."""
    page = Path(internals.page_script()).stem
    missing = ["network"] if state.network() in state.own_networks() else []
    if page == state.PHOTOS and st.session_state.get("way", "Sample") != "Sample":
        missing.insert(0, "picture")
    if page == "train" and state.RUN in st.query_params:
        missing.append("runs")
    if missing:
        return f"This view without your own {' and '.join(missing)}: what is yours stays in your visit."
    return "This very view: picture, network and settings are in the address."


def draw() -> None:
    """Draw address and QR code."""
    link = address()
    st.caption(words())
    st.code(link, language=None, wrap_lines=True)
    st.html(f'<img class="fm-qr" src="{qr_code(link)}" alt="QR code of this address">')
    if any(name in link for name in ("//localhost", "//127.0.0.1", "//[::1]")):
        st.caption(
            "This address works on this computer alone. Open the app by the computer's name or number in the network "
            "(http://…:8501), and phones can follow."
        )
