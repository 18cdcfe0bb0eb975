"""Pictures on the screen: a garment with crisp pixels, evidence over it, many small maps, the steps of a process."""

import base64
import html
import io
from collections.abc import Sequence

import numpy as np
import streamlit as st
from PIL import Image

from fmnist_app.widgets import colour_maps


def picture(image: np.ndarray, alt: str) -> None:
    """Draw one 28x28 picture as large as its container, every pixel a crisp square."""
    st.html(picture_html(image, alt))


def picture_html(image: np.ndarray, alt: str) -> str:
    """Return one 28x28 picture as large as its container, every pixel a crisp square."""
    return f'<img class="fm-picture" src="{data_address(image.tobytes())}" alt="{html.escape(alt)}">'


def overlay(image: np.ndarray, values: np.ndarray, strength: float, alt: str) -> None:
    """Draw a picture under a map of evidence: blue for, orange against.

    Args:
        image: (28, 28) uint8.
        values: (rows, columns), of any size.
        strength: of the colours, 0..1.
        alt: what it shows.
    """
    st.html(
        f'<img class="fm-picture" src="{_uri(colour_maps.overlay(image, values, strength))}" alt="{html.escape(alt)}">'
    )


def mosaic(tiles: np.ndarray, alt: str, signed: bool = False, names: Sequence[str] | None = None) -> None:
    """Draw many small maps side by side, each on its own scale; single numbers on that of them all.

    Args:
        tiles: (n, rows, columns).
        alt: what they show.
        signed: blue for positive, orange for negative values; else black to white.
        names: one a tile, as its tooltip.
    """
    labels = names or [f"number {k + 1}" for k in range(len(tiles))]
    scale = (float(tiles.min()), float(tiles.max())) if tiles[0].size == 1 else None
    cells = "".join(
        f'<img src="{_uri(colour_maps.tile(tile, signed, scale))}" title="{html.escape(label)}" alt="">'
        for tile, label in zip(tiles, labels, strict=True)
    )
    st.html(f'<div class="fm-mosaic" role="img" aria-label="{html.escape(alt)}">{cells}</div>')


def strip(steps: Sequence[tuple[str, str, np.ndarray]]) -> None:
    """Draw the steps of a process side by side, numbered: name, words, and a uint8 picture of each."""
    cells = "".join(
        f'<li><img src="{_uri(Image.fromarray(pixels))}" alt=""><b>{html.escape(name)}</b> {html.escape(words)}</li>'
        for name, words, pixels in steps
    )
    st.html(f'<ol class="fm-strip">{cells}</ol>')


def photos(cells: Sequence[tuple[str, str, bytes]], kind: str) -> None:
    """Draw small photos side by side, each under a badge: what it shows, the badge, its JPEG.

    Args:
        cells: one a photo.
        kind: names the style, as class `fm-KIND`.
    """
    items = "".join(
        f'<figure><img src="{jpeg_address(content)}" alt="{html.escape(name)}"><figcaption>'
        f"<b>{html.escape(badge)}</b> {html.escape(name)}</figcaption></figure>"
        for name, badge, content in cells
    )
    st.html(f'<div class="fm-photos fm-{kind}">{items}</div>')


def jpeg_address(content: bytes) -> str:
    """Return a JPEG file as a data address."""
    return "data:image/jpeg;base64," + base64.b64encode(content).decode()


def data_address(pixels: bytes) -> str:
    """Return 28 x 28 grey pixels as a PNG data address."""
    return _uri(Image.frombytes("L", (28, 28), pixels))


def sheet_address(pixels: np.ndarray) -> str:
    """Return a (rows, columns) uint8 sheet of many pictures as a PNG data address."""
    return _uri(Image.fromarray(np.ascontiguousarray(pixels)))


def _uri(picture: Image.Image) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
