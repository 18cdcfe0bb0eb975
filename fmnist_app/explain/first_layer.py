"""The first layer at work: what it makes of one window, or of all pixels, number by number."""

import numpy as np
import streamlit as st

from fmnist_app import choices
from fmnist_app.components.arithmetic import arithmetic
from fmnist_app.widgets import tables
from fmnist_core import ModelError, Prediction
from fmnist_core.data import CLASS_NAMES, SIDE
from fmnist_core.networks.first_layer import FirstLayer

TERMS = 10


def show(prediction: Prediction) -> None:
    """Draw the arithmetic of the first layer for a prediction's picture."""
    try:
        layer = prediction.network.first_layer
    except ModelError as problem:
        st.write(f"The arithmetic of this network's first layer cannot be shown. {problem}")
        return
    if layer.is_convolution:
        _convolution(prediction, layer)
    else:
        _dense(prediction, layer)


def _convolution(prediction: Prediction, layer: FirstLayer) -> None:
    rows, columns, count = layer.kernel.shape
    trained = prediction.network.explanation_weights.filters
    of_all = f"of the {count} filters"
    if trained.shape[-1] > count:  # an ensemble has several first layers
        of_all = f"of the first {count} of the {trained.shape[-1]} filters, those of the ensemble's first member,"
    st.write(
        f"Each {of_all} slides over the picture and makes a map of its own. A pixel of a map is a sum: "
        f"the {rows * columns} numbers in the window, each times its weight, and a bias."
    )
    gains = layer.gains(trained[:, :, 0, :count]) if trained.shape[:2] == (rows, columns) else np.ones(count)
    arithmetic(layer, prediction.image, gains, "arithmetic")


def _dense(prediction: Prediction, layer: FirstLayer) -> None:
    outputs = layer.outputs(prediction.image)
    count = len(outputs)
    if count == len(CLASS_NAMES):
        words, names = "Class", list(CLASS_NAMES)
        result = "Logit"
    else:
        words, names = "Hidden unit", [str(k + 1) for k in range(count)]
        result = "What the unit gives"
    st.write(
        "There is no window here, so there are no maps: every pixel has a weight of its own for each "
        f"{words.lower()}. All {SIDE * SIDE} products and a bias are added up; these are the {TERMS} largest products."
    )
    strongest = int(outputs.argmax())
    chosen = choices.select(words, names, "weighed", None, placeholder=names[strongest])
    unit = names.index(chosen) if chosen else strongest
    pixels, weights = layer.normalised(prediction.image).reshape(-1), layer.kernel[:, unit]
    products = pixels * weights
    largest = np.argsort(-np.abs(products), kind="stable")[:TERMS]
    rows = [
        (
            f"Row {k // SIDE + 1}, column {k % SIDE + 1}",
            str(prediction.image.reshape(-1)[k]),
            f"{pixels[k]:.3f}",
            f"{weights[k]:+.4f}",
            f"{products[k]:+.4f}",
        )
        for k in largest.tolist()
    ]
    total = float(products.sum(dtype=float))
    rest = total - float(products[largest].sum(dtype=float))
    before = total + float(layer.bias[unit])
    rows += [
        (f"The other {len(products) - TERMS} pixels", "", "", "", f"{rest:+.4f}"),
        ("Bias", "", "", "", f"{layer.bias[unit]:+.4f}"),
        ("Sum" if layer.rectified else result, "", "", "", f"{before:.4f}"),
    ]
    if layer.rectified:
        rows.append((f"{result}, after ReLU", "", "", "", f"{max(before, 0):.4f}"))
    tables.table(
        ("Pixel", "Grey level", "Normalised", "Weight", "Product"),
        rows,
        f"The sum behind {words.lower()} {names[unit]}",
        mark=len(rows) - 1,
    )
