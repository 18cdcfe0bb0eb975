"""Predict: any test picture, what it is, and what the network takes it for."""

import random
from functools import partial

import streamlit as st

from fmnist_app import inquiries, state, widgets
from fmnist_app.answer import answer
from fmnist_core import ModelError, data, load_test

test = load_test()


def step(by: int) -> None:
    state.choose(index=(state.picture() + by) % data.TEST_SIZE)


def shuffle() -> None:
    state.choose(index=random.randrange(data.TEST_SIZE))


def next_mistake() -> None:
    """Go to the next picture that the chosen network gets wrong, looking at each in turn."""
    classifier = state.classifier(state.network())
    here = state.picture()
    for away in range(1, data.TEST_SIZE + 1):
        index = (here + away) % data.TEST_SIZE
        if classifier.logits(test.images[index][None])[0].argmax() != test.labels[index]:
            return state.choose(index=index)


ACTIONS = (
    ("Previous", "previous", "chevron_left", "Left", partial(step, -1)),
    ("Next", "next", "chevron_right", "Right", partial(step, 1)),
    ("Random", "random", "shuffle", "S", shuffle),
    ("Next mistake", "mistake", "error", "M", next_mistake),
)
HELP = {"previous": "Key ←", "next": "Key →", "random": "Key S", "mistake": "Key M: the next picture it gets wrong"}

with st.container(horizontal=True, vertical_alignment="bottom", key="controls"):
    widgets.pick_index()
    for words, key, icon, shortcut, action in ACTIONS:
        st.button(words, key=key, icon=f":material/{icon}:", shortcut=shortcut, on_click=action, help=HELP[key])
    st.space("stretch")
    widgets.pick_network()

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
