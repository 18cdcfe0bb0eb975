"""The confusion matrix as a table of buttons: every cell answers mouse, touch and keyboard."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from fmnist_core.data import CLASS_NAMES
from fmnist_core.evaluation.metrics import colour_depths, row_shares

_FOLDER = Path(__file__).parent
_SIZE = len(CLASS_NAMES)
_ROW = "<tr translate='no'><th scope='row'></th>" + "<td><button type='button'></button></td>" * _SIZE + "</tr>"
_TABLE = f"""
<div class="frame"><table role="grid">
<thead>
<tr><th scope="col" rowspan="2">True class</th><th scope="colgroup" colspan="{_SIZE}">Predicted class</th></tr>
<tr translate="no">{"<th scope='col'><span></span></th>" * _SIZE}</tr>
</thead>
<tbody>{_ROW * _SIZE}</tbody>
</table></div>
"""
_MATRIX = st.components.v2.component(
    "confusion_matrix",
    html=_TABLE,
    css=(_FOLDER / "confusion.css").read_text("utf-8"),
    js=(_FOLDER / "confusion.js").read_text("utf-8"),
)


def confusion_table(
    confusion: np.ndarray,
    percent: bool,
    hide_diagonal: bool,
    order: np.ndarray,
    chosen: tuple[int, int] | None,
    label: str,
    key: str,
    on_pick: Callable[[int, int], None],
) -> None:
    """Draw the confusion matrix.

    Args:
        confusion: (10, 10) counts, row true class, column predicted class.
        percent: write each row in per cent of its class instead of counts.
        hide_diagonal: leave out the right verdicts, so that the mistakes take the whole range of colour.
        order: (10,) classes from first to last row and column.
        chosen: true and predicted class of the cell that is marked, or None.
        label: what the matrix shows, in words, for screen readers.
        key: names the element.
        on_pick: called with true and predicted class of the cell that the visitor picked.
    """

    def picked() -> None:
        cell = as_cell(st.session_state[key].picked)
        if cell is not None:
            on_pick(*cell)

    data = contents(confusion, percent, hide_diagonal, order) | {"chosen": chosen, "label": label}
    # As text: Streamlit would import pandas, 100 MB, to see whether a list is a data frame.
    _MATRIX(key=key, on_picked_change=picked, data={"json": json.dumps(data)})


def as_cell(value: object) -> tuple[int, int] | None:
    """Return true and predicted class of a pick, or None for anything else: it comes from the browser."""
    if not isinstance(value, list) or len(value) != 2:
        return None
    row, column = value
    if type(row) is not int or type(column) is not int or not (0 <= row < _SIZE and 0 <= column < _SIZE):
        return None
    return row, column


def contents(confusion: np.ndarray, percent: bool, hide_diagonal: bool, order: np.ndarray) -> dict[str, Any]:
    """Return what the browser writes into the table, its rows and columns in the order given.

    How deep a cell is coloured says `metrics.colour_depths`.
    """
    at = np.ix_(order, order)
    shares = row_shares(confusion)[at]
    return {
        "classes": order.tolist(),
        "names": [CLASS_NAMES[k] for k in order],
        "counts": confusion[at].tolist(),
        "percents": [[f"{100 * share:.1f}" for share in row] for row in shares],
        "depths": colour_depths(shares, hide_diagonal).tolist(),
        "percent": percent,
        "hide_diagonal": hide_diagonal,
    }
