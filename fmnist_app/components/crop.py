"""A visitor's photo with the outline and the crop drawn on it; the crop can be dragged, with mouse, finger or keys."""

import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

_FOLDER = Path(__file__).parent
_PARTS = """
<div class="crop">
<div class="frame" data-part="frame"><img data-part="photo" draggable="false">
<svg data-part="marks" viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true"></svg>
<div class="numbers" data-part="numbers" aria-hidden="true"></div>
<div class="box" data-part="box">
<button type="button" data-corner="0 1" aria-label="Top left corner"></button>
<button type="button" data-corner="2 1" aria-label="Top right corner"></button>
<button type="button" data-corner="0 3" aria-label="Bottom left corner"></button>
<button type="button" data-corner="2 3" aria-label="Bottom right corner"></button>
</div></div>
<div class="tools"><button type="button" data-part="edit" aria-pressed="false">Crop by hand</button>
<button type="button" data-part="whole">Whole photo</button></div>
<p class="said" data-part="said" role="status"></p>
</div>
"""
_CROP = st.components.v2.component(
    "photo_crop",
    html=_PARTS,
    css=(_FOLDER / "crop.css").read_text("utf-8"),
    js=(_FOLDER / "crop.js").read_text("utf-8"),
)
MIN_LEFT = 0.1  # share of the photo that is always left, each way

Shares = tuple[float, float, float, float]


def crop(
    photo: str,
    alt: str,
    key: str,
    cut: Shares,
    outlines: Sequence[Sequence[tuple[float, float]]],
    boxes: Sequence[Shares],
    on_crop: Callable[[Shares], None],
) -> None:
    """Draw the photo.

    Args:
        photo: its data address.
        alt: what it shows.
        key: names the element.
        cut: left, top, right, bottom: shares of the photo that are cut off now.
        outlines: x and y of each point as shares of the photo.
        boxes: left, top, right, bottom of several garments, to be numbered; shares of the photo, from its top left.
        on_crop: called with the shares that the visitor wants cut off.
    """

    def cropped() -> None:
        if (wanted := shares(st.session_state[key].cropped)) is not None:
            on_crop(wanted)

    data = {"photo": photo, "alt": alt, "cut": cut, "outlines": outlines, "boxes": boxes, "least": MIN_LEFT}
    # As text: Streamlit would import pandas, 100 MB, to see whether a list is a data frame.
    _CROP(key=key, on_cropped_change=cropped, data={"json": json.dumps(data)})


def shares(sent: object) -> Shares | None:
    """Return left, top, right, bottom as shares cut off, each way at least a tenth left; None for anything else.

    Args:
        sent: what the browser sent, in which anything may be.
    """
    if not isinstance(sent, (list, tuple)) or len(sent) != 4:
        return None
    if not all(isinstance(v, (int, float)) and not isinstance(v, bool) and math.isfinite(v) for v in sent):
        return None
    left, top, right, bottom = (float(v) for v in sent)
    if min(left, top, right, bottom) < 0 or max(left + right, top + bottom) > 1 - MIN_LEFT + 1e-9:
        return None
    return left, top, right, bottom
