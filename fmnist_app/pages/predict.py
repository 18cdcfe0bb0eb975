"""Predict: any test picture, what it is, and what the network takes it for."""

import streamlit as st

from fmnist_app import caches, explain, metrics, state
from fmnist_app.switches import SWITCHES
from fmnist_app.visit import deck, guess
from fmnist_app.widgets import frame, pickers, stage
from fmnist_core import Prediction, load_test, predict


@frame.body
def show() -> None:
    """Draw the answer and what can be asked of it; a choice here, or of a picture, runs this and nothing around it."""
    test = load_test()
    index, name = state.picture(), state.network()
    image, label = test.images[index], int(test.labels[index])
    prediction = predict(caches.network(name), image, label, f"picture {index}")
    metrics.COUNTS.add(metrics.PREDICTIONS)
    hidden = guess.hides(index)
    if hidden:
        guess.ask(prediction, index)
    else:
        stage.show(prediction)
        guess.result(index)
    with st.container(horizontal=True, vertical_alignment="bottom", key="tools"):
        tools(prediction, index, hidden)
    if not hidden:
        explain.show(prediction)


def tools(prediction: Prediction, index: int, hidden: bool) -> None:
    """Draw the line of what can be asked and taken away."""
    if not hidden:
        explain.choose()
    guess.switch()
    if not hidden:
        if SWITCHES.rooms:
            deck.draw(index)

        def figure() -> bytes:
            from fmnist_core.figures import prediction_png

            return prediction_png(prediction.image, prediction.label, prediction.probs)

        st.download_button(
            "Download figure",
            figure,
            f"fashion-mnist-{index}-{prediction.network.name}.png",
            "image/png",
            icon=":material/download:",
            on_click="ignore",
        )


pickers.line(guess.hides)
show()
