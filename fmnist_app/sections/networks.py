"""The networks side by side, and any two of them on the same pictures."""

import numpy as np
import streamlit as st

from fmnist_app import caches, wall, widgets
from fmnist_app.results import Results, download
from fmnist_core import Card, ModelError, cards, charts
from fmnist_core.comparison import mcnemar

PEOPLE = 0.835


def show(results: Results) -> None:
    st.write(f"How much accuracy is bought with how much arithmetic; people reach {PEOPLE:.1%}.")
    found, latencies = _that_run()
    rows = [
        _facts(card.facts, card.title, ms, card.tflite.stat().st_size)
        for card, ms in zip(found, latencies, strict=True)
    ]
    widgets.table(
        ("Network", "Accuracy", "95% interval", "Parameters", "MFLOP", "File, kB", "One picture here, ms"),
        rows,
        "The networks that ship",
        mark=next((k for k, card in enumerate(found) if card.name == results.card.name), None),
    )
    costs = {
        "Parameters": [card.facts["parameters"] for card in found],
        "MFLOP": [card.facts["flops"] / 1e6 for card in found],
        "Milliseconds": latencies,
    }
    cost = widgets.choose_one("Against", costs, "cost")
    widgets.chart(
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
    download("networks", ("network", "accuracy", "interval", "parameters", "MFLOP", "kB", "ms"), lambda: rows)
    _pair(results)


def _that_run() -> tuple[list[Card], list[float]]:
    """Return the networks that run and match their cards, each with its milliseconds a picture; name the others."""
    found, latencies = [], []
    for name in cards.network_names():
        try:
            card = caches.card(name)
            if card.problem:
                raise ModelError(card.problem)
            latencies.append(caches.latency_ms(name))
            found.append(card)
        except ModelError as problem:
            st.caption(f"{cards.TITLES[name]} is left out: {problem}")
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


def _pair(results: Results) -> None:
    mine = results.card
    others = [name for name in cards.network_names() if name != mine.name]
    if not others:
        return
    st.subheader(f"{mine.title} against another", anchor=False)
    other = widgets.choose_one("The other network", others, "against", others[-1], lambda name: cards.TITLES[name])
    try:
        theirs = caches.stored_logits(other).test.argmax(axis=1)
    except ModelError as problem:
        st.warning(str(problem), icon=":material/warning:")
        return
    right, their_right = results.predicted == results.labels, theirs == results.labels
    test = mcnemar(right, their_right)
    p = f"p = {test.p_value:.3f}" if test.p_value >= 0.001 else "p < 0.001"
    verdict = "more than luck" if test.p_value < 0.05 else "no more than luck would give"
    st.write(
        f"{test.only_first} pictures only {mine.title} gets right, {test.only_second} only {cards.TITLES[other]}: "
        f"the difference is {verdict} (exact McNemar test, {p})."
    )
    names = {"first": mine.title, "second": cards.TITLES[other]}
    whose = widgets.choose_one(
        "Pictures that", names, "whose", format_func=lambda which: f"only {names[which]} gets right"
    )
    indices = np.flatnonzero(right & ~their_right if whose == "first" else ~right & their_right)
    wall.picture_wall(indices, results.predicted, "pair-wall", "pair_page", "There is no such picture.")
