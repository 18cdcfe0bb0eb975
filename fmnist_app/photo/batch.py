"""Several files at once: a table with thumbnails, whose rows open, to download as CSV."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from fmnist_app import caches, metrics
from fmnist_app.components import reveal
from fmnist_app.components.rows import rows as hear_rows
from fmnist_app.photo import overrides
from fmnist_app.photo.inputs import InputPicture
from fmnist_app.widgets import frame, tables
from fmnist_core import ModelError, Network, class_name
from fmnist_core.evaluation.metrics import percent
from fmnist_core.photos.decoding import PhotoError
from fmnist_core.photos.pipeline import develop
from fmnist_core.photos.prediction import predict_development

HEADINGS = ("File", "Predicted class", "Confidence", "Like the data")
_OPENED = "opened_row"


@dataclass(frozen=True)
class Row:
    """One file of the table.

    Attributes:
        cells: its text, one a heading.
        image: (28, 28) uint8, or None where the file cannot be used.
    """

    cells: tuple[str, str, str, str]
    image: np.ndarray | None


def batch(files: Sequence[InputPicture], name: str) -> InputPicture | None:
    """Draw one row a file, and return the file whose row is open, or None.

    A file that cannot be used says why, the rest go on.
    """
    try:
        network = caches.network(name)
        _ = network.classifier  # before the bar: it may not run
        asked = caches.stamp(name), name, tuple(file.id for file in files)
        rows = caches.batch(asked, lambda: _rows(files, network))
    except ModelError as problem:
        frame.cannot_run(problem)
        return None
    read = sum(row.image is not None for row in rows)
    st.write(
        (f"{read} of {len(files)} files read. " if read < len(files) else f"{len(files)} files. ")
        + "Pick one to see how it came about, and why."
    )
    opened = next((k for k, file in enumerate(files) if file.id == st.session_state.get(_OPENED)), None)
    if opened is not None and rows[opened].image is None:
        opened = None
    with st.container(key="batch"):
        shown = [row.cells if row.cells[2] else row.cells[:2] for row in rows]  # why it cannot be used takes the line
        thumbnails = [row.image for row in rows]
        tables.table(HEADINGS, shown, "What the network takes each file for", pictures=thumbnails, opened=opened)
        hear_rows("batch", len(files), "rows", lambda k: _pick(files[k].id))
    tables.download("garments", HEADINGS, lambda: [row.cells for row in rows], network.card)
    if opened is None:
        return None
    st.button("Close", key="close-row", icon=":material/close:", on_click=_pick, args=(files[opened].id,))
    return files[opened]


def _pick(file: str) -> None:
    """Open a row, or close it if it is open, from a callback."""
    overrides.reset()  # they were made for another photo
    if st.session_state.get(_OPENED) == file:
        del st.session_state[_OPENED]
        return reveal.ask("batch", share=0.6)
    st.session_state[_OPENED] = file
    reveal.ask("stage")


def _rows(files: Sequence[InputPicture], network: Network) -> list[Row]:
    bar = st.progress(0.0)
    rows = []
    for number, file in enumerate(files, start=1):
        try:
            metrics.COUNTS.add(metrics.PREDICTIONS)
            _, prediction = predict_development(network, develop(file.photo()), file.name)
            like = "" if prediction.novelty is None else ("no: do not rely on it" if prediction.unlike else "yes")
            cells = file.name, class_name(prediction.predicted), percent(prediction.confidence), like
            rows.append(Row(cells, prediction.image))
        except PhotoError as problem:
            rows.append(Row((file.name, f"{problem}", "", ""), None))
        bar.progress(number / len(files), f"{number} of {len(files)} files")
    bar.empty()
    return rows
