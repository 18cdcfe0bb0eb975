"""What else looks like it: the nearest training pictures as the network sees them."""

import numpy as np
import streamlit as st

from fmnist_app import choices
from fmnist_app.components import reveal, wall
from fmnist_app.widgets import frame, pictures
from fmnist_core import ModelError, Prediction, class_name
from fmnist_core.data import CLASS_NAMES
from fmnist_core.explanation.neighbours import Neighbours, nearest
from fmnist_core.networks.artifacts import Gallery

_OPENED = "opened_lookalike"
COUNT = 14


def show(prediction: Prediction) -> None:
    network = prediction.network
    try:
        gallery = network.gallery
    except ModelError as problem:
        st.warning(str(problem), icon=":material/warning:")
        return
    features = network.classifier.features(prediction.image[None])[0]
    every = nearest(gallery, features, COUNT)
    same = int((gallery.labels[every.indices] == prediction.predicted).sum())
    st.write(
        f"Of the {COUNT} nearest among {len(gallery.labels):,} training pictures, as **{network.title}** sees them, "
        f"{same} are labelled **{class_name(prediction.predicted)}**. Pick one to see it beside this picture."
    )
    _opened(prediction, gallery, features)
    with st.container(key="nearest"):
        _wall(prediction, gallery, every, "nearest-wall", "The nearest training pictures")
    rival_name = choices.select(
        "The nearest of a rival class", CLASS_NAMES, "rival", None, placeholder=class_name(prediction.rival)
    )
    rival = CLASS_NAMES.index(rival_name) if rival_name else prediction.rival
    others = nearest(gallery, features, COUNT, label=rival)
    own = nearest(gallery, features, 1, label=prediction.predicted)
    st.write(
        f"The nearest **{class_name(rival)}** is {others.distances[0]:.2f} away, the nearest "
        f"**{class_name(prediction.predicted)}** {own.distances[0]:.2f}."
    )
    with st.container(key="rivals"):
        _wall(prediction, gallery, others, "rivals-wall", f"The nearest pictures labelled {class_name(rival)}")


def _wall(prediction: Prediction, gallery: Gallery, found: Neighbours, key: str, label: str) -> None:
    names = [
        f"{class_name(gallery.labels[place])}, distance {distance:.2f}"
        for place, distance in zip(found.indices, found.distances, strict=True)
    ]

    def pick(position: int) -> None:
        st.session_state[_OPENED] = prediction.image.tobytes(), int(found.indices[position])
        reveal.ask("opened")

    wall.wall(gallery.images[found.indices], names, key, pick, label=label)


def _opened(prediction: Prediction, gallery: Gallery, features: np.ndarray) -> None:
    """Draw the picked look-alike beside the picture, above the thumbnails, where both stay in view."""
    beside, place = st.session_state.get(_OPENED, (b"", 0))
    if beside != prediction.image.tobytes() or place >= len(gallery.labels):
        return  # none was picked, or one for another picture
    distance = float(np.linalg.norm(gallery.features[place] - features))
    label = class_name(gallery.labels[place])
    with st.container(key="opened"):
        left, right = st.columns(2)
        with left:
            pictures.picture(prediction.image, f"{prediction.name}, as on top of the page")
            st.caption(f"This is {frame.plain(prediction.name)}: predicted **{class_name(prediction.predicted)}**.")
        with right:
            pictures.picture(gallery.images[place], f"Training picture {gallery.numbers[place]}, labelled {label}")
            st.caption(f"Training picture {gallery.numbers[place]}, labelled **{label}**, distance {distance:.2f}.")
        st.button("Close", key="close-lookalike", on_click=lambda: st.session_state.pop(_OPENED, None))
