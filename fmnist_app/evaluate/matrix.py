"""The confusion matrix: from every number to the pictures behind it."""

import numpy as np
import streamlit as st

from fmnist_app import choices
from fmnist_app.components import reveal, wall
from fmnist_app.components.confusion import confusion_table
from fmnist_app.widgets import tables
from fmnist_core import Network, class_name
from fmnist_core.data import CLASS_NAMES
from fmnist_core.evaluation import metrics
from fmnist_core.evaluation.results import Results


def show(network: Network, results: Results) -> None:
    confusion = results.evaluation.confusion
    pairs = metrics.confused_pairs(confusion, 4)
    named = [f"**{class_name(t)}** taken for **{class_name(p)}**: {n}" for t, p, n in pairs]
    mistakes = "; ".join(named) or "no mistake at all"
    st.write(f"Where it goes wrong: {mistakes}.")
    left, right = st.columns([3, 2], gap="large")
    with left:
        table = st.container()
        with st.container(horizontal=True, vertical_alignment="bottom", key="matrix-choices"):
            unit = choices.choose_one("Numbers", ("Count", "Row percent"), "unit")
            order = choices.choose_one("Order", ("Data set", "Most confused"), "order")
            hide = choices.switch("Hide the diagonal", "mistakes_only")
    classes = np.arange(10)
    if order == "Most confused":
        wrong = confusion * (1 - np.eye(10, dtype=int))
        classes = np.argsort(-(wrong.sum(axis=0) + wrong.sum(axis=1)), kind="stable")
    with right:
        cell = _choose_cell()
    with table:
        confusion_table(
            confusion,
            unit == "Row percent",
            hide,
            classes,
            cell,
            f"Confusion matrix. {mistakes.replace('*', '')}. Arrow keys walk, Enter shows the pictures of a cell.",
            key="matrix",
            on_pick=_adopt,
        )
    with right:
        _pictures(results, cell)
    with st.expander("Class by class: precision, recall, F1", on_change="rerun", key="by_class") as scores:
        if scores.open:
            tables.table(
                ("Class", "Precision", "Recall", "F1", "Support"),
                [
                    (s.name, f"{s.precision:.1%}", f"{s.recall:.1%}", f"{s.f1:.1%}", str(s.support))
                    for s in results.evaluation.per_class
                ],
                "Precision, recall, F1 and support of each class",
            )
    tables.download(
        "confusion",
        ("true class", *CLASS_NAMES),
        lambda: [(name, *row) for name, row in zip(CLASS_NAMES, confusion.tolist(), strict=True)],
        network.card,
    )


def _adopt(true: int, predicted: int) -> None:
    """Put the cell that was picked in the matrix into the two fields, and so into the address."""
    st.session_state["true"], st.session_state["predicted"] = class_name(true), class_name(predicted)
    reveal.ask("cell", 0.6)


def _choose_cell() -> tuple[int, int] | None:
    """Draw the two fields that name a cell; return its true and predicted class, or None."""
    first, second = st.columns(2)
    with first:
        true = choices.select("True class", CLASS_NAMES, "true", None, placeholder="Pick one")
    with second:
        predicted = choices.select("Predicted class", CLASS_NAMES, "predicted", None, placeholder="Pick one")
    if true is None or predicted is None:
        return None
    return CLASS_NAMES.index(true), CLASS_NAMES.index(predicted)


def _pictures(results: Results, cell: tuple[int, int] | None) -> None:
    """Draw the pictures of the chosen cell."""
    if cell is None:
        st.caption("No cell is picked. Pick a number in the matrix, or name a true and a predicted class here.")
        return
    row, column = cell
    found = np.flatnonzero((results.labels == row) & (results.predicted == column))
    found = found[np.argsort(-results.probs[found, column], kind="stable")]
    count = f"{len(found)} picture" + ("" if len(found) == 1 else "s")
    name = f"**{class_name(row)}**"
    what = f"{name}, recognised" if row == column else f"{name} taken for **{class_name(column)}**"
    with st.container(key="cell"):
        st.markdown(f"{what}: **{count}**" + (", the surest first." if len(found) > 1 else ""))
        wall.picture_wall(
            found, results.predicted, "cell-wall", "cell_page", "There is no such picture.", what.replace("*", "")
        )
