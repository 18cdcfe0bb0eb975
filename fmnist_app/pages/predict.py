"""Predict: any test picture, what it is, and what the network takes it for."""

import streamlit as st

from fmnist_app import inquiries, pickers, state, widgets
from fmnist_app.answer import answer
from fmnist_core import ModelError, load_test

test = load_test()
pickers.controls()
index, name = state.picture(), state.network()
image, label = test.images[index], int(test.labels[index])
try:
    found = answer(image, label, f"picture {index}", name)
except ModelError as problem:
    st.error(f"This network cannot run: {problem}", icon=":material/error:")
    st.stop()

widgets.stage(found)


def figure() -> bytes:
    from fmnist_core.figures import prediction_png

    return prediction_png(image, label, found.probs)


with st.container(horizontal=True, vertical_alignment="bottom"):
    inquiries.choose()
    st.space("stretch")
    st.download_button(
        "Download figure",
        figure,
        f"fashion-mnist-{index}-{name}.png",
        "image/png",
        icon=":material/download:",
        on_click="ignore",
    )
inquiries.show(found)
