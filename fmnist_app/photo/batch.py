"""Several files at once: a table with thumbnails, to download as CSV."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from fmnist_app import caches
from fmnist_app.photo.inputs import InputPicture
from fmnist_app.widgets import tables
from fmnist_core import ModelError, class_name, predict_development
from fmnist_core.evaluation.metrics import percent
from fmnist_core.photos.decoding import PhotoError
from fmnist_core.photos.pipeline import develop


def batch(files: Sequence[InputPicture], name: str) -> None:
    """Draw one row a file, with a progress bar meanwhile; a file that cannot be used says why, the rest go on."""
    try:
        network = caches.network(name)
        _ = network.classifier  # before the bar: it may not run
    except ModelError as problem:
        st.error(f"This network cannot run: {problem}", icon=":material/error:")
        return
    bar = st.progress(0.0)
    rows: list[tuple[str, str, str, str]] = []
    thumbnails: list[np.ndarray | None] = []
    for number, file in enumerate(files, start=1):
        try:
            _, prediction = predict_development(network, develop(file.photo()), file.name)
            like = "" if prediction.novelty is None else ("no: do not rely on it" if prediction.unlike else "yes")
            rows.append((file.name, class_name(prediction.predicted), percent(prediction.confidence), like))
            thumbnails.append(prediction.image)
        except PhotoError as problem:
            rows.append((file.name, f"{problem}", "", ""))
            thumbnails.append(None)
        bar.progress(number / len(files), f"{number} of {len(files)} files")
    bar.empty()
    read = sum(t is not None for t in thumbnails)
    st.write(f"{read} of {len(files)} files read." if read < len(files) else f"{len(files)} files.")
    headings = ("File", "Predicted class", "Confidence", "Like the data")
    with st.container(key="batch"):
        shown = [row if row[2] else row[:2] for row in rows]  # why a file cannot be used takes the line
        tables.table(headings, shown, "What the network takes each file for", pictures=thumbnails)
    tables.download("garments", headings, lambda: rows, network.card)
