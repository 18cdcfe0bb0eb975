"""Evaluate: the chosen network over all 10,000 test pictures, one section at a time."""

import streamlit as st

from fmnist_app import caches, choices, state
from fmnist_app.components import reveal
from fmnist_app.evaluate import calibration, confidence, label_review, matrix, measurement, mistakes, networks, sets
from fmnist_core import ModelError, load_test
from fmnist_core.data import HUMAN_ACCURACY
from fmnist_core.evaluation.results import Results

SECTIONS = {
    "Confusion matrix": matrix,
    "Mistakes": mistakes,
    "Label review": label_review,
    "Confidence": confidence,
    "Calibration": calibration,
    "Prediction sets": sets,
    "Networks": networks,
}

reveal.answer()
name = state.network()
with st.container(horizontal=True, vertical_alignment="bottom"):
    choices.pick_network()
    st.space("stretch")
    again = st.button(
        "Measure again on this machine",
        icon=":material/timer:",
        key="measure",
        disabled=name in state.own_networks(),  # of those nothing is stored that it could be compared with
    )
results = None
try:
    network = caches.network(name)
    stored = network.stored_logits
    results = Results(
        measurement.current_logits(name),
        load_test().labels,
        stored.heldout,
        stored.heldout_labels,
        network.card.temperature,
    )
except ModelError as problem:
    st.warning(str(problem), icon=":material/warning:")
    if name not in state.own_networks():
        st.write("Its results are not shown: they may belong to another version of this network.")

if results is not None:
    evaluation = results.evaluation
    low, high = evaluation.interval
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="headline"):
        st.title(f"{evaluation.accuracy:.2%} right", anchor=False, width="content")
        st.markdown(
            f"{round(evaluation.accuracy * evaluation.n):,} of {evaluation.n:,} test pictures; "
            f"the 95% interval is {low:.2%} to {high:.2%}. People without practice reach {HUMAN_ACCURACY:.1%}."
        )

measurement.measure_again(name, again)

if results is not None:
    SECTIONS[choices.choose_one("Section", SECTIONS, "view")].show(network, results)
