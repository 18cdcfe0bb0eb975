"""The map of all test pictures: drawn in the browser, with hover, selection and keys; only choices come back."""

import base64
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import streamlit as st

from fmnist_app.components import sprites
from fmnist_core import CLASS_NAMES
from fmnist_core.explanation.projection import parse_region
from fmnist_core.networks.artifacts import Projection

_FOLDER = Path(__file__).parent
_SCRIPTS = ("view", "painters", "points", "marks", "pointer")  # one module in the browser, with `cloud.js` at its end
_CLOUD = st.components.v2.component(
    "picture_cloud",
    html=(_FOLDER / "cloud.html").read_text("utf-8"),
    css=(_FOLDER / "cloud.css").read_text("utf-8"),
    js="".join(
        (_FOLDER / name).read_text("utf-8") for name in (*(f"cloud_{part}.js" for part in _SCRIPTS), "cloud.js")
    ),
)
COLOURS = {"True class": "true", "Predicted class": "predicted", "Right or wrong": "right", "Confidence": "confidence"}


def cloud(
    projection: Projection,
    centres: np.ndarray,
    labels: np.ndarray,
    predicted: np.ndarray,
    confidence: np.ndarray,
    kept: np.ndarray,
    corners: np.ndarray,
    colour: str,
    label: str,
    key: str,
    on_region: Callable[[str], None],
    on_open: Callable[[int], None],
    filtered: str | None,
    on_filter: Callable[[str], None],
) -> None:
    """Draw the map.

    Args:
        projection: where the n pictures lie.
        centres: (10, 2) where the classes' names stand, 0..1.
        labels: (n,) true classes.
        predicted: (n,) predicted classes.
        confidence: (n,) of the predicted class, 0..1.
        kept: (n,) booleans: the others are dimmed.
        corners: (k, 2) of the selected region; none for k = 0.
        colour: a value of `COLOURS`.
        label: what the map shows, in words, for screen readers.
        key: names the element.
        on_region: called with a new region as `parse_region` reads it, or with "" when it was cleared.
        on_open: called with the picture that the visitor opens.
        filtered: mark of the legend's line whose pictures alone are kept, or None.
        on_filter: called with the mark of the line that the visitor picked.
    """

    # Both come from the browser: anything may be in them.
    def drawn() -> None:
        numbers = st.session_state[key].region
        if isinstance(numbers, list) and all(type(n) in (int, float) and 0 <= n <= 1 for n in numbers):
            text = ",".join(f"{n:.5f}".rstrip("0").rstrip(".") for n in numbers)
            if text:
                try:
                    parse_region(text)
                except ValueError:
                    return
            on_region(text)

    def opened() -> None:
        index = st.session_state[key].opened
        if type(index) in (int, float) and 0 <= index < len(labels):
            on_open(int(index))

    def filter_picked() -> None:
        mark = st.session_state[key].filter
        if isinstance(mark, str) and mark in {str(line[0]) for line in legend}:
            on_filter(mark)

    legend = _legend(colour, labels, predicted, kept)
    data = {
        "places": _text(projection.codes.astype("<u2")),
        "classes": _text((labels.astype(np.uint8) << 4) | predicted.astype(np.uint8)),
        # Only what is certain may become the highest code: the browser would say 100.0%.
        "confidence": _text(np.minimum(np.rint(confidence * 65_535), 65_534 + (confidence == 1)).astype("<u2")),
        "kept": _text(np.packbits(kept)),
        "centres": np.round(centres, 3).tolist(),
        "region": corners.tolist(),
        "colour": colour,
        "names": CLASS_NAMES,
        "legend": legend,
        "filtered": filtered,
        "label": label,
        "sheet": sprites.ADDRESS,
        "columns": sprites.COLUMNS,
    }
    # As text: Streamlit would import pandas, 100 MB, to see whether a list is a data frame.
    _CLOUD(
        key=key,
        on_region_change=drawn,
        on_opened_change=opened,
        on_filter_change=filter_picked,
        data={"json": json.dumps(data)},
    )


def _legend(colour: str, labels: np.ndarray, predicted: np.ndarray, kept: np.ndarray) -> Sequence[tuple]:
    """Return (mark, words, count) of each line; a class is marked by its number."""
    if colour == "confidence":
        return [("ramp", "10% to 100%", "")]
    if colour == "right":
        right = labels[kept] == predicted[kept]
        return [("right", "✓ right", f"{right.sum():,}"), ("wrong", "✗ wrong", f"{(~right).sum():,}")]
    counts = np.bincount((labels if colour == "true" else predicted)[kept], minlength=10)
    return [(str(k), name, f"{counts[k]:,}") for k, name in enumerate(CLASS_NAMES)]


def _text(array: np.ndarray) -> str:
    return base64.b64encode(array.tobytes()).decode()
