"""Compose: presets, layers one below the other, training settings; all of it in the address."""

import math
from dataclasses import replace

import streamlit as st

from fmnist_app import choices
from fmnist_app.train import service
from fmnist_app.widgets import frame
from fmnist_core import data
from fmnist_core.composing.composition import ALL, CHOICES, Composition, net_text, parse, parse_layers
from fmnist_core.composing.layers import KINDS, CompositionError, Layer
from fmnist_core.composing.presets import PRESETS

FIRST = PRESETS["convolutional"].composition
# What a setting is called, and what it does. Its values are shown as they stand in the address.
SETTINGS = {
    "optimiser": ("Optimiser", "How a step follows from the slope of the loss. Momentum is SGD that keeps its speed."),
    "rate": ("Learning rate", "How far a step goes: too small is slow, too large overshoots."),
    "schedule": (
        "Schedule",
        "Whether the learning rate stays, falls to nothing, or climbs before it falls.",
    ),
    "batch": ("Batch, pictures", "Pictures that one step looks at."),
    "activation": (
        "Activation",
        "What each unit makes of its sum. Without one, layers would add up to a single layer.",
    ),
    "augmentation": ("Augmentation", "Each picture is changed at random before it is learned from."),
    "pictures": ("Training pictures", "How many pictures it learns from. 6000 ship with the app."),
    "wrong": ("Wrong labels, %", "So many of the training labels are made wrong on purpose."),
    "smoothing": ("Label smoothing", "Share of the target that is spread over all classes."),
}


def begin(preset: str) -> None:
    """Take over a preset, from a callback."""
    composition = of_preset(preset)
    st.session_state.update({name: getattr(composition, name) for name in (*CHOICES, "epochs")})
    st.session_state["net"] = composition.net


def of_preset(preset: str) -> Composition:
    """Return what a preset composes, with no more epochs than a run may take here."""
    composition = PRESETS[preset].composition
    return replace(composition, epochs=min(composition.epochs, service.LINE.limits.epochs))


def keep() -> None:
    """Keep what is composed while another part of the page is on the screen: Streamlit forgets what is not drawn."""
    session = st.session_state
    session.update({key: session[key] for key in ("net", *CHOICES, "epochs") if key in session})


def presets() -> None:
    """Draw the presets; that of the present composition is pressed, and its lesson said."""
    found = chosen()
    here = next((name for name in PRESETS if of_preset(name) == found), None)
    st.session_state["preset"] = here

    def picked() -> None:
        name = st.session_state["preset"]
        if isinstance(name, str) and name in PRESETS:
            begin(name)

    st.pills("Begin with", list(PRESETS), key="preset", format_func=lambda k: PRESETS[k].title, on_change=picked)
    if here is not None:
        st.caption(PRESETS[here].lesson)


def chosen() -> Composition | None:
    """Return what the widgets, or before they are drawn the address, compose; None where that cannot be."""
    keys = ("net", *CHOICES, "epochs")
    usual = {"net": FIRST.net}
    session, address = st.session_state, st.query_params
    texts = {key: session.get(key, address.get(key, usual.get(key))) for key in keys}
    try:
        return parse({key: str(text) for key, text in texts.items() if text is not None}, service.LINE.limits)
    except CompositionError:
        return None


def draw() -> Composition | None:
    """Draw layers and settings; return the composition, or None after a sentence that says why it cannot be."""
    limits = service.LINE.limits
    st.subheader("Network", anchor=False)
    above = st.container(key="layers")  # the text below it decides; its widgets change the text
    with st.expander("Layers as text", icon=":material/notes:"):
        text = choices.write(
            "Layers as text",
            "net",
            FIRST.net,
            max_chars=200,
            help="One letter a layer, and its size: " + ", ".join(kind.example for kind in KINDS.values()),
        )
        st.caption(", ".join(kind.example for kind in KINDS.values()) + ". Separated by hyphens.")
    problem = None
    with above:
        try:
            rows(parse_layers(text or "", limits))
        except CompositionError as cause:
            problem = cause
            st.button("Begin anew", icon=":material/undo:", key="anew", on_click=begin, args=("convolutional",))
    st.subheader("Training", anchor=False)
    with st.container(key="settings"):
        settings = {name: pick(name) for name in SETTINGS}
        usual = min(Composition.epochs, limits.epochs)
        epochs = choices.slide("Epochs", 1, limits.epochs, usual, "epochs", help="How often it sees every picture")
    try:
        if problem is None:
            composition = parse({"net": text or "", "epochs": str(epochs)} | settings, limits)
            if int(composition.pictures) == ALL and not data.has_training_split():
                raise CompositionError(
                    "The full training split is not on this server: choose at most 6,000 pictures, which ship with it."
                )
            for sentence in composition.warnings():
                st.caption(f":material/warning: {sentence}")
            return composition
    except CompositionError as cause:
        problem = cause
    st.error(frame.plain(str(problem)), icon=":material/error:")
    return None


def pick(name: str) -> str:
    """Draw a setting; return its value."""
    title, meaning = SETTINGS[name]
    usual = getattr(Composition(), name)
    options = CHOICES[name]
    return choices.select(title, options, name, options.index(usual), help=meaning) or usual


def rows(layers: tuple[Layer, ...]) -> None:
    """Draw a line of widgets for each layer, and the button for one more; each changes the text `net`."""
    limits = service.LINE.limits

    def put(changed: list[Layer]) -> None:
        st.session_state["net"] = net_text(changed)

    def changed(k: int) -> None:
        kind, size = st.session_state[f"layer-{k}"], st.session_state.get(f"size-{k}")
        if not isinstance(kind, str) or kind not in KINDS:  # a browser may send anything
            return
        number = KINDS[kind].usual
        if kind == layers[k].kind and isinstance(size, int | float) and math.isfinite(size):
            number = int(size) or number
        put([*layers[:k], Layer(kind, number), *layers[k + 1 :]])

    for k, layer in enumerate(layers):
        kind = KINDS[layer.kind]
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key=f"line-{k}"):
            st.session_state[f"layer-{k}"] = layer.kind
            st.selectbox(
                f"Layer {k + 1}",
                list(KINDS),
                key=f"layer-{k}",
                format_func=lambda letter: KINDS[letter].title,
                on_change=changed,
                args=(k,),
                label_visibility="collapsed",
                help=kind.meaning,
            )
            if kind.number:
                st.session_state[f"size-{k}"] = layer.number
                high = min(kind.high, limits.width)
                st.number_input(
                    f"Layer {k + 1}: {kind.number}",
                    kind.low,
                    high,
                    key=f"size-{k}",
                    step=8 if high > 100 else 5,
                    on_change=changed,
                    args=(k,),
                    label_visibility="collapsed",
                    width=128,
                )
                st.caption(kind.number, width=58)
            st.button(
                f"Remove layer {k + 1}",
                icon=":material/close:",
                key=f"remove-{k}",
                type="tertiary",
                on_click=put,
                args=([*layers[:k], *layers[k + 1 :]],),
                help="Remove this layer",
            )
    spatial = not any(layer.kind in "dg" for layer in layers)
    st.button(
        "Add a layer",
        icon=":material/add:",
        key="add-layer",
        on_click=put,
        args=([*layers, Layer("c", 32) if spatial else Layer("d", 64)],),
        disabled=len(layers) >= limits.layers,
    )
