"""The networks side by side, and any two of them on the same pictures."""

import numpy as np
import streamlit as st

from fmnist_app import caches, charts, choices
from fmnist_app.components import wall
from fmnist_app.widgets import frame, tables
from fmnist_core import Card, ModelError, Network
from fmnist_core.data import HUMAN_ACCURACY, HUMAN_SOURCE
from fmnist_core.evaluation.comparison import mcnemar
from fmnist_core.evaluation.results import Results
from fmnist_core.networks import cards


def show(network: Network, results: Results) -> None:
    st.write(
        f"How much accuracy is bought with how much arithmetic; [people reach {HUMAN_ACCURACY:.1%}]({HUMAN_SOURCE})."
    )
    found, latencies = _that_run()
    rows = [
        _facts(card.facts, card.title, ms, card.tflite.stat().st_size)
        for card, ms in zip(found, latencies, strict=True)
    ]
    tables.table(
        ("Network", "Accuracy", "95% interval", "Parameters", "MFLOP", "File, kB", "One picture here, ms"),
        rows,
        "The networks that ship",
        mark=next((k for k, card in enumerate(found) if card.name == network.card.name), None),
    )
    costs = {
        "Parameters": [card.facts["parameters"] for card in found],
        "MFLOP": [card.facts["flops"] / 1e6 for card in found],
        "Milliseconds": latencies,
    }
    cost = choices.choose_one("Against", costs, "cost")
    frame.chart(
        charts.accuracy_against(
            costs[cost],
            [card.facts["test"]["accuracy"] for card in found],
            [card.facts["test"]["interval"] for card in found],
            [card.title for card in found],
            cost,
        ),
        key="cost-chart",
        alt=f"Accuracy against {cost}: "
        + ", ".join(f"{card.title} {card.facts['test']['accuracy']:.1%}" for card in found),
    )
    tables.download("networks", ("network", "accuracy", "interval", "parameters", "MFLOP", "kB", "ms"), lambda: rows)
    _pair(network, results)


def _that_run() -> tuple[list[Card], list[float]]:
    """Return the networks that run and match their cards, each with its milliseconds a picture; name the others."""
    found, latencies = [], []
    for name in cards.network_names():
        try:
            card = caches.network(name).card
            if card.problem:
                raise ModelError(card.problem)
            latencies.append(caches.latency_ms(name))
            found.append(card)
        except ModelError as problem:
            st.caption(f"{cards.title(name)} is left out: {problem}")
    return found, latencies


def _facts(facts: dict, title: str, ms: float, size: int) -> tuple[str, ...]:
    low, high = facts["test"]["interval"]
    return (
        title,
        f"{facts['test']['accuracy']:.2%}",
        f"{low:.2%} to {high:.2%}",
        f"{facts['parameters']:,}",
        f"{facts['flops'] / 1e6:.2f}",
        f"{size / 1000:,.0f}",
        f"{ms:.2f}",
    )


def _pair(network: Network, results: Results) -> None:
    mine = network.card
    others = [name for name in cards.network_names() if name != mine.name]
    if not others:
        return
    st.subheader(f"{mine.title} against another", anchor=False)
    other = choices.choose_one("The other network", others, "against", others[-1], cards.title)
    try:
        theirs = caches.network(other).stored_logits.test.argmax(axis=1)
    except ModelError as problem:
        st.warning(str(problem), icon=":material/warning:")
        return
    right, their_right = results.predicted == results.labels, theirs == results.labels
    test = mcnemar(right, their_right)
    p = f"p = {test.p_value:.3f}" if test.p_value >= 0.001 else "p < 0.001"
    verdict = "more than luck" if test.p_value < 0.05 else "no more than luck would give"
    st.write(
        f"{test.only_first} pictures only **{mine.title}** gets right, {test.only_second} only "
        f"**{cards.title(other)}**: the difference is {verdict} (exact McNemar test, {p})."
    )
    names = {"first": mine.title, "second": cards.title(other)}
    whose = choices.choose_one(
        "Pictures that", names, "whose", format_func=lambda which: f"only {names[which]} gets right"
    )
    indices = np.flatnonzero(right & ~their_right if whose == "first" else ~right & their_right)
    wall.picture_wall(
        indices,
        results.predicted,
        "pair-wall",
        "pair_page",
        "There is no such picture.",
        title=f"only {names[whose]} gets right",
    )
