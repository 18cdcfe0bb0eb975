"""A drawing board: mouse, touch or pen; each stroke sends the drawing as a PNG data address."""

from pathlib import Path

import streamlit as st

from fmnist_app.components import reveal

_FOLDER = Path(__file__).parent
_TOOLS = """
<div class="board">
<canvas data-part="canvas" width="280" height="280" tabindex="0" role="img"
  aria-label="Drawing board: draw a garment, dark on white"></canvas>
<div class="tools" role="toolbar" aria-label="Drawing tools">
<button type="button" data-part="brush" aria-pressed="true">Brush</button>
<button type="button" data-part="eraser" aria-pressed="false">Eraser</button>
<label>Width <input data-part="width" type="range" min="6" max="40" value="18"></label>
<button type="button" data-part="undo">Undo</button>
<button type="button" data-part="clear">Clear</button>
</div></div>
"""
_BOARD = st.components.v2.component(
    "drawing_board",
    html=_TOOLS,
    css=(_FOLDER / "board.css").read_text("utf-8"),
    js=(_FOLDER / "board.js").read_text("utf-8"),
)


def board(key: str) -> object:
    """Draw the board; return what the browser sent, in which anything may be, or None."""
    return _BOARD(key=key, on_drawing_change=lambda: reveal.ask("verdict", share=0.35)).get("drawing")
