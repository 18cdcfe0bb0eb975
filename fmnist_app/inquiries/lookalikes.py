"""What else looks like it: the nearest training pictures as the network sees them."""

import numpy as np
import streamlit as st

from fmnist_app import caches, wall, widgets
from fmnist_app.answer import Answer
from fmnist_core import ModelError, class_name
from fmnist_core.data import CLASS_NAMES
from fmnist_core.gallery import Gallery, Neighbours, features_of, nearest

_OPENED = "opened_lookalike"
COUNT = 14


def show(answer: Answer) -> None:
    try:
        gallery = caches.gallery(answer.card.name)
    except ModelError as problem:
        st.warning(str(problem), icon=":material/warning:")
        return
    features = features_of(caches.classifier(answer.card.name), answer.image[None])[0]
    every = nearest(gallery, features, COUNT)
    same = int((gallery.labels[every.places] == answer.predicted).sum())
    st.write(
        f"Of the {COUNT} nearest among {len(gallery.labels):,} training pictures, as {answer.card.title} sees them, "
        f"{same} are labelled {class_name(answer.predicted)}. Pick one to lay it beside this picture."
    )
    with st.container(key="nearest"):
        _wall(answer, gallery, every, "nearest-wall", "The nearest training pictures")
    rival_name = st.selectbox(
        "The nearest of a rival class",
        CLASS_NAMES,
        index=None,
        key="rival",
        bind="query-params",
        placeholder=class_name(answer.rival),
    )
    rival = CLASS_NAMES.index(rival_name) if rival_name else answer.rival
    others = nearest(gallery, features, COUNT, label=rival)
    own = nearest(gallery, features, 1, label=answer.predicted)
    st.write(
        f"The nearest {class_name(rival)} is {others.distances[0]:.2f} away, the nearest "
        f"{class_name(answer.predicted)} {own.distances[0]:.2f}."
    )
    with st.container(key="rivals"):
        _wall(answer, gallery, others, "rivals-wall", f"The nearest pictures labelled {class_name(rival)}")
    _opened(answer, gallery, features)


def _wall(answer: Answer, gallery: Gallery, found: Neighbours, key: str, label: str) -> None:
    names = [
        f"{class_name(gallery.labels[place])}, distance {distance:.2f}"
        for place, distance in zip(found.places, found.distances, strict=True)
    ]

    def pick(position: int) -> None:
        st.session_state[_OPENED] = answer.image.tobytes(), int(found.places[position])

    wall.wall(gallery.images[found.places], names, key, pick, label=label)


def _opened(answer: Answer, gallery: Gallery, features: np.ndarray) -> None:
    """Draw the picked look-alike beside the picture."""
    beside, place = st.session_state.get(_OPENED, (b"", 0))
    if beside != answer.image.tobytes() or place >= len(gallery.labels):
        return  # none was picked, or one for another picture
    distance = float(np.linalg.norm(gallery.features[place] - features))
    label = class_name(gallery.labels[place])
    with st.container(key="opened"):
        left, right = st.columns(2, gap="large")
        with left:
            widgets.picture(answer.image, f"{answer.name}, as on top of the page")
            st.caption(f"This is {widgets.plain(answer.name)}: predicted {class_name(answer.predicted)}.")
        with right:
            widgets.picture(gallery.images[place], f"Training picture {gallery.numbers[place]}, labelled {label}")
            st.caption(f"Training picture {gallery.numbers[place]}, labelled **{label}**, distance {distance:.2f}.")
        st.button("Close", key="close-lookalike", on_click=lambda: st.session_state.pop(_OPENED, None))
