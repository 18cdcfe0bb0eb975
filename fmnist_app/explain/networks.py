"""All networks on one picture: a line each."""

import streamlit as st

from fmnist_app import caches
from fmnist_app.widgets import tables
from fmnist_core import ModelError, Prediction, class_name, predict
from fmnist_core.evaluation.metrics import percent
from fmnist_core.networks import cards


def show(prediction: Prediction) -> None:
    names = cards.network_names()
    known = prediction.label is not None
    rows, answers = [], []
    for name in names:
        title = cards.title(name)
        try:
            if prediction.views > 1:
                from fmnist_core.photos.prediction import predict_photo  # there with the first photo, and not before

                found = predict_photo(caches.network(name), prediction.image, prediction.name)
            else:
                found = predict(caches.network(name), prediction.image, prediction.label, prediction.name)
        except ModelError as problem:
            rows.append([title, f"cannot run: {problem}"])
            continue
        answers.append(found.predicted)
        right = ("✓ right" if found.predicted == prediction.label else "✗ wrong",) if known else ()
        rows.append([title, class_name(found.predicted), percent(found.probs[found.predicted]), *right])
    headings = ["Network", "Predicted class", "Confidence", *(["Verdict"] if known else [])]
    chosen = prediction.network.name
    with st.container(key="all-networks"):
        st.subheader("All networks", anchor=False)
        st.write(_agreement(answers))
        tables.table(
            headings,
            rows,
            f"What each network takes {prediction.name} for",
            names.index(chosen) if chosen in names else None,
        )


def _agreement(answers: list[int]) -> str:
    """Return in a sentence whether the networks agree."""
    classes = list(dict.fromkeys(answers))
    if not answers:
        return "No network can run."
    if len(classes) == 1:
        return f"All {len(answers)} agree: **{class_name(classes[0])}**."
    parts = [f"**{class_name(k)}** {answers.count(k)}" for k in classes]
    return f"They disagree: {', '.join(parts)}."
