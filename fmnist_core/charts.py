"""Charts for the screen, drawn with plotly: results in, figures out."""

import numpy as np
import plotly.graph_objects as go

from fmnist_core.data import CLASS_NAMES

ACCENT, GREY = "#3d76ff", "rgba(128, 134, 145, 0.55)"
BLUES = [[0.0, "rgba(61, 118, 255, 0)"], [1.0, "rgba(61, 118, 255, 1)"]]


def probability_bars(probs: np.ndarray, label: int | None) -> go.Figure:
    """Return the ten probabilities as horizontal bars in the data set's order.

    Args:
        probs: (10,) probabilities.
        label: true class, or None when nobody knows it.
    """
    predicted = int(np.argmax(probs))
    names, texts = list(CLASS_NAMES), [f"{100 * p:.1f}%" for p in probs]
    if label is not None:
        names[label] = f"<b>{names[label]}</b>"
        texts[label] = f"<b>{texts[label]} · true class</b>"
    figure = go.Figure(
        go.Bar(
            x=probs,
            y=list(range(10)),
            orientation="h",
            marker={"color": [ACCENT if k == predicted else GREY for k in range(10)], "cornerradius": 3},
            text=texts,
            textposition="outside",
            cliponaxis=False,
            hoverinfo="skip",
        )
    )
    figure.update_layout(
        height=340,
        margin={"l": 0, "r": 130, "t": 0, "b": 0},  # room for the longest text beside a full bar
        bargap=0.32,
        showlegend=False,
        dragmode=False,
        xaxis={"visible": False, "range": [0, 1], "fixedrange": True},
        yaxis={
            "autorange": "reversed",
            "tickvals": list(range(10)),
            "ticktext": [f"{name} " for name in names],
            "showgrid": False,
            "fixedrange": True,
        },
    )
    return figure


def confusion_matrix(confusion: np.ndarray, percent: bool = False) -> go.Figure:
    """Return the confusion matrix as a heat map with its numbers.

    Args:
        confusion: (10, 10) counts, row true class, column predicted class.
        percent: show each row in per cent of its class instead of counts.
    """
    shares = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    numbers = [
        [f"{100 * s:.1f}" if percent else str(n) for s, n in zip(*row, strict=True)]
        for row in zip(shares, confusion, strict=True)
    ]
    # A mistake of 1 in 100 should be visible beside a diagonal of 95: colour by the square root.
    names = list(CLASS_NAMES)
    heat = go.Heatmap(
        z=np.sqrt(shares),
        x=names,
        y=names,
        zmin=0,
        zmax=1,
        colorscale=BLUES,
        showscale=False,
        xgap=2,
        ygap=2,
        hoverinfo="skip",
    )
    figure = go.Figure([heat, *(_numbers(numbers, shares, strong) for strong in (False, True))])
    figure.update_layout(
        height=560,
        margin={"l": 0, "r": 0, "t": 70, "b": 0},
        dragmode=False,
        xaxis={"side": "top", "title": "Predicted class", "fixedrange": True, "showgrid": False, "tickangle": -35},
        yaxis={"autorange": "reversed", "title": "True class", "fixedrange": True, "showgrid": False},
    )
    return figure


def _numbers(numbers: list[list[str]], shares: np.ndarray, strong: bool) -> go.Scatter:
    """Return the numbers of the strong cells in white, or of the others in the theme's own text colour."""
    cells = [(row, column) for row in range(10) for column in range(10) if (shares[row, column] > 0.3) == strong]
    return go.Scatter(
        x=[CLASS_NAMES[column] for _, column in cells],
        y=[CLASS_NAMES[row] for row, _ in cells],
        text=[numbers[row][column] for row, column in cells],
        mode="text",
        textfont={"color": "#ffffff"} if strong else {},
        showlegend=False,
        hovertemplate="true %{y}<br>predicted %{x}<br>%{text}<extra></extra>",
    )
