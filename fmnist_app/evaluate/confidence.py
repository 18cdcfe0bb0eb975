"""How sure it is when it is right, and when it is wrong; and what is gained by answering only when sure."""

import numpy as np
import streamlit as st

from fmnist_app import charts, choices
from fmnist_app.widgets import frame, tables
from fmnist_core import Network
from fmnist_core.evaluation import calibration
from fmnist_core.evaluation.metrics import percent
from fmnist_core.evaluation.results import Results

GOAL = 0.98


def show(network: Network, results: Results) -> None:
    st.write(
        "The more confident a network is, the rarer its mistakes should be: the orange line is the share of mistakes "
        "among the pictures of each bar, and it should fall from left to right."
    )
    top, right = results.probs.max(axis=1), results.predicted == results.labels
    edges = np.linspace(0, 1, 21)
    counts = [np.histogram(top[chosen], edges)[0] for chosen in (right, ~right)]
    sure = float(np.median(top[~right])) if (~right).any() else 0.0
    frame.chart(
        charts.confidence_histogram(edges, *counts),
        key="histogram",
        alt=f"Pictures and share of mistakes by confidence. {_shares(edges, *counts)}",
    )
    last = sum(count[-1] for count in counts) / len(top)
    st.caption(
        f"{_shares(edges, *counts)} {last:.0%} of the pictures are in the last bar, with {counts[1][-1]:,} of the "
        f"{(~right).sum():,} mistakes. Half of all mistakes are made with more than {sure:.0%} confidence."
    )
    suggested = calibration.threshold_for_accuracy(results.heldout_probs, results.heldout_labels, GOAL)
    curve = _curve(results)
    _threshold(network.name, results, curve, suggested)
    tables.download(
        "coverage",
        ("threshold", "answered", "refused", "coverage", "accuracy"),
        lambda: [(f"{a.threshold:.4f}", a.answered, a.refused, a.coverage, a.accuracy) for a in curve],
        network.card,
    )


def _shares(edges: np.ndarray, right: np.ndarray, wrong: np.ndarray) -> str:
    """Return the share of mistakes in words, at the most confident and just above one half."""
    middle, last = int(np.searchsorted(edges, 0.5)), len(right) - 1
    parts = [
        f"of those between {edges[k]:.0%} and {edges[k + 1]:.0%} confidence "
        f"{wrong[k] / (right[k] + wrong[k]):.1%} are wrong"
        for k in (middle, last)
        if right[k] + wrong[k]
    ]
    sentence = ", ".join(parts)
    return f"{sentence[:1].upper()}{sentence[1:]}." if parts else ""


@st.fragment
def _threshold(name: str, results: Results, curve: list[calibration.Abstention], suggested: float | None) -> None:
    default = 0.5 if suggested is None else float(np.ceil(suggested * 100) / 100)
    # Each network has a suggestion of its own; under one key, the slider would keep the one before.
    key = f"sure-{name}"
    threshold = choices.slide("Answer only when at least this sure", 0.0, 1.0, default, key, 0.01)
    found = calibration.abstain(results.probs, results.labels, threshold)
    accuracy = "—" if np.isnan(found.accuracy) else percent(found.accuracy, 2)
    with st.container(key="abstention"):
        tables.facts(
            [
                ("Coverage", percent(found.coverage)),
                ("Accuracy of what it answers", accuracy),
                ("Refused", f"{found.refused:,} picture{'s' if found.refused != 1 else ''}"),
            ]
        )
    frame.chart(
        charts.coverage_curve([a.coverage for a in curve], [a.accuracy for a in curve], found),
        key="coverage-curve",
        alt=f"Accuracy against coverage. Answering everything: {curve[0].accuracy:.2%} right; "
        f"answering {found.coverage:.1%}: {accuracy} right.",
    )
    if suggested is not None:
        st.caption(
            f"The suggested {default:.2f} comes from the held-out pictures: what it answers there is {GOAL:.0%} right."
        )


def _curve(results: Results) -> list[calibration.Abstention]:
    return [calibration.abstain(results.probs, results.labels, t) for t in np.linspace(0, 0.999, 60)]
