"""A wall of clickable thumbnails: one sprite a page, mouse, touch and arrow keys."""

import base64
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import streamlit as st
from PIL import Image

from fmnist_app import choices, selection
from fmnist_core import class_name, load_test

_FOLDER = Path(__file__).parent
_WALL = st.components.v2.component(
    "thumbnail_wall",
    html="<div class='wall' role='group'></div>",
    css=(_FOLDER / "wall.css").read_text("utf-8"),
    js=(_FOLDER / "wall.js").read_text("utf-8"),
)
PAGE_SIZE = 60


def wall(
    images: np.ndarray,
    names: Sequence[str],
    key: str,
    on_pick: Callable[[int], None],
    wrong: Sequence[bool] | None = None,
    label: str = "Pictures",
    leaves: bool = False,
) -> None:
    """Draw pictures as a wall of thumbnails.

    Args:
        images: (n, 28, 28) uint8, at most a few hundred: all of them travel to the browser.
        names: what each picture is, for its tooltip and for screen readers.
        key: names the element.
        on_pick: called with the position of the picture that the visitor picked.
        wrong: which ones carry the mark of a mistake.
        label: names the group for screen readers.
        leaves: whether a pick leads to another page; who comes back finds the wall where it was, the picture marked.
    """

    def picked() -> None:
        sent = st.session_state[key].picked
        # It comes from the browser: anything may be in it, and it may speak of the wall before this one.
        match sent:
            case [int(position), str(name)] if 0 <= position < len(images) and names[position] == name:
                on_pick(position)

    data = {
        "sprite": sprite(images),
        "names": list(names),
        "wrong": [bool(w) for w in wrong] if wrong is not None else [False] * len(images),
        "label": label,
        "leaves": leaves,
    }
    # As text: Streamlit would import pandas, 100 MB, to see whether a list is a data frame.
    _WALL(key=key, on_picked_change=picked, data={"json": json.dumps(data)})


def picture_wall(indices: np.ndarray, predicted: np.ndarray, key: str, page_key: str, empty: str, title: str) -> None:
    """Draw test pictures as a wall, a page at a time; picking one opens it on Predict.

    Args:
        indices: (n,) positions in the test split, in the order to show.
        predicted: (10000,) the class that the network gives each test picture.
        key: names the wall.
        page_key: names the pager, and its parameter in the address.
        empty: the sentence for n = 0.
        title: what the pictures are; Predict says it while the visitor steps through them.
    """
    if not len(indices):
        st.caption(empty)
        return
    pages = -(-len(indices) // PAGE_SIZE)
    number = 1
    if pages > 1:
        number = choices.turn_pages(pages, page_key, hash(indices.tobytes()))
    shown = indices[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    test = load_test()

    def open_on_predict(position: int) -> None:
        selection.open_picture(int(shown[position]), indices, title)

    names = [f"Picture {i}: true {class_name(test.labels[i])}, predicted {class_name(predicted[i])}" for i in shown]
    wall(
        test.images[shown],
        names,
        key,
        open_on_predict,
        wrong=predicted[shown] != test.labels[shown],
        label=f"{len(indices)} pictures, page {number} of {pages}. Pick one to open it on Predict.",
        leaves=True,
    )


def sprite(images: np.ndarray) -> str:
    """Return (n, 28, 28) pictures side by side as one PNG data address."""
    strip = images.transpose(1, 0, 2).reshape(28, -1)
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(strip)).save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
