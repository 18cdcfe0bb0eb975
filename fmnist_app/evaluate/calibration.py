"""Whether "80% sure" means right 8 times in 10."""

import streamlit as st

from fmnist_app import caches, charts
from fmnist_app.widgets import frame, tables
from fmnist_core import Network, softmax
from fmnist_core.evaluation import calibration
from fmnist_core.evaluation.calibration import Score
from fmnist_core.evaluation.results import Results


def verdict(before: Score, after: Score) -> str:
    """Return in words whether scaling brought the expected calibration error of the test pictures down."""
    change = f"The expected calibration error of the test pictures went from {before.value:.4f} to {after.value:.4f}"
    if after.value < before.value:
        return f"Here it helped. {change}."
    return (
        f"Here it did not help. {change}. The temperature is the one with the highest likelihood of the held-out "
        "pictures, which need not lower this error. It stays as it is: nothing may be fitted on the test pictures."
    )


def show(network: Network, results: Results) -> None:
    temperature = network.card.temperature
    before, after = softmax(results.logits), results.probs
    st.write(
        "Of the pictures on which it is 80% sure, 80% should be right: the bars should end on the diagonal. "
        f"Dividing the logits by the temperature {temperature:.2f}, fitted on the held-out pictures, is meant to move "
        "them there."
    )
    rows, diagrams = [], []
    for words, probs in (("Before temperature scaling", before), ("After, as the app shows it", after)):
        scores = caches.calibration_scores(probs, results.labels)
        diagram = calibration.reliability(probs, results.labels)
        diagrams.append((words, diagram, scores))
        rows.append(
            (words, *(f"{s.value:.4f} ({s.low:.4f} to {s.high:.4f})" for s in (scores.ece, scores.brier, scores.nll)))
        )
    for column, (words, diagram, scores) in zip(st.columns(2, gap="large"), diagrams, strict=True):
        with column:
            st.subheader(words, anchor=False)
            frame.chart(
                charts.reliability_diagram(diagram),
                key=f"reliability-{words[:5]}",
                alt=f"Reliability diagram, {words}: expected calibration error {scores.ece.value:.2%}.",
            )
    st.write(verdict(*(scores.ece for _, _, scores in diagrams)))
    tables.table(("", "ECE", "Brier", "Negative log likelihood"), rows, "Calibration scores with bootstrap intervals")
    st.caption(
        "Lower is better; in brackets 95% bootstrap intervals over pictures. ECE: 15 equal-width bins of the top "
        f"class's confidence. A perfectly calibrated network would still show about "
        f"{diagrams[1][2].noise_floor:.4f} by chance."
    )
    tables.download(
        "reliability",
        ("scaled", "from", "to", "pictures", "confidence", "accuracy"),
        lambda: [
            (words, f"{d.edges[k]:.4f}", f"{d.edges[k + 1]:.4f}", d.counts[k], d.confidence[k], d.accuracy[k])
            for words, d, _ in diagrams
            for k in range(len(d.counts))
        ],
        network.card,
    )
