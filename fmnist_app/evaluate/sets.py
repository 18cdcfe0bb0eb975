"""Prediction sets: all the classes that cannot be ruled out at a promised level."""

import streamlit as st

from fmnist_app import charts, choices, state
from fmnist_app.widgets import frame, tables
from fmnist_core import Network
from fmnist_core.data import CLASS_NAMES
from fmnist_core.evaluation import conformal
from fmnist_core.evaluation.results import Results


def show(network: Network, results: Results) -> None:
    st.write(
        "Instead of one answer, a set that holds the true class as often as promised: small sets mean that the network "
        "knows, and an empty set that, at this level, it is not sure enough of any class. Predict never shows an empty "
        "set: there the most likely class always belongs to it, which can only raise the coverage."
    )
    _explore(results)
    reports = [results.prediction_sets(level) for level in conformal.LEVELS]
    on_predict = [results.prediction_sets(level, at_least_top=True) for level in conformal.LEVELS]
    tables.table(
        ("Promised", "Measured", "Standard error", "Mean size", "On Predict", "Mean size there"),
        [
            (
                f"{r.level:.1%}",
                f"{r.coverage:.2%}",
                f"{r.standard_error:.2%}",
                f"{r.mean_size:.3f}",
                f"{top.coverage:.2%}",
                f"{top.mean_size:.3f}",
            )
            for r, top in zip(reports, on_predict, strict=True)
        ],
        "Promised and measured coverage, one threshold for all classes",
    )
    st.caption(
        "One threshold for all classes, from the held-out pictures alone. The standard error counts both samples, "
        f"{len(results.labels):,} test and {len(results.heldout_labels):,} held-out pictures."
    )
    tables.download(
        "prediction-sets",
        ("level", "coverage", "standard error", "mean size", "coverage on Predict", "mean size on Predict"),
        lambda: [
            (r.level, r.coverage, r.standard_error, r.mean_size, top.coverage, top.mean_size)
            for r, top in zip(reports, on_predict, strict=True)
        ],
        network.card,
    )


@st.fragment
def _explore(results: Results) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.session_state["level"] = 100 * state.level()
        level = st.slider(
            "Promised coverage, percent", 80.0, 99.5, step=0.5, key="level", format="%.1f", on_change=_adopt
        )
        each = choices.choose_one("Threshold", ("One for all", "One a class"), "thresholds") == "One a class"
    found = results.prediction_sets(level / 100, by_class=each)
    with st.container(key="coverage"):
        tables.facts(
            [
                ("Promised", f"{found.level:.1%}"),
                ("Measured", f"{found.coverage:.2%} ± {1.96 * found.standard_error:.2%}"),
                ("Mean size", f"{found.mean_size:.3f} classes"),
            ]
        )
    if found.shifted:
        way = "less" if found.coverage < found.level else "more"
        st.caption(
            f"Measured is {way} than promised by more than chance explains: the test pictures are a little different "
            "from the held-out training pictures. Nothing is tuned to hide it."
        )
    left, right = st.columns(2, gap="large")
    with left:
        frame.chart(
            charts.set_sizes(found.sizes),
            key="sizes",
            alt=f"Sizes of the sets: {found.sizes[1]:,} hold one class, {found.sizes[0]:,} none.",
        )
    with right:
        tables.table(
            ("True class", "Coverage"),
            [(name, f"{share:.1%}") for name, share in zip(CLASS_NAMES, found.by_class, strict=True)],
            "Coverage of each true class",
        )


def _adopt() -> None:
    state.choose_level(st.session_state["level"] / 100)
