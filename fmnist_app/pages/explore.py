"""Explore: all 10,000 test pictures on a map, as the network sees them; select, filter, sort, open."""

import numpy as np
import streamlit as st

from fmnist_app import caches, choices, state
from fmnist_app import selection as chosen_pictures
from fmnist_app.components import reveal, wall
from fmnist_app.components.cloud import COLOURS, cloud
from fmnist_app.widgets import frame, tables
from fmnist_core import CLASS_NAMES, ModelError, load_test, softmax
from fmnist_core.evaluation.metrics import percent
from fmnist_core.explanation.projection import densest, parse_region, within

SORTS = ("Most confident", "Least confident", "Number")
VERDICTS = ("Right", "Wrong")

reveal.answer()
name = state.network()
with st.container(horizontal=True, vertical_alignment="bottom", key="map-controls"):
    colour = choices.choose_one("Colour by", COLOURS, "colour")
    st.space("stretch")
    choices.pick_network()
with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
    true = choices.select("True class", CLASS_NAMES, "class", None, placeholder="Any")
    taken = choices.select("Predicted class", CLASS_NAMES, "taken", None, placeholder="Any")
    only = choices.select("Verdict", VERDICTS, "only", None, placeholder="Any")
    low, high = choices.slide("Confidence, percent", 0, 100, (0, 100), "between")

try:
    network = caches.network(name)
    card, stored, projection = network.card, network.stored_logits, network.projection
except ModelError as problem:
    st.warning(str(problem), icon=":material/warning:")
    st.write("There is no map of this network to show. The other networks have theirs.")
    frame.end()

labels, predicted = load_test().labels, stored.test.argmax(axis=1)
confidence = softmax(stored.test, card.temperature).max(axis=1)
right = predicted == labels
kept = (100 * confidence >= low) & (100 * confidence <= high)
if true in CLASS_NAMES:
    kept &= labels == CLASS_NAMES.index(true)
if taken in CLASS_NAMES:
    kept &= predicted == CLASS_NAMES.index(taken)
if only in VERDICTS:
    kept &= right == (only == "Right")

# A field that nobody sees: it ties the region to the address, and the Back button to the region.
region = choices.write("Selected region", "region")
corners = np.zeros((0, 2))
if region:
    try:
        corners = parse_region(region)
    except ValueError as problem:
        st.caption(frame.plain(f"The address does not name a region of the map: {problem}. Nothing is selected."))


def select(text: str) -> None:
    st.session_state["region"] = text
    if text:
        reveal.ask("selection", 0.6)


def filter_field() -> tuple[str, tuple[str, ...]]:
    """Return the field that narrows the map down to a line of the legend, and its options in the legend's order."""
    by_right = COLOURS[colour] == "right"
    return ("only", VERDICTS) if by_right else ("taken" if COLOURS[colour] == "predicted" else "class", CLASS_NAMES)


def marks() -> list[str]:
    return [v.lower() for v in VERDICTS] if COLOURS[colour] == "right" else [str(k) for k in range(len(CLASS_NAMES))]


def filter_by(mark: str) -> None:
    """Show the pictures of one line of the legend alone; the same line again shows all."""
    field, options = filter_field()
    option = options[marks().index(mark)]
    st.session_state[field] = None if st.session_state.get(field) == option else option


field, options = filter_field()
picked = st.session_state.get(field)
chosen = kept & within(projection.positions, corners) if len(corners) else kept
where = "selected on the map" if len(corners) else "pictures"
title = where if len(corners) else "pictures of the map"
by_class = ", ".join(f"{CLASS_NAMES[k]} {n:,}" for k, n in enumerate(np.bincount(labels[kept], minlength=10)) if n)
cloud(
    projection,
    densest(projection.positions, labels),
    labels,
    predicted,
    confidence,
    chosen,
    corners,
    COLOURS[colour],
    f"Map of {len(labels):,} test pictures as {card.title} sees them; alike pictures lie together. It shows "
    f"{by_class}; {(kept & ~right).sum():,} are predicted wrong. Arrow keys walk, plus and minus zoom, V selects what "
    "is in view, Enter opens the picture on Predict.",
    key="cloud",
    on_region=select,
    on_open=lambda index: chosen_pictures.open_picture(index, np.flatnonzero(chosen), title),
    filtered=marks()[options.index(picked)] if picked in options else None,
    on_filter=filter_by,
)
st.caption(
    "Pictures that the network finds alike lie together (t-SNE of its features). Neighbours mean something; the "
    "distance between two clusters does not. Close up, the points become pictures."
)
selection = st.container(key="selection")
with selection, st.container(horizontal=True, vertical_alignment="bottom", key="found"):
    share = f"{percent(right[chosen].mean())} of them predicted right" if chosen.any() else "nothing to show"
    st.markdown(f"**{chosen.sum():,} {where}**, {share}")
    st.space("stretch")
    order = choices.select("Sort", SORTS, "sort", width=220)
found = np.flatnonzero(chosen)
if order != "Number":
    found = found[np.argsort(confidence[found] * (1 if order == "Least confident" else -1), kind="stable")]
with selection:
    wall.picture_wall(
        found,
        predicted,
        "map-wall",
        "wall",
        "No picture fits: widen the filters, or clear the selection on the map.",
        title,
    )
if len(found):
    with st.expander("The map in numbers"):
        rows = [
            [c, *(f"{n:,}" for n in (part.sum(), (part & right).sum(), (part & ~right).sum()))]
            for k, c in enumerate(CLASS_NAMES)
            if (part := chosen & (labels == k)).any()
        ]
        tables.table(["True class", "pictures", "right", "wrong"], rows, "Pictures on the map by true class")
