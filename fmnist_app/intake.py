"""The ways in for a visitor's own picture: samples, upload, camera, drawing board, paste box.

Each gives bytes, or nothing yet. Whatever comes from the browser is decoded by `photo.decode` alone.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from fmnist_app import samples, widgets
from fmnist_core.photo import EXTENSIONS, KINDS

_FOLDER = Path(__file__).parent / "assets"
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
_PASTE = st.components.v2.component(
    "paste_box",
    html="<div class='paste' tabindex='0' role='textbox' aria-label='Paste a copied picture here'></div>"
    "<p class='said' role='status'></p>",
    css=(_FOLDER / "paste.css").read_text("utf-8"),
    js=(_FOLDER / "paste.js").read_text("utf-8"),
)
MOST_TEXT = 8_000_000  # characters of a picture that the browser sends as text
MOST_FILES = 50


@dataclass(frozen=True)
class Intake:
    """What a visitor handed in.

    Attributes:
        content: the file's bytes.
        name: what the visitor calls it.
        drawn: whether it was drawn on the board.
    """

    content: bytes
    name: str
    drawn: bool = False


def from_sample() -> list[Intake]:
    name = widgets.choose_one("Sample", samples.SAMPLES, "sample")
    return [Intake(samples.jpeg(name), f"sample: {name}")]


def from_upload() -> list[Intake]:
    files = st.file_uploader(
        "Photos of garments",
        type=list(EXTENSIONS),
        accept_multiple_files=True,
        key="upload",
        help=f"{KINDS}, up to 25 MB each. Several at once give a table.",
    )
    if len(files) > MOST_FILES:
        st.warning(
            f"At most {MOST_FILES} files were expected, received {len(files)}: these are the first {MOST_FILES}."
        )
    return [Intake(file.getvalue(), file.name) for file in files[:MOST_FILES]]


def from_camera() -> list[Intake]:
    taken = st.camera_input("Hold a garment before a plain ground", key="camera")
    st.caption("Browsers open the camera on this machine or over HTTPS only. Otherwise take a photo and upload it.")
    return [Intake(taken.getvalue(), "your photo")] if taken else []


def from_board() -> list[Intake]:
    drawn = _BOARD(key="board", on_drawing_change=lambda: None).get("drawing")
    return _from_browser(drawn, "your drawing", drawn=True)


def from_clipboard() -> list[Intake]:
    pasted = _PASTE(key="paste", on_pasted_change=lambda: None).get("pasted")
    return _from_browser(pasted, "your pasted picture")


def _from_browser(text: object, name: str, drawn: bool = False) -> list[Intake]:
    """Return what a component sent as a data address; anything may be in it."""
    head = "data:image/png;base64,"
    if not isinstance(text, str) or not text.startswith(head) or len(text) > MOST_TEXT:
        return []
    try:
        return [Intake(base64.b64decode(text[len(head) :], validate=True), name, drawn)]
    except ValueError:  # no base64, or not even ASCII
        return []


WAYS: dict[str, Callable[[], list[Intake]]] = {
    "Sample": from_sample,
    "Upload": from_upload,
    "Camera": from_camera,
    "Draw": from_board,
    "Paste": from_clipboard,
}

INVITATIONS = {
    "Sample": "Pick a sample.",
    "Upload": "Choose a photo of one garment before a plain ground; several photos give a table.",
    "Camera": "Take a photo of one garment before a plain ground.",
    "Draw": "Draw a garment, dark on white: a closed outline is enough. The answer comes after each stroke.",
    "Paste": "Copy a picture of a garment anywhere, and paste it here.",
}
