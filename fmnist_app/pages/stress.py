"""Stress: change a picture by hand and see when the verdict turns over; where it breaks over the whole range."""

import numpy as np
import streamlit as st

from fmnist_app import caches, choices, loading, metrics, state
from fmnist_app.components import reveal
from fmnist_app.widgets import frame, pickers, pictures, stage
from fmnist_core import ModelError, Prediction, class_name, load_test, predict
from fmnist_core.evaluation.corruptions import KINDS, MAX_SEED, Kind, perturb
from fmnist_core.evaluation.robustness import BreakingCurve

FIRST = "rotate"
test = load_test()


def reset() -> None:
    for kind in KINDS.values():
        st.session_state[kind.name] = kind.neutral


def strength(kind: Kind) -> float:
    """Return what a kind's slider says: any number may stand in the address, the slider's own steps are whole ones."""
    value = st.session_state.get(kind.name)
    return kind.neutral if value is None else kind.at(round((float(value) - kind.neutral) / kind.step))


def slider(kind: Kind) -> None:
    """Draw a kind's slider. A move redraws the answer alone: neither the sliders nor the curve."""
    choices.slide(
        f"{kind.title}, {kind.unit}",
        kind.low,
        kind.high,
        kind.neutral,
        kind.name,
        kind.step,
        format="%.2f" if kind.step < 0.1 else "%.1f" if kind.step < 1 else "%d",
        on_change=lambda: st.rerun(scope=["answer", "chances"]),
    )


def changed(index: int, name: str, seed: int) -> Prediction:
    """Return the network's answer to the picture as the sliders change it."""
    strengths = {kind.name: strength(kind) for kind in KINDS.values()}
    words = [f"{KINDS[k].title.lower()} {KINDS[k].words(s)}" for k, s in strengths.items() if s != KINDS[k].neutral]
    image = perturb(test.images[index], strengths, seed)
    title = f"picture {index}, " + (", ".join(words) or "unchanged")
    metrics.COUNTS.add(metrics.PREDICTIONS)
    return predict(caches.network(name), image, int(test.labels[index]), title)


@st.fragment(key="answer")
def verdict(index: int, name: str, seed: int) -> None:
    try:
        found = changed(index, name, seed)
    except ModelError as problem:
        return frame.cannot_run(problem)
    with st.container(key="garment"):
        stage.garment(found)
    with st.container(key="verdict"):
        stage.verdict(found.probs, found.label, found.name)


@st.fragment(key="chances")
def chances(index: int, name: str, seed: int) -> None:
    try:
        found = changed(index, name, seed)
    except ModelError:  # the verdict says so
        return
    with st.container(key="bars-area"):
        stage.bars(found.probs, found.label)
        stage.members(found, promised=np.array_equal(found.image, test.images[index]))


def bench(index: int, name: str, seed: int) -> None:
    """Draw the changed picture, its verdict and bars, and the sliders that change it."""
    with st.container(key="stage"):
        above = st.container(key="answer-area")
        with st.container(key="bench"):
            with st.container(key="before"):
                label = class_name(test.labels[index])
                pictures.picture(test.images[index], f"Picture {index} before any change: {label}")
                st.button("Reset", icon=":material/undo:", on_click=reset, key="reset", help="No change")
            with st.container(key="sliders"):
                for kind in KINDS.values():
                    slider(kind)
        with above:  # after the sliders, which know by now what stands in the address
            verdict(index, name, seed)
        chances(index, name, seed)


def find(kind: Kind, index: int, name: str, seed: int) -> None:
    """Set the sliders to the smallest change of one kind that turns the verdict over."""
    strength = caches.curve(name, index, kind.name, seed).smallest_change
    if strength is not None:
        reset()
        st.session_state[kind.name] = strength
        reveal.ask("stage")


def flips(curve: BreakingCurve, kind: Kind) -> str:
    """Return the first flips in words."""
    verdict = f"**{class_name(curve.predicted[curve.start])}**"
    found = [f"**{class_name(curve.predicted[k])}** at **{kind.words(curve.strengths[k])}**" for k in curve.flips]
    if not found:
        return f"No flip: it stays {verdict} from {kind.words(kind.low)} to {kind.words(kind.high)}."
    return f"{verdict} turns into {' and into '.join(found)}."


reveal.answer()
pickers.controls()
index, name = state.picture(), state.network()
label = int(test.labels[index])
above, below = st.container(key="above-curve"), st.container()
above.html('<span class="fm-begin"></span>')  # an empty container would have no place yet
with below:
    st.subheader("Where it breaks", anchor=False)
    tools = st.container(horizontal=True, vertical_alignment="bottom", key="break-tools")
with tools:
    chosen = choices.select(
        "Kind of change", list(KINDS), "kind", list(KINDS).index(FIRST), lambda key: KINDS[key].title, width=220
    )
    seed = choices.slide("Random seed: noise, cover", 0, MAX_SEED, 0, "seed", width=220)
kind = KINDS.get(chosen or FIRST, KINDS[FIRST])
try:
    network = caches.network(name)
    _ = network.classifier  # here: a fragment would show its own error
    with above:
        bench(index, name, seed)
    curve = caches.curve(name, index, kind.name, seed)
except ModelError as problem:
    with above:
        frame.cannot_run(problem)
    frame.end()

loading.evaluation()  # plotly takes a while to import: the verdict is on the screen by then
from fmnist_app import breaking_chart  # noqa: E402

averages = None
with tools:
    st.button(
        "Find the smallest change that "
        + ("fools it" if curve.predicted[curve.start] == label else "turns its verdict over"),
        icon=":material/search:",
        key="find",
        on_click=find,
        args=(kind, index, name, seed),
        disabled=not curve.flips,
        help="Sets this slider to it, and all the others back to no change",
    )
with below:
    try:
        averages = network.corruption_accuracies
    except ModelError as problem:
        st.caption(f"No average accuracy: {problem}")
    words = flips(curve, kind)
    with st.container(key="breaking"):
        st.markdown(words)
        figure = breaking_chart.breaking_chart(curve, network.probabilities(curve.logits), kind, label, averages)
        alt = f"Probabilities under {kind.title.lower()}. {words.replace('*', '')}"
        frame.chart(figure, key="breaking-chart", alt=alt)
    st.caption(
        "The chart makes this kind of change alone, whatever the other sliders say. Above, several changes at once are "
        "made in the order of the sliders."
        + (f" The average is over every fifth test picture, {averages.n:,} of them." if averages else "")
    )
