"""Why this class, and why not that one: an activation map that adds up, and occlusion as a cross-check."""

import numpy as np
import streamlit as st

from fmnist_app import caches, choices
from fmnist_app.widgets import pictures
from fmnist_core import ModelError, Prediction, class_name
from fmnist_core.data import CLASS_NAMES
from fmnist_core.explanation.saliency import Activation, NoMapError, explain

NOBODY = "no other class"
PATCHES = (3, 5, 7, 9)


def show(prediction: Prediction) -> None:
    answer = st.container(key="why-answer")  # the maps, above the controls, which must be drawn before they are asked
    with st.container(horizontal=True, vertical_alignment="bottom"):
        # Kept by class name, so that "why Coat" stays asked while the visitor steps through pictures.
        target_name = choices.select("Why", CLASS_NAMES, "why", None, placeholder=class_name(prediction.predicted))
        rival_name = choices.select("and not", (NOBODY, *CLASS_NAMES), "whynot", help="Shows the difference of the two")
        strength = choices.slide("Strength of the colours", 0, 100, 65, "strength", 5)
    choices.understand_option("patch", "Black square, pixels", [str(size) for size in PATCHES])
    target = CLASS_NAMES.index(target_name) if target_name else prediction.predicted
    rival = CLASS_NAMES.index(rival_name) if rival_name in CLASS_NAMES else None
    if rival == target:
        st.caption(f"The same class is on both sides, so this is the map of **{class_name(target)}** alone.")
        rival = None
    asked = [class_name(k) for k in (target, rival) if k is not None]
    question = " and not ".join(asked)
    with answer:
        left, right = st.columns(2, gap="large")
        with left, st.container(key="activation"):
            _activation(prediction, target, rival, question, strength / 100)
        with right:
            _occlusion(prediction, target, rival, question, strength / 100)
        bold = " and not ".join(f"**{name}**" for name in asked)
        st.caption(
            f"Blue speaks for {bold}, orange against it; the deeper, the more. Two independent methods that agree "
            "are evidence of what the network looks at, not proof."
        )


def _activation(prediction: Prediction, target: int, rival: int | None, question: str, strength: float) -> None:
    try:
        classifier, weights = prediction.network.classifier, prediction.network.explanation_weights
        found = explain(classifier, weights, prediction.image, target)
        if rival is not None:
            found = found.against(explain(classifier, weights, prediction.image, rival))
    except NoMapError:
        st.subheader("Activation map", anchor=False)
        st.write(
            f"**{prediction.network.title}** has none: its first layer mixes all places of the picture, so its "
            "evidence belongs to no place. Occlusion still works."
        )
        return
    except ModelError as problem:
        st.warning(str(problem), icon=":material/warning:")
        return
    st.subheader("Activation map" if classifier.stage_names else "Pixels times weights", anchor=False)
    pictures.overlay(prediction.image, found.map, strength, _words(found.map, f"Activation map for {question}"))
    st.markdown(_sum(found, prediction, target, rival))


def _sum(found: Activation, prediction: Prediction, target: int, rival: int | None) -> str:
    """Return the sum in words, against what the network itself says."""
    said = float(prediction.logits[target]) - (float(prediction.logits[rival]) if rival is not None else 0.0)
    what = "logit" if rival is None else "difference of the logits"
    places = f"{found.map.shape[0]} x {found.map.shape[1]}"
    return (
        f"The {places} places add up to **{found.map.sum():.3f}**, with the bias {found.bias:+.3f} to "
        f"**{found.logit:.3f}**: the network's {what} is {said:.3f}."
    )


@st.fragment(parallel=True)  # it takes ten times as long as all the rest, which does not wait for it
def _occlusion(prediction: Prediction, target: int, rival: int | None, question: str, strength: float) -> None:
    with st.container(key="occlusion"):
        st.subheader("Occlusion", anchor=False)
        above = st.container(key="occlusion-map")
        patch = st.select_slider("Black square, pixels", PATCHES, 5, key="patch", bind="query-params") or 5
        with above:
            try:
                with st.spinner("Covering the picture in 784 places…", show_time=False):
                    lost = caches.occlusion(prediction.network.name, prediction.image, target, rival, patch)
            except ModelError as problem:
                st.warning(str(problem), icon=":material/warning:")
                return
            pictures.overlay(prediction.image, lost, strength, _words(lost, f"Occlusion map for {question}"))
            row, column = np.unravel_index(np.abs(lost).argmax(), lost.shape)
            change = "lowers" if lost[row, column] > 0 else "raises"
            what = f"the logit of **{class_name(target)}**" if rival is None else "the difference of the two logits"
            st.markdown(
                f"Covering {patch} x {patch} pixels around row {row + 1}, column {column + 1} matters most: it "
                f"{change} {what} by **{abs(lost[row, column]):.2f}**."
            )


def _words(values: np.ndarray, title: str) -> str:
    row, column = np.unravel_index(values.argmax(), values.shape)
    down = ("upper", "middle", "lower")[min(3 * row // values.shape[0], 2)]
    across = ("left", "centre", "right")[min(3 * column // values.shape[1], 2)]
    return f"{title}: the strongest evidence lies {down} {across}"
