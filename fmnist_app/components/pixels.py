"""A board of 28 x 28 pixels: a test picture to change, or black to draw on; each stroke sends all 784 of them."""

import base64
import binascii
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import streamlit as st

from fmnist_core.data import SIDE

_FOLDER = Path(__file__).parent
_TOOLS = f"""
<div class="pixels">
<canvas data-part="canvas" width="{SIDE}" height="{SIDE}" role="img"
  aria-label="Drawing board of 28 by 28 pixels: white on black"></canvas>
<div class="tools" role="toolbar" aria-label="Drawing tools">
<button type="button" data-part="light" aria-pressed="true">White</button>
<button type="button" data-part="dark" aria-pressed="false">Black</button>
<button type="button" data-part="undo">Undo</button>
<button type="button" data-part="again">Start again</button>
<button type="button" data-part="empty">Empty</button>
</div></div>
"""
_PIXELS = st.components.v2.component(
    "pixel_board",
    html=_TOOLS,
    css=(_FOLDER / "pixels.css").read_text("utf-8"),
    js=(_FOLDER / "pixels.js").read_text("utf-8"),
)


def pixels(start: np.ndarray, now: np.ndarray, key: str) -> np.ndarray:
    """Draw the board over a picture; return what is on it.

    Args:
        start: (28, 28) uint8, to which “Start again” leads.
        now: (28, 28) uint8, on the board when it is first drawn: the start, or what was handed in before.
        key: names the element.

    Returns:
        (28, 28) uint8; `now` before the first stroke, and when the browser sends something else.
    """
    facts = {name: base64.b64encode(image.tobytes()).decode() for name, image in (("start", start), ("now", now))}
    return _read(_PIXELS(key=key, on_drawing_change=lambda: None, data={"json": json.dumps(facts)}), now)


def on_board(now: np.ndarray, key: str) -> np.ndarray:
    """Return what is on a board by the newest that the browser sent, for a callback; arguments and result as there."""
    return _read(st.session_state.get(key), now)


def _read(state: object, image: np.ndarray) -> np.ndarray:
    sent = state.get("drawing") if isinstance(state, Mapping) else None
    try:
        content = base64.b64decode(sent, validate=True) if isinstance(sent, str) and len(sent) < 1200 else b""
    except (binascii.Error, ValueError):
        content = b""
    return np.frombuffer(content, np.uint8).reshape(SIDE, SIDE) if len(content) == SIDE**2 else image
