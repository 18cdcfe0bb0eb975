"""Evaluate: the chosen network over all 10,000 test pictures."""

import streamlit as st

from fmnist_app import measuring, state, widgets
from fmnist_core import ModelError, charts, data, evaluation, load_test

test = load_test()
name = state.network()

widgets.pick_network()
logits = None
try:
    logits = measuring.current_logits(name)
except ModelError as problem:
    st.warning(str(problem), icon=":material/warning:")
    st.write("Measure this network on this machine to see its results.")

if logits is not None:
    result = evaluation.evaluate(logits, test.labels)
    low, high = result.interval
    st.title(f"{result.accuracy:.2%} right", anchor=False)
    st.write(
        f"{round(result.accuracy * result.n):,} of {result.n:,} test pictures; "
        f"the 95 % interval is {low:.2%} to {high:.2%}. People reach 83.5 %."
    )

measuring.measure_again(name)

if logits is not None:
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.subheader("Where it goes wrong", anchor=False)
        worst = evaluation.confused_pairs(result.confusion, 1)[0]
        unit = st.segmented_control("Numbers", ["Count", "Row percent"], default="Count", required=True, key="unit")
        widgets.chart(
            charts.confusion_matrix(result.confusion, percent=unit == "Row percent"),
            key="matrix",
            alt=f"Confusion matrix. Most frequent mistake: {data.class_name(worst[0])} "
            f"taken for {data.class_name(worst[1])}, {worst[2]} times.",
        )
    with right:
        st.subheader("Class by class", anchor=False)
        widgets.table(
            ("Class", "Precision", "Recall", "F1", "Support"),
            [
                (s.name, f"{s.precision:.1%}", f"{s.recall:.1%}", f"{s.f1:.1%}", str(s.support))
                for s in result.per_class
            ],
            "Precision, recall, F1 and support of each class",
        )
