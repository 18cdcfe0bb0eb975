"""Learning curves, drawn with plotly: epochs in, figures out; the legend as HTML, shared by both figures."""

import html
from collections.abc import Sequence

import plotly.graph_objects as go

from fmnist_app.charts import PLAIN
from fmnist_core.runs.messages import Early, Epoch

COLOURS = ("#3d76ff", "#e07b39", "#2a9d6f", "#b357d1", "#8d939e", "#c8a415")
MOST = len(COLOURS)  # runs in one figure
HIGHEST_LOSS = 5.0  # of the axis: a run that overshoots would flatten all others


def figure(runs: Sequence[tuple[str, Sequence[Early | Epoch]]], quantity: str) -> go.Figure:
    """Return the curves of some runs: held-out pictures solid, training pictures dotted.

    Args:
        runs: title and points of each.
        quantity: `accuracy` or `loss`.
    """
    found = go.Figure()
    fields = {"accuracy": ("train_accuracy", "heldout_accuracy"), "loss": ("loss", "heldout_loss")}[quantity]
    values: list[float] = []
    for (title, epochs), colour in zip(runs, COLOURS, strict=False):
        for name, words, dash in zip(fields, ("training", "held out"), ("dot", "solid"), strict=True):
            y = [getattr(epoch, name) for epoch in epochs]
            values += y
            found.add_scatter(
                x=[epoch.number for epoch in epochs],
                y=y,
                name=f"{title}, {words}",
                mode="lines+markers",
                line={"color": colour, "width": 3 if dash == "solid" else 2, "dash": dash},
                marker={"size": 7 if len(epochs) < 25 else 4},
                hovertemplate=f"{html.escape(title)}, {words}: %{{y:{'.1%' if quantity == 'accuracy' else '.3f'}}}"
                "<extra>epoch %{x:.3~g}</extra>",
            )
    numbers = [epoch.number for _, epochs in runs for epoch in epochs]
    longest, first = int(max(numbers, default=1)), min(numbers, default=1)
    axis = {"tickformat": ".0%", "range": [max(0.0, min(values, default=0) - 0.05), 1.01]}
    if quantity == "loss":
        axis = {"range": [0, 1.05 * min(max(values, default=1), HIGHEST_LOSS)]}
    found.update_layout(
        height=250,
        margin=PLAIN | {"t": 30},
        showlegend=False,
        dragmode=False,
        title={"text": quantity.capitalize(), "font": {"size": 15}, "x": 0, "y": 0.98},
        xaxis={
            "title": "Epoch",
            "fixedrange": True,
            "range": [min(first, 1) - 0.3, max(longest, 3) + 0.3],
            "dtick": max(1, -(-longest // 8)),
        },
        yaxis=axis | {"fixedrange": True},
    )
    return found


def legend(titles: Sequence[str]) -> str:
    """Return which run has which colour, and what solid and dotted lines are."""
    keys = "".join(
        f'<span><i style="background:{colour}"></i>{html.escape(title)}</span>'
        for title, colour in zip(titles, COLOURS, strict=False)
    )
    return (
        f'<p class="fm-legend">{keys}<span><i class="fm-solid"></i>held-out pictures</span>'
        '<span><i class="fm-dotted"></i>training pictures</span></p>'
    )
