"""The ways in for a visitor's own picture: samples, upload, camera, drawing board, paste box.

Each gives files, or nothing yet. Whatever comes from the browser is decoded in a process of its own: what is
uploaded as it arrives, the rest when it is asked for.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from fmnist_app import caches, choices
from fmnist_app import streamlit_internals as internals
from fmnist_app.components import reveal
from fmnist_app.components.board import board
from fmnist_app.components.paste import paste_box
from fmnist_app.photo.uploads import Received
from fmnist_app.switches import SWITCHES
from fmnist_core.photos import samples
from fmnist_core.photos.decoding import EXTENSIONS, KINDS, Photo, PhotoError

MAX_TEXT = 8_000_000  # characters of a picture that the browser sends as text
MAX_FILES = 50
CAMERA_WIDTH = 480  # pixels; more would not be used


@dataclass(frozen=True)
class InputPicture:
    """What a visitor handed in.

    Attributes:
        content: the file's bytes, or what is left of them.
        name: what the visitor calls it.
        drawn: whether it was drawn on the board.
        id: tells it from the visitor's other files, where there may be several.
        ours: whether it ships with the app.
    """

    content: bytes
    name: str
    drawn: bool = False
    id: str = ""
    ours: bool = False

    def photo(self) -> Photo:
        """Return the picture.

        Raises:
            PhotoError: there is none that can be used.
        """
        if not isinstance(self.content, Received):
            return caches.decoded(self.content, self.ours)
        if isinstance(self.content.picture, str):
            raise PhotoError(self.content.picture)
        return self.content.picture


def from_sample() -> list[InputPicture]:
    name = choices.choose_one("Sample", samples.SAMPLES, "sample")
    return [InputPicture(samples.jpeg(name), f"sample: {name}", ours=True)]


def from_upload() -> list[InputPicture]:
    files = st.file_uploader(
        "Photos of garments",
        type=list(EXTENSIONS),
        accept_multiple_files=True,
        key="upload",
        on_change=lambda: reveal.ask("verdict"),
        help=f"{KINDS}, up to 25 MB each. Several at once give a table.",
    )
    if not files:
        _tell_of_lost("upload")
    if len(files) > MAX_FILES:
        st.warning(f"At most {MAX_FILES} files were expected, received {len(files)}: these are the first {MAX_FILES}.")
    caches.keep_uploads({file.file_id for file in files})
    return [InputPicture(internals.content_of(file), file.name, id=file.file_id) for file in files[:MAX_FILES]]


def from_camera() -> list[InputPicture]:
    taken = st.camera_input(
        "Hold a garment in front of a plain background",
        key="camera",
        on_change=lambda: reveal.ask("verdict"),
        width=CAMERA_WIDTH,
    )
    otherwise = " Otherwise choose Upload: a phone offers its own camera there." if SWITCHES.uploads else ""
    st.caption(f"Browsers open the camera on this machine or over HTTPS only.{otherwise}")
    if not taken:
        _tell_of_lost("camera")
    caches.keep_uploads({taken.file_id} if taken else set())
    return [InputPicture(internals.content_of(taken), "your photo", id=taken.file_id)] if taken else []


def _tell_of_lost(key: str) -> None:
    """Say so when the browser shows files that the server that had them no longer keeps, or took along."""
    if lost := internals.lost_files(key):
        st.warning(
            f"The server does not have {'your picture' if lost == 1 else f'{lost} of your pictures'} any more: the "
            "connection broke, and what is uploaded is kept in memory alone. Please choose it again.",
            icon=":material/link_off:",
        )


def from_board() -> list[InputPicture]:
    return _from_browser(board("board"), "your drawing", drawn=True)


def from_clipboard() -> list[InputPicture]:
    return _from_browser(paste_box("paste"), "your pasted picture")


def _from_browser(text: object, name: str, drawn: bool = False) -> list[InputPicture]:
    """Return what a component sent as a data address; anything may be in it."""
    head = "data:image/png;base64,"
    if not isinstance(text, str) or not text.startswith(head) or len(text) > MAX_TEXT:
        return []
    try:
        content = base64.b64decode(text[len(head) :], validate=True)
        return [InputPicture(content, name, drawn, id="" if drawn else str(hash(content)))]
    except ValueError:  # no base64, or not even ASCII
        return []


WAYS: dict[str, Callable[[], list[InputPicture]]] = {
    "Sample": from_sample,
    "Upload": from_upload,
    "Camera": from_camera,
    "Draw": from_board,
    "Paste": from_clipboard,
}


def ways() -> list[str]:
    """Return the ways in that this server offers."""
    closed = {"Upload": not SWITCHES.uploads, "Paste": not SWITCHES.uploads, "Camera": not SWITCHES.camera}
    return [way for way in WAYS if not closed.get(way)]


INVITATIONS = {
    "Sample": "Pick a sample.",
    "Upload": "Choose a photo of one garment in front of a plain background; several photos give a table.",
    "Camera": "Take a photo of one garment in front of a plain background.",
    "Draw": "Draw a garment, dark on white: a closed outline is enough. The answer comes after each stroke.",
    "Paste": "Copy a picture of a garment anywhere, and paste it here.",
}
