"""The maps of a first convolution: each pixel of a map shows the arithmetic of its window; the browser computes it."""

import base64
import json
from pathlib import Path

import numpy as np
import streamlit as st

from fmnist_core.networks.first_layer import FirstLayer

_FOLDER = Path(__file__).parent
_HTML = """
<div class="arithmetic">
  <div class="maps" role="radiogroup" aria-label="Maps of the first layer"></div>
  <div class="work">
    <figure class="plate"><div><canvas></canvas><i></i></div><figcaption>The picture</figcaption></figure>
    <figure class="plate">
      <div class="map" tabindex="0" role="application" aria-roledescription="feature map"><canvas></canvas><i></i></div>
      <figcaption></figcaption>
    </figure>
    <div class="sum">
      <p class="where"></p>
      <div class="grids"></div>
      <p class="line" aria-live="polite"></p>
      <p class="note"></p>
    </div>
  </div>
</div>
"""
_ARITHMETIC = st.components.v2.component(
    "arithmetic",
    html=_HTML,
    css=(_FOLDER / "arithmetic.css").read_text("utf-8"),
    js=(_FOLDER / "arithmetic.js").read_text("utf-8"),
)


def arithmetic(layer: FirstLayer, image: np.ndarray, gains: np.ndarray, key: str) -> None:
    """Draw the maps of a convolution and the arithmetic of one pixel of one of them.

    Args:
        layer: a convolution.
        image: (28, 28) uint8.
        gains: (filters,) what batch normalisation multiplied each filter's weights by; 1 where there is none.
        key: names the element.
    """
    rows, columns, count = layer.kernel.shape
    data = {
        "pixels": base64.b64encode(image.tobytes()).decode(),
        "scale": layer.scale,
        "offset": layer.offset,
        "window": [rows, columns],
        "margin": layer.margin,
        "size": layer.size,
        "stride": layer.stride,
        "rectified": layer.rectified,
        "kernels": layer.kernel.reshape(-1, count).T.tolist(),
        "biases": layer.bias.tolist(),
        "gains": np.nan_to_num(gains, nan=1.0).tolist(),
    }
    _ARITHMETIC(key=key, data={"json": json.dumps(data)})
