"""A picture, the verdict, the bars and the prediction set, in one view."""

import html

import numpy as np
import streamlit as st

from fmnist_app import state
from fmnist_app.widgets import pictures
from fmnist_core import ModelError, Prediction
from fmnist_core.data import CLASS_NAMES, class_name
from fmnist_core.evaluation.metrics import percent


def show(prediction: Prediction) -> None:
    """Draw picture, verdict, bars and prediction set."""
    with st.container(key="stage"):
        # In one element: each costs the server as much as half a verdict.
        said = verdict_html(prediction.probs, prediction.label, prediction.name, prediction.unlike)
        st.html(
            f'<div class="fm-sides"><div class="st-key-verdict">{said}</div>'
            f'<div class="st-key-garment">{garment_html(prediction)}</div>'
            f'<div class="st-key-bars-area">{bars_html(prediction.probs, prediction.label)}</div></div>'
        )
    members(prediction, promised=prediction.label is not None)
    if prediction.network.card.problem:
        st.warning(prediction.network.card.problem, icon=":material/warning:")


def garment(prediction: Prediction) -> None:
    """Draw a prediction's picture."""
    st.html(garment_html(prediction))


def garment_html(prediction: Prediction) -> str:
    """Return a prediction's picture, and in words what it is."""
    true = f": {class_name(prediction.label)}" if prediction.label is not None else ""
    name = prediction.name[:1].upper() + prediction.name[1:]
    return pictures.picture_html(prediction.image, f"{name}{true}, 28 by 28 grey pixels")


def verdict(probs: np.ndarray, label: int | None, name: str, unlike: bool = False) -> None:
    """Say what the network makes of a picture, as `verdict_html` does."""
    st.html(verdict_html(probs, label, name, unlike))


def verdict_html(probs: np.ndarray, label: int | None, name: str, unlike: bool = False) -> str:
    """Return what the network makes of a picture: right or wrong, the class, how sure, the truth.

    Args:
        probs: (10,) probabilities.
        label: true class, or None when nobody knows it.
        name: what the picture is called, for example "picture 4093".
        unlike: whether the picture is too unlike the data for the network to be believed.
    """
    predicted = int(np.argmax(probs))
    truth, badge = "", ""
    if label is not None:
        right = predicted == label
        kind, sign, word = ("right", "✓", "Right") if right else ("wrong", "✗", "Wrong")
        badge = f'<span class="fm-badge fm-{kind}"><span aria-hidden="true">{sign}</span> {word}</span>'
        truth = f'true class <b translate="no">{class_name(label)}</b> · '
    elif unlike:
        badge = '<span class="fm-badge fm-wrong"><span aria-hidden="true">?</span> None of these</span>'
    return (
        f'<div class="fm-verdict" aria-live="polite">{badge}'
        f'<h1 class="fm-class" translate="no">{class_name(predicted)}</h1>'
        f'<p>predicted with <b translate="no">{percent(probs[predicted])}</b> confidence<br>'
        f"{truth}{html.escape(name)}</p></div>"
    )


def bars(probs: np.ndarray, label: int | None) -> None:
    """Draw the softmax bars of all ten classes; the predicted one in the accent, the true one named."""
    st.html(bars_html(probs, label))


def bars_html(probs: np.ndarray, label: int | None, digits: int = 1) -> str:
    """Return the ten probabilities as a table with bars, in the data set's order.

    Plain HTML: a chart library would draw them much later than the verdict beside them.

    Args:
        probs: (10,) probabilities.
        label: true class, or None when nobody knows it.
        digits: after the point of a per cent.
    """
    predicted = int(np.argmax(probs))
    rows = "".join(
        f"<tr{' class=fm-true' if k == label else ''}><th scope=row>{name}</th>"
        f'<td><i{" class=fm-top" if k == predicted else ""} style="width:{65 * probs[k]:.1f}%"></i>'
        f"{percent(probs[k], digits)}{' · true class' if k == label else ''}</td></tr>"
        for k, name in enumerate(CLASS_NAMES)
    )
    return f'<table class="fm-bars" translate="no" aria-label="Probabilities of the ten classes">{rows}</table>'


def members(prediction: Prediction, promised: bool) -> None:
    """Draw the classes of a prediction's prediction set; its coverage is promised for unchanged test pictures only."""
    try:
        level = state.level()
        sure = prediction.prediction_set(level, at_least_top=False).any()
        prediction_set(prediction.prediction_set(level), level, promised, bool(sure))
    except ModelError as problem:
        st.caption(f"No prediction set: {problem}")


def prediction_set(members: np.ndarray, level: float, promised: bool, sure: bool) -> None:
    """Name the classes of a picture's prediction set.

    Args:
        members: (10,) booleans.
        level: the coverage that is promised.
        promised: whether it is, for this picture.
        sure: whether any class belongs to the set by its own probability.
    """
    named = (name for name, is_in in zip(CLASS_NAMES, members, strict=True) if is_in)
    inside = "; ".join(f"<b translate=no>{name}</b>" for name in named)
    if not sure:
        inside += " (no class is likely enough by itself; the most likely one always belongs to the set)"
    words = f"Prediction set at {100 * level:g}% coverage"
    if not promised:
        words = f"Prediction set, as for {100 * level:g}% coverage (promised for unchanged test pictures only)"
    st.html(f'<p class="fm-set"><span>{words}</span> {inside}</p>')
