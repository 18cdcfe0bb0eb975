"""The visitor's own photo: what was found is drawn on it; its crop, and which of several garments, can be picked."""

import base64
import io
from dataclasses import replace

import numpy as np
import streamlit as st
from PIL import Image

from fmnist_app import choices
from fmnist_app.components import reveal
from fmnist_app.components.crop import MIN_LEFT, Shares, crop
from fmnist_core.photos.choices import Choices
from fmnist_core.photos.decoding import Photo
from fmnist_core.photos.pipeline import Development, develop
from fmnist_core.photos.upright import upright

ALL = "All"
MAX_SIDE = 480  # pixels of the photo that is shown
MAX_POINTS = 160  # of one outline that is drawn
MAX_PARTS = 9  # garments to pick from


def develop_part(photo: Photo, chosen: Choices) -> tuple[Development, int]:
    """Return the photo developed, and which of several garments that is: the one asked for, or 0 for all.

    Raises:
        PhotoError: nothing stands out from the background.
    """
    wanted = _asked_part()
    developed = develop(photo, replace(chosen, part=wanted))
    if wanted and not 2 <= len(developed.parts) >= wanted:
        return develop(photo, chosen), 0
    return developed, wanted


def _asked_part() -> int:
    """Return which garment is asked for, by the visitor or, before the choice was drawn, by the address; else 0."""
    asked = st.session_state.get("part") or st.query_params.get("part", ALL)
    return int(asked) if asked in {str(k) for k in range(1, MAX_PARTS + 1)} else 0


def pick_part(developed: Development) -> None:
    """Say that there are several garments, where there are, and let the visitor pick one."""
    count = min(len(developed.parts), MAX_PARTS)
    if count < 2:
        return
    what = "Two things lie apart: a pair of shoes, or two garments" if count == 2 else f"{count} things lie apart"
    choices.choose_one(f"{what}. Look at", [ALL, *(str(k) for k in range(1, count + 1))], "part")


def show(photo: Photo, chosen: Choices, developed: Development, name: str) -> None:
    """Draw the photo with the outline of what became the picture, the numbers of several garments, and the crop."""
    whole = upright(photo, replace(chosen, crop=(0.0, 0.0, 0.0, 0.0)))
    left, top, right, bottom = chosen.crop
    across, down = 1 - left - right, 1 - top - bottom
    start, size = np.array([left, top]), np.array([across, down])
    outlines = [
        np.round(start + size * points[:: 1 + len(points) // MAX_POINTS], 4).tolist() for points in developed.outlines
    ]
    boxes = [
        (left + across * x0, top + down * y0, left + across * x1, top + down * y1)
        for x0, y0, x1, y1 in developed.parts[:MAX_PARTS]
    ]
    crop(
        _address(whole),
        f"{name[:1].upper() + name[1:]}, as it came, with an outline round what was found",
        "crop",
        chosen.crop,
        outlines,
        boxes if len(boxes) > 1 else (),
        _crop_by_hand,
    )


def _crop_by_hand(cut: Shares) -> None:
    """Set the crop, from a callback; the address keeps whole per cent."""
    for key, before, after in (("keep_across", cut[0], cut[2]), ("keep_down", cut[1], cut[3])):
        first = min(round(100 * before), round(100 * (1 - MIN_LEFT)))
        st.session_state[key] = first, max(100 - round(100 * after), first + round(100 * MIN_LEFT))
    reveal.ask("stage")


def _address(pixels: np.ndarray) -> str:
    """Return (h, w, 4) pixels as the data address of a small JPEG, on white."""
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    shown = Image.new("RGB", picture.size, "white")
    shown.paste(picture, mask=picture.getchannel("A"))
    shown.thumbnail((MAX_SIDE, MAX_SIDE))
    buffer = io.BytesIO()
    shown.save(buffer, "JPEG", quality=85)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
