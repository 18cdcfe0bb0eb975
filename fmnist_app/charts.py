"""Charts for the screen, drawn with plotly: results in, figures out."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fmnist_core.evaluation.calibration import Abstention, Reliability

ACCENT, ORANGE, GREY = "#3d76ff", "#e07b39", "#8d939e"
PLAIN = {"l": 0, "r": 0, "t": 8, "b": 0}


def confidence_histogram(edges: np.ndarray, right: np.ndarray, wrong: np.ndarray) -> go.Figure:
    """Return the share of mistakes among the pictures of each confidence, and how many pictures there are.

    Args:
        edges: (bins + 1,) limits of the bins, 0..1.
        right: (bins,) right verdicts in each.
        wrong: (bins,) wrong ones.
    """
    centres, width, total = (edges[1:] + edges[:-1]) / 2, np.diff(edges) * 0.9, right + wrong
    some = total > 0
    shares = wrong[some] / total[some]
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.1, row_heights=[0.6, 0.4])
    figure.add_scatter(
        x=centres[some],
        y=shares,
        name="share wrong",
        customdata=np.stack([wrong[some], total[some]], axis=1),
        mode="lines+markers",
        line={"color": ORANGE, "width": 3},
        marker={"size": 8},
        hovertemplate="%{customdata[0]} of %{customdata[1]} pictures wrong: %{y:.1%}<extra></extra>",
        row=1,
        col=1,
    )
    for name, counts, color in (("right", right, ACCENT), ("wrong", wrong, ORANGE)):
        figure.add_bar(
            name=name,
            x=centres,
            y=counts,
            width=width,
            marker_color=color,
            hovertemplate="confidence %{x:.3f}: %{y} pictures<extra></extra>",
            row=2,
            col=1,
        )
    figure.update_yaxes(title="Share wrong", range=[0, 1.03], tickformat=".0%", fixedrange=True, row=1, col=1)
    figure.update_yaxes(title="Pictures", fixedrange=True, row=2, col=1)
    figure.update_xaxes(range=[0, 1], tickformat=".0%", fixedrange=True)
    figure.update_xaxes(title="Confidence in the predicted class (blue right, orange wrong)", row=2, col=1)
    figure.update_layout(height=420, margin=PLAIN, showlegend=False, dragmode=False, barmode="stack")
    return figure


def coverage_curve(coverages: Sequence[float], accuracies: Sequence[float], chosen: Abstention) -> go.Figure:
    """Return accuracy among the answered against the share answered, with the chosen threshold marked.

    Args:
        coverages: fractions, one a threshold.
        accuracies: fractions; nan where nothing is answered.
        chosen: what the visitor's threshold gives.
    """
    figure = go.Figure(
        [
            go.Scatter(
                x=list(coverages),
                y=list(accuracies),
                name="every threshold",
                mode="lines",
                line={"color": ACCENT, "width": 3},
            ),
            go.Scatter(
                x=[chosen.coverage],
                y=[chosen.accuracy],
                name="the chosen one",
                mode="markers",
                marker={"color": ORANGE, "size": 14},
            ),
        ]
    )
    figure.update_traces(hovertemplate="answers %{x:.1%}: %{y:.2%} right<extra></extra>")
    figure.update_layout(
        height=280,
        margin=PLAIN,
        showlegend=False,
        dragmode=False,
        xaxis={"title": "Coverage: share of pictures answered", "tickformat": ".0%", "range": [0, 1.02]},
        yaxis={"title": "Accuracy of the answers", "tickformat": ".1%"},
    )
    figure.update_xaxes(fixedrange=True)
    figure.update_yaxes(fixedrange=True)
    return figure


def reliability_diagram(diagram: Reliability) -> go.Figure:
    """Return accuracy against confidence with the diagonal, and the pictures in each bin below (log scale)."""
    centres = (diagram.edges[1:] + diagram.edges[:-1]) / 2
    width = np.diff(diagram.edges) * 0.92
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.06, row_heights=[0.72, 0.28])
    figure.add_bar(
        name="right",
        x=centres,
        y=diagram.accuracy,
        width=width,
        marker_color=ACCENT,
        customdata=np.stack([diagram.counts, diagram.confidence], axis=1),
        hovertemplate="%{customdata[0]} pictures, confidence %{customdata[1]:.1%}, right %{y:.1%}<extra></extra>",
        row=1,
        col=1,
    )
    figure.add_scatter(
        name="as confident as right",
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"color": ORANGE, "dash": "dash"},
        hoverinfo="skip",
        row=1,
        col=1,
    )
    figure.add_bar(name="pictures", x=centres, y=diagram.counts, width=width, marker_color=GREY, row=2, col=1)
    figure.update_traces(hovertemplate="%{y} pictures<extra></extra>", selector={"marker": {"color": GREY}})
    figure.update_xaxes(range=[0, 1], tickformat=".0%", fixedrange=True)
    figure.update_xaxes(title="Confidence", row=2, col=1)
    figure.update_yaxes(title="Right", range=[0, 1], tickformat=".0%", fixedrange=True, row=1, col=1)
    figure.update_yaxes(title="Pictures", type="log", dtick=1, fixedrange=True, row=2, col=1)
    figure.update_layout(height=420, margin=PLAIN, showlegend=False, dragmode=False)
    return figure


def set_sizes(sizes: np.ndarray) -> go.Figure:
    """Return how many prediction sets hold 0, 1, 2, … classes; (11,) counts."""
    last = max(int(np.flatnonzero(sizes)[-1]), 3)
    figure = go.Figure(
        go.Bar(
            name="prediction sets",
            x=list(range(last + 1)),
            y=sizes[: last + 1],
            marker={"color": ACCENT, "cornerradius": 3},
            text=[f"{n:,}" for n in sizes[: last + 1]],
            textposition="outside",
            cliponaxis=False,
            hoverinfo="skip",
        )
    )
    figure.update_layout(
        height=380,
        margin=PLAIN | {"t": 28},
        dragmode=False,
        xaxis={"title": "Classes in the set", "dtick": 1, "fixedrange": True, "showgrid": False},
        yaxis={"title": "Pictures", "fixedrange": True, "range": [0, 1.1 * float(sizes.max())]},
    )
    return figure


def accuracy_against(
    costs: Sequence[float],
    accuracies: Sequence[float],
    intervals: Sequence[Sequence[float]],
    names: Sequence[str],
    title: str,
) -> go.Figure:
    """Return one point a network, its cost on a log axis, its accuracy with the 95 % interval.

    Args:
        costs: positive numbers.
        accuracies: fractions.
        intervals: (low, high) of each.
        names: written beside the points.
        title: what the cost is.
    """
    low, high = np.array(intervals).T
    figure = go.Figure(
        go.Scatter(
            x=list(costs),
            y=list(accuracies),
            error_y={"type": "data", "array": high - accuracies, "arrayminus": accuracies - low, "thickness": 1.5},
            mode="markers+text",
            marker={"color": ACCENT, "size": 12},
            text=[f" {name}" for name in names],
            textposition="middle right",
            hovertemplate="%{text}: %{y:.2%}, %{x:,.3~g}<extra></extra>",
            cliponaxis=False,
        )
    )
    exponents = np.log10(costs)
    span = float(np.ptp(exponents)) or 1.0
    figure.update_layout(
        height=380,
        margin=PLAIN,
        dragmode=False,
        xaxis={
            "type": "log",
            "title": f"{title} (log scale)",
            "range": [float(exponents.min()) - 0.06 * span, float(exponents.max()) + 0.2 * span],
            "fixedrange": True,
            "dtick": 1,
        },
        yaxis={"title": "Accuracy", "tickformat": ".0%", "fixedrange": True},
    )
    return figure
