"""Scoreboard: accuracy against cost, the runs of the visit among the networks that ship, with the frontier drawn."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from fmnist_app import charts, choices
from fmnist_app.train import bring, service
from fmnist_app.widgets import frame
from fmnist_core import ModelError
from fmnist_core.composing.presets import PRESETS
from fmnist_core.data import HUMAN_ACCURACY, TEST_SIZE
from fmnist_core.evaluation.metrics import percent, wilson_interval
from fmnist_core.networks import cards
from fmnist_core.runs.run import TrainingRun
from fmnist_core.sample import HELDOUT

FIRST_ACCURACY = 0.881  # of the plain network that this project began with
UNITS = {"Parameters": "parameters", "Arithmetic": "flops"}


@dataclass(frozen=True)
class Entry:
    """A network on the board.

    Attributes:
        title: names it.
        accuracy: fraction, of the test pictures; for a run that was not tested, of the held-out ones.
        interval: 95 % interval of it.
        parameters: that it has.
        flops: of one picture; 0 where nobody knows.
    """

    title: str
    accuracy: float
    interval: tuple[float, float]
    parameters: int
    flops: int


def entries(runs: list[TrainingRun], titles: Mapping[str, str]) -> list[Entry]:
    """Return the plain network that this project began with, those that ship, and the runs that have an epoch.

    Args:
        runs: of the visit.
        titles: what each is called, by its token.
    """
    plain, right = PRESETS["plain"].composition, round(TEST_SIZE * FIRST_ACCURACY)
    interval = wilson_interval(right, TEST_SIZE)
    found = [Entry("Starting point", FIRST_ACCURACY, interval, plain.parameters, plain.flops)]
    for name in cards.network_names():
        try:
            facts = cards.load_card(name).facts
        except ModelError:  # its own page says what is wrong
            continue
        low, high = facts["test"]["interval"]
        accuracy, title = facts["test"]["accuracy"], cards.title(name)
        found.append(Entry(title, accuracy, (low, high), facts["parameters"], facts["flops"]))
    for run in runs:
        if run.tested is not None:
            accuracy, interval, title = run.tested.accuracy, run.tested.interval, titles[run.token]
        elif run.epochs:
            accuracy = run.best
            interval, title = wilson_interval(round(HELDOUT * accuracy), HELDOUT), f"{titles[run.token]} (held out)"
        else:
            continue
        found.append(Entry(title, accuracy, interval, run.composition.parameters, run.composition.flops))
    for one in bring.brought().values():
        if one.tested is not None:
            parameters = one.network.card.facts["parameters"]
            found.append(Entry(one.network.title, one.tested.accuracy, one.tested.interval, parameters, 0))
    return found


def frontier(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the (cost, accuracy) points that none of lower or equal cost equals in accuracy, by cost."""
    best: list[tuple[float, float]] = []
    for cost, accuracy in sorted(points, key=lambda point: (point[0], -point[1])):
        if not best or accuracy > best[-1][1]:
            best.append((cost, accuracy))
    return best


def show(runs: list[TrainingRun]) -> None:
    """Draw the board."""
    everyone = entries(runs, service.titles())
    unit = choices.choose_one("Cost", UNITS, "board_cost")
    board = [entry for entry in everyone if getattr(entry, UNITS[unit]) > 0]
    costs = [float(getattr(entry, UNITS[unit])) for entry in board]
    accuracies = [entry.accuracy for entry in board]
    title = "Parameters" if unit == "Parameters" else "Operations for one picture"
    figure = charts.accuracy_against(costs, accuracies, [e.interval for e in board], [e.title for e in board], title)
    best = frontier(list(zip(costs, accuracies, strict=True)))
    figure.add_scatter(
        x=[cost for cost, _ in best],
        y=[accuracy for _, accuracy in best],
        mode="lines",
        name="best for its cost",
        line={"color": charts.GREY, "dash": "dot", "shape": "hv"},
        hoverinfo="skip",
    )
    figure.update_layout(showlegend=False)
    people = f"People {HUMAN_ACCURACY:.1%}"
    figure.add_hline(
        HUMAN_ACCURACY,
        line={"color": charts.ORANGE, "width": 1.5},
        annotation={"text": people, "xanchor": "right", "yanchor": "bottom"},
    )
    words = ", ".join(f"{entry.title} {percent(entry.accuracy)}" for entry in board)
    frame.chart(figure, key="scoreboard", alt=f"Accuracy against {title.lower()}: {words}. {people}.")
    st.caption(
        "With 95% intervals. The networks that ship, and runs that were tested, stand at their accuracy on the test "
        "pictures; other runs at that on the 1,000 held-out ones. Starting point: the plain network that "
        "this project began with. The dotted line is the best for its cost."
    )
    if unknown := [entry.title for entry in everyone if entry not in board]:
        st.caption(frame.plain(f"Not on the board, as nobody knows its arithmetic: {', '.join(unknown)}."))
