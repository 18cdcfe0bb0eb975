"""The breaking-point chart, drawn with plotly: one picture and the average over a range of change."""

import numpy as np
import plotly.graph_objects as go

from fmnist_app.charts import ACCENT, GREY, ORANGE, PLAIN
from fmnist_core.data import class_name
from fmnist_core.evaluation.corruptions import Kind
from fmnist_core.evaluation.robustness import BreakingCurve
from fmnist_core.networks.artifacts import CorruptionAccuracies


def breaking_chart(
    curve: BreakingCurve, probs: np.ndarray, kind: Kind, label: int, averages: CorruptionAccuracies | None
) -> go.Figure:
    """Return the probability of the true class and of the first verdict over the range, the first flips marked.

    Args:
        curve: of one picture.
        probs: (m, 10) its probabilities.
        kind: of change.
        label: true class.
        averages: of the network, for the dotted line; none without them.
    """
    verdict = int(curve.predicted[curve.start])
    figure = go.Figure()
    if averages is not None:
        strengths, accuracies = averages.curves[kind.name]
        _line(figure, strengths, accuracies, f"Average accuracy, {averages.n:,} pictures", GREY, "dot", kind)
    if label != verdict:
        _line(figure, curve.strengths, probs[:, label], f"True class {class_name(label)}", ORANGE, "dash", kind)
    words = "Verdict and true class" if label == verdict else "Verdict"
    _line(figure, curve.strengths, probs[:, verdict], f"{words} {class_name(verdict)}", ACCENT, "solid", kind)
    for place in curve.flips:
        strength, other = float(curve.strengths[place]), class_name(curve.predicted[place])
        figure.add_vline(strength, line={"color": ORANGE, "width": 1.5})
        figure.add_scatter(
            x=[strength],
            y=[probs[place, verdict]],
            mode="markers",
            marker={"symbol": "x", "size": 12, "color": ORANGE},
            hovertemplate=f"first flip at {kind.words(strength)}: {other}<extra></extra>",
            showlegend=False,
        )
        figure.add_annotation(
            x=strength,
            y=1.0,
            yref="paper",
            text=other,
            showarrow=False,
            xanchor="right" if strength < kind.neutral else "left",
            yanchor="bottom",
        )
    figure.update_layout(
        height=340,
        margin=PLAIN | {"t": 34, "r": 8, "l": 64},
        dragmode=False,
        legend={"orientation": "h", "yanchor": "top", "y": -0.22, "x": 0, "xanchor": "left"},
        xaxis={"title": f"{kind.title}, {kind.unit}", "fixedrange": True, "range": [kind.low, kind.high]},
        yaxis={"tickformat": ".0%", "range": [0, 1.04], "fixedrange": True},
    )
    return figure


def _line(figure: go.Figure, x: np.ndarray, y: np.ndarray, name: str, colour: str, dash: str, kind: Kind) -> None:
    figure.add_scatter(
        x=x,
        y=y,
        name=name,
        mode="lines",
        line={"color": colour, "width": 3 if dash == "solid" else 2.5, "dash": dash},
        hovertemplate=f"%{{x:.4~g}} {kind.unit}: %{{y:.1%}}",
    )
