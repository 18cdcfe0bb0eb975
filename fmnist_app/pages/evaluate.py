"""Evaluate: the chosen network over all 10,000 test pictures, one section at a time."""

import streamlit as st

from fmnist_app import caches, measuring, state, widgets
from fmnist_app.results import Results
from fmnist_app.sections import calibration, confidence, court, matrix, mistakes, networks, sets
from fmnist_core import ModelError, load_test

SECTIONS = {
    "Confusion matrix": matrix,
    "Mistakes": mistakes,
    "Label court": court,
    "Confidence": confidence,
    "Calibration": calibration,
    "Prediction sets": sets,
    "Networks": networks,
}

name = state.network()
with st.container(horizontal=True, vertical_alignment="bottom"):
    widgets.pick_network()
    st.space("stretch")
    again = st.button("Measure again on this machine", icon=":material/timer:", key="measure")
results = None
try:
    results = Results(caches.card(name), caches.stored_logits(name), measuring.current_logits(name), load_test().labels)
except ModelError as problem:
    st.warning(str(problem), icon=":material/warning:")
    st.write("Its results are not shown: only what belongs to this very network would be.")

if results is not None:
    evaluation = results.evaluation
    low, high = evaluation.interval
    st.title(f"{evaluation.accuracy:.2%} right", anchor=False)
    st.write(
        f"{round(evaluation.accuracy * evaluation.n):,} of {evaluation.n:,} test pictures; "
        f"the 95% interval is {low:.2%} to {high:.2%}. People reach {networks.PEOPLE:.1%}."
    )

measuring.measure_again(name, again)

if results is not None:
    SECTIONS[widgets.choose_one("Section", SECTIONS, "view")].show(results)
