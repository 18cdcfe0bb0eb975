"""Every picture that the network gets wrong, the most confident mistakes first."""

import numpy as np
import streamlit as st

from fmnist_app import choices
from fmnist_app.components import wall
from fmnist_app.widgets import tables
from fmnist_core import Network, class_name
from fmnist_core.data import CLASS_NAMES
from fmnist_core.evaluation.results import Results


def show(network: Network, results: Results) -> None:
    top = results.probs.max(axis=1)
    wrong = np.flatnonzero(results.predicted != results.labels)
    st.write(f"All {len(wrong)} mistakes, the surest first: the top rows are where its confidence misleads most.")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        true = choices.select("True class", CLASS_NAMES, "true", None, placeholder="Any")
        predicted = choices.select("Predicted class", CLASS_NAMES, "predicted", None, placeholder="Any")
        low, high = choices.slide("Confidence, percent", 0, 100, (0, 100), "confidence")
    kept = wrong[(100 * top[wrong] >= low) & (100 * top[wrong] <= high)]
    if true is not None:
        kept = kept[results.labels[kept] == CLASS_NAMES.index(true)]
    if predicted is not None:
        kept = kept[results.predicted[kept] == CLASS_NAMES.index(predicted)]
    kept = kept[np.argsort(-top[kept], kind="stable")]
    st.markdown(f"**{len(kept)} of {len(wrong)} mistakes**")
    empty = "No mistake fits this filter: widen it above."
    wall.picture_wall(kept, results.predicted, "mistakes-wall", "page", empty, f"mistakes of {network.title}")
    tables.download(
        "mistakes",
        ("picture", "true class", "predicted class", "confidence"),
        lambda: [
            (i, class_name(results.labels[i]), class_name(results.predicted[i]), f"{top[i]:.6f}") for i in kept.tolist()
        ],
        network.card,
    )
