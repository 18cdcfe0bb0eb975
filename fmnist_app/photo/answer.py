"""What the network says of a visitor's photo: sure, between classes, or unlike all it knows; or what is likeliest."""

import html

import numpy as np
import streamlit as st

from fmnist_app import state
from fmnist_app.photo import coaching
from fmnist_app.widgets import stage, verbatim
from fmnist_core import ModelError, Prediction, class_name
from fmnist_core.evaluation.metrics import percent

SURE, BETWEEN, UNLIKE = "sure", "between", "unlike"
LIKELIEST = "likeliest"  # where nothing says how sure the network has a right to be, or it is not that confident
# Of the folds' photos, which the network had not seen, 93 % were right from here to .9 and 99 % above, below it at most
# 88 %: there a set of one class is no reason to call anybody sure.
SURE_FROM = 0.8
MAX_NAMED = 3  # classes in the headline; the line of the prediction set names them all
WHAT_TO_DO = (
    "If it is one of the ten, try again: one garment, spread out flat, seen from straight above, alone on a plain "
    "background of another colour. A shoe is seen from its side."
)
WHAT_TO_DRAW = "If it is one of the ten, draw its whole outline, as large as the board, and fill it."


def form(prediction: Prediction, level: float) -> tuple[str, list[int]]:
    """Return the form that the answer takes, and the classes it names, the likeliest first.

    Args:
        prediction: of a photo.
        level: the coverage that prediction sets promise, 0 < level < 1.
    """
    if prediction.unlike:
        return UNLIKE, []
    likeliest = np.argsort(-prediction.probs, kind="stable")
    try:
        members = prediction.prediction_set(level, at_least_top=False)
    except ModelError:  # `stage.members` says why there is no set
        return LIKELIEST, [int(likeliest[0])]
    if members.sum() == 1:
        return SURE if prediction.confidence >= SURE_FROM else LIKELIEST, [int(likeliest[0])]
    # An empty set: no class is likely enough by itself, so it is between the first two.
    named = [int(k) for k in likeliest if members[k]] or [int(k) for k in likeliest[:2]]
    return BETWEEN, named


def show(prediction: Prediction) -> None:
    """Draw the verdict on a photo."""
    kind, named = form(prediction, state.level())
    best = f"<b>{percent(prediction.confidence)}</b> confidence"
    name = html.escape(prediction.name)
    if kind == UNLIKE:
        badge, headline = ("?", "None of these"), "Not like anything it learned from"
        words = (
            f"The closest of the ten is {verbatim.marked(class_name(prediction.predicted))}, predicted with {best}. "
            "Do not rely on it."
        )
    elif kind == BETWEEN:
        badge = ("≈", "Between classes")
        headline = _either([class_name(k) for k in named])
        words = f"Most likely {verbatim.marked(class_name(named[0]))}, predicted with {best}."
    else:
        badge = ("✓", "Sure") if kind == SURE else ("•", "Most likely")
        headline = class_name(named[0])
        words = f"predicted with {best}"
    st.html(
        f'<div class="fm-verdict fm-form-{kind}" aria-live="polite"><span class="fm-badge">'
        f'<span aria-hidden="true">{badge[0]}</span> {badge[1]}</span>'
        f'<h1 class="fm-class">{verbatim.marked(headline)}</h1><p>{words}<br>{name}</p></div>'
    )


def _either(names: list[str]) -> str:
    if len(names) > MAX_NAMED:
        return f"{', '.join(names[:MAX_NAMED])} or another"
    return f"{', '.join(names[:-1])} or {names[-1]}"


def novelty(prediction: Prediction, drawn: bool) -> None:
    """Say how far a photo or drawing is from what the network learned from, and what to do if that is far."""
    score, limit = prediction.novelty, prediction.novelty_limit
    if score is None or limit is None:
        st.caption(
            "How different this is from the training pictures cannot be said: the reference gallery is not in use."
        )
    elif prediction.unlike:
        st.warning(
            f"It may be none of the ten classes, however sure the bars look. For {prediction.network.title}, "
            f"{measure(prediction)} is {score:.2f}; {percent(usual(prediction), 0)} of held-out garments stay within "
            f"{limit:.2f}." + (f" {WHAT_TO_DRAW}" if drawn else ""),
            icon=":material/help:",
        )
        if not drawn:
            coaching.good_example(WHAT_TO_DO)
    else:
        st.caption(
            f"It looks like what the network learned from: {measure(prediction)} is {score:.2f}; up to {limit:.2f} is "
            "usual."
        )


def measure(prediction: Prediction) -> str:
    """Return in words what the score of unlikeness is."""
    probed = "unlikeness" in prediction.network.card.facts
    return "its unlikeness, from 0 to 1," if probed else "its distance from the training pictures"


def usual(prediction: Prediction) -> float:
    """Return the share of held-out garments that stay within the limit of novelty, by the network's card."""
    facts = prediction.network.card.facts
    refused = facts["unlikeness"]["heldout_refused"] if "unlikeness" in facts else facts["novelty"]["false_alarm_rate"]
    return 1 - float(refused)


def bars(prediction: Prediction) -> None:
    """Draw the bars, without a winner where none should be believed."""
    with st.container(key="bars-unlike" if prediction.unlike else "bars-like"):
        stage.bars(prediction.probs, None)
