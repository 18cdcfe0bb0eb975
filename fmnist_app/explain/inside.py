"""What happens inside: from pixels through every stage to the softmax, with this picture's own numbers."""

import html

import numpy as np
import streamlit as st

from fmnist_app import choices
from fmnist_app.explain import first_layer
from fmnist_app.widgets import pictures, tables
from fmnist_core import ModelError, Prediction, class_name
from fmnist_core.data import CLASS_NAMES
from fmnist_core.networks.artifacts import ExplanationWeights

MAX_MAPS = 64
ORDERS = ("As in the network", "Strongest first")  # the first keeps map 5 beside filter 5


def show(prediction: Prediction) -> None:
    try:
        parts = prediction.network.explanation_weights
    except ModelError as problem:
        st.warning(str(problem), icon=":material/warning:")
        return
    outputs = prediction.network.classifier.outputs(prediction.image)
    stages = [name for name in outputs if name.startswith("stage")]
    steps = [
        "Pixels",
        "Filters",
        "First layer",
        *(name.replace("stage", "Stage ") for name in stages),
        "Logits",
        "Softmax",
    ]
    step = choices.choose_one("Step", steps, "step")
    with st.container(key="inside"):
        if step == "Pixels":
            _pixels(prediction, parts)
        elif step == "Filters":
            _filters(prediction, parts)
        elif step == "First layer":
            first_layer.show(prediction)
        elif step == "Logits":
            _logits(prediction, parts)
        elif step == "Softmax":
            _softmax(prediction)
        else:
            _stage(step, outputs[step.lower().replace(" ", "")])
    _walk(steps, steps.index(step))
    with st.expander("Every layer: size, parameters, arithmetic", key="layers", on_change="rerun") as layers:
        if layers.open:
            _layers(prediction)


def _walk(steps: list[str], place: int) -> None:
    def go(to: int) -> None:
        st.session_state["step"] = steps[to]

    with st.container(horizontal=True):
        st.button(
            "Step back",
            key="step-back",
            icon=":material/arrow_back:",
            on_click=go,
            args=(place - 1,),
            disabled=not place,
        )
        st.button(
            "Step on",
            key="step-on",
            icon=":material/arrow_forward:",
            on_click=go,
            args=(place + 1,),
            disabled=place == len(steps) - 1,
        )


def _pixels(prediction: Prediction, parts: ExplanationWeights) -> None:
    sign = "+" if parts.offset >= 0 else "−"
    st.write(
        "It begins with 28 x 28 = 784 numbers from 0 (black) to 255 (white). The first layer makes them comparable: "
        f"pixel × {parts.scale:.4f} {sign} {abs(parts.offset):.3f}, so that the average pixel of the data is 0."
    )
    rows = "\n".join(" ".join(f"{value:3d}" for value in row) for row in prediction.image.tolist())
    name = f"The 784 pixels of {html.escape(prediction.name)}, row by row"
    st.html(f'<pre class="fm-pixels" tabindex="0" role="group" aria-label="{name}">{rows}</pre>')


def _filters(prediction: Prediction, parts: ExplanationWeights) -> None:
    kernel = parts.filters
    if kernel.ndim == 4:
        tiles = np.moveaxis(kernel[:, :, 0, :], -1, 0)
        words = f"{len(tiles)} filters of {kernel.shape[0]} x {kernel.shape[1]} weights slide over the picture."
    else:
        tiles = np.moveaxis(kernel.reshape(28, 28, -1), -1, 0)
        what = "class" if kernel.shape[1] == 10 else "hidden unit"
        words = f"One weight for each pixel, a whole picture of weights for each {what}: {len(tiles)} of them."
    st.write(f"The first layer's weights. {words} Blue is positive, orange negative.")
    names = CLASS_NAMES if len(tiles) == 10 else None
    pictures.mosaic(tiles, "The first layer's filters", signed=True, names=names)


def _stage(name: str, maps: np.ndarray) -> None:
    if maps.ndim == 1:
        st.write(f"{name}: {len(maps)} hidden units, {int((maps > 0).sum())} of them active (above 0) on this picture.")
        pictures.mosaic(maps[:, None, None], f"{name}: the hidden units")
        return
    rows, columns, channels = maps.shape
    by_strength = choices.choose_one("Order of the maps", ORDERS, "maps") == ORDERS[1]
    order = np.argsort(-maps.mean(axis=(0, 1)), kind="stable") if by_strength else np.arange(channels)
    shown = f"{channels} feature maps of {rows} x {columns}"
    if channels > MAX_MAPS:
        shown += f", the {MAX_MAPS} strongest of them" if by_strength else f", the first {MAX_MAPS} of them"
    st.write(
        f"{name}: {shown}. Bright is where a feature was found; {float((maps > 0).mean()):.0%} of all values are "
        "above 0."
    )
    pictures.mosaic(np.moveaxis(maps[:, :, order[:MAX_MAPS]], -1, 0), f"{name}: feature maps of this picture")


def _logits(prediction: Prediction, parts: ExplanationWeights) -> None:
    count = parts.kernel.shape[0]
    source = "normalised pixels" if count == 784 else "features"
    st.write(
        f"The last layer weighs {count} {source} for each class and adds a bias. These ten sums are the logits: "
        "any size, any sign; the largest wins."
    )
    order = np.argsort(-prediction.logits)
    tables.table(
        ("Class", "Weighted sum", "Bias", "Logit"),
        [
            (
                class_name(k),
                f"{prediction.logits[k] - parts.bias[k]:.3f}",
                f"{parts.bias[k]:+.3f}",
                f"{prediction.logits[k]:.3f}",
            )
            for k in order
        ],
        "Logits of this picture",
        mark=0,
    )


def _softmax(prediction: Prediction) -> None:
    temperature, logits = prediction.network.card.temperature, prediction.logits.astype(float)
    powers = np.exp(logits / temperature)
    best = prediction.predicted
    fraction = [_power(value).replace(",", "{,}") for value in (powers[best], powers.sum())]
    st.write(
        f"Softmax turns logits into shares of one. The logits are first divided by the temperature {temperature:.3f}, "
        "which was fitted on held-out pictures: of those that it is 80% sure of, about 8 in 10 should be right."
    )
    st.latex(
        rf"\begin{{aligned}} p(\text{{{class_name(best)}}}) &= \frac{{e^{{{logits[best]:.2f} / {temperature:.2f}}}}}"
        rf"{{\sum_{{k}} e^{{z_k / {temperature:.2f}}}}} \\ "  # two lines: a phone cuts off what is longer
        rf"&= \frac{{{fraction[0]}}}{{{fraction[1]}}} = {powers[best] / powers.sum():.4f} \end{{aligned}}"
    )
    order = np.argsort(-logits)
    tables.table(
        ("Class", "Logit z", "z / temperature", "e to that power", "Probability"),
        [
            (
                class_name(k),
                f"{logits[k]:.3f}",
                f"{logits[k] / temperature:.3f}",
                _power(powers[k]),
                f"{powers[k] / powers.sum():.6f}",
            )
            for k in order
        ],
        "The softmax with this picture's logits",
        mark=0,
    )
    st.caption(
        "Computers divide every power by the largest one first, so that no number becomes too large to store. The "
        "probabilities are the same."
    )


def _power(value: float) -> str:
    """Return a power of e with about four digits that count."""
    if 1000 <= value < 1e9:
        return f"{value:,.0f}"
    return f"{value:.3f}" if 0.01 <= value < 1000 else f"{value:.3e}"


def _layers(prediction: Prediction) -> None:
    layers = prediction.network.card.facts.get("layers", [])
    rows = [
        (
            layer["kind"],
            " x ".join(map(str, layer["shape"])),
            f"{layer['parameters']:,}",
            f"{layer['flops'] / 1e6:.2f}" if layer["flops"] else "",
        )
        for layer in layers
    ]
    total = (
        "All",
        "",
        f"{prediction.network.card.facts['parameters']:,}",
        f"{prediction.network.card.facts['flops'] / 1e6:.2f}",
    )
    tables.table(
        ("Layer", "Output", "Parameters", "MFLOP"), [*rows, total], "The layers of the network", mark=len(rows)
    )
