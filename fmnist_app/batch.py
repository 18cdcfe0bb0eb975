"""Several files at once: a table with thumbnails, to download as CSV."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from fmnist_app import caches, widgets
from fmnist_app.answer import answer_to_stranger
from fmnist_app.intake import Intake
from fmnist_app.results import download
from fmnist_core import ModelError, class_name
from fmnist_core.darkroom import develop
from fmnist_core.evaluation import percent
from fmnist_core.photo import PhotoError


def batch(files: Sequence[Intake], network: str) -> None:
    """Draw one row a file, with a progress bar meanwhile; a file that cannot be used says why, the rest go on."""
    try:
        card = caches.card(network)
        caches.classifier(network)
    except ModelError as problem:
        st.error(f"This network cannot run: {problem}", icon=":material/error:")
        return
    bar = st.progress(0.0)
    rows: list[tuple[str, str, str, str]] = []
    thumbnails: list[np.ndarray | None] = []
    for number, file in enumerate(files, start=1):
        try:
            image = develop(file.photo()).image
            found = answer_to_stranger(image, file.name, network)
            like = "" if found.novelty is None else ("no: do not rely on it" if found.unlike else "yes")
            rows.append((file.name, class_name(found.predicted), percent(found.probs.max()), like))
            thumbnails.append(image)
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
        widgets.table(headings, shown, "What the network takes each file for", pictures=thumbnails)
    download("garments", headings, lambda: rows, card)
