"""About: where this comes from, its licence, its versions, and whom it can serve."""

import platform
from importlib import metadata

import streamlit as st

from fmnist_app.visit import glossary, header
from fmnist_app.widgets import tables
from fmnist_core import ModelError, data
from fmnist_core.networks import cards

PACKAGES = ("streamlit", "ai-edge-litert", "numpy", "pillow", "opencv-python-headless", "plotly")


def networks() -> None:
    """List the networks with the hash of the file that answers."""
    rows = []
    for name in cards.network_names():
        try:
            card = cards.load_card(name)
        except ModelError as problem:
            rows.append([cards.title(name), str(problem)])
            continue
        rows.append([card.title, f"{card.facts['parameters']:,}", card.facts["files"][card.tflite.name][:16]])
    headings = ["Network", "Parameters", "SHA-256 of its file begins"]
    tables.table(headings, rows, "The networks and the hashes of their files")


st.title("About", anchor=False)
st.write(
    "This app shows what neural networks make of pictures of clothing: what they take each one for, how sure they are, "
    "why, and where they go wrong. Everything runs on the machine that serves it; nothing is fetched from elsewhere, "
    "nobody is tracked, and no picture of yours is kept."
)
left, right = st.columns(2, gap="large")
with left:
    st.subheader("Pictures", anchor=False)
    st.write(
        "Fashion-MNIST by Zalando SE: Han Xiao, Kashif Rasul and Roland Vollgraf, 2017 "
        "([arXiv 1708.07747](https://arxiv.org/abs/1708.07747), "
        "[source](https://github.com/zalandoresearch/fashion-mnist)), MIT licence. 70,000 grey pictures of 28 by 28 "
        f"pixels in ten classes. You see the {data.TEST_SIZE:,} test pictures; the networks have learned from others. "
        "Some labels of the data set are wrong, and all of it comes from one shop's catalogue of 2017."
    )
    st.subheader("Licence", anchor=False)
    st.write("The app and its networks: MIT licence. The text is in the file LICENSE beside the source.")
    st.subheader("Networks", anchor=False)
    networks()
    st.caption("Trained with Keras on TensorFlow, served by LiteRT. Each card in the folder models says how.")
    st.subheader("Versions", anchor=False)
    with st.container(key="versions"):
        tables.table(
            ["Package", "Version"],
            [["Python", platform.python_version()], *([name, metadata.version(name)] for name in PACKAGES)],
            "Versions of the packages that serve this app",
        )
with right:
    st.subheader("Keys", anchor=False)
    st.markdown(header.KEYS)
    st.write("On walls of pictures and on the map, the arrow keys go from picture to picture; Enter opens one.")
    st.subheader("Accessibility", anchor=False)
    st.write(
        "Made for keyboard and touch, in a light and a dark theme, from a phone to a projector. Pictures and charts "
        "are described in words; right and wrong differ in words and signs as well as in colour. Not yet good: whoever "
        "cannot see the screen cannot use the map of all pictures or the drawing board. A photo can take the place of "
        "a drawing."
    )
    st.subheader("Words", anchor=False)
    glossary.draw()
