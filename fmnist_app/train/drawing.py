"""The network drawn: its layers as blocks from the pixels to the logits, each with its shape and parameters."""

import html
from math import log2

import streamlit as st

from fmnist_app import head
from fmnist_core.composing.composition import Composition
from fmnist_core.composing.layers import Row

_CSS = head.rules("train/train.css")
TALL, LOW = 84, 14  # pixels, of the tallest and the lowest block


def style() -> None:
    """Load the rules of this page."""
    st.html(f"<style>{_CSS}</style>")


def draw(composition: Composition) -> None:
    """Draw a composition, and what it comes to."""
    blocks = "".join(f"<li>{block(row)}</li>" for row in composition.rows)
    st.html(f'<ol class="fm-net" tabindex="0" aria-label="The network, from pixels to logits">{blocks}</ol>')
    st.caption(
        f"**{composition.parameters:,} parameters**, {arithmetic(composition.flops)} a picture. "
        f"One epoch: {int(composition.pictures) // int(composition.batch):,} steps of {composition.batch} pictures."
    )


def block(row: Row) -> str:
    """Return a layer as HTML: a block as tall as its feature maps and as wide as it has channels."""
    if len(row.shape) == 3:
        side, _, channels = row.shape
        tall, wide = LOW + (TALL - LOW) * side / 28, 6 + 4 * log2(channels + 1)
    else:
        tall, wide = LOW + (TALL - LOW) * log2(row.shape[0] + 1) / log2(785), 8.0
    size = " × ".join(f"{n:,}" for n in row.shape)
    facts = [f"{row.parameters:,} parameters"] if row.parameters else []
    facts += [arithmetic(row.flops)] if row.flops else []
    kind = "maps" if len(row.shape) == 3 else "units"
    return (
        f'<i style="height:{min(tall, TALL):.0f}px;width:{wide:.0f}px" class="fm-{kind}"></i>'
        f"<b>{html.escape(row.title)}</b><span>{size}</span>" + "".join(f"<small>{fact}</small>" for fact in facts)
    )


def arithmetic(flops: int) -> str:
    """Return a number of operations in the unit that suits it."""
    for unit, size in (("GFLOP", 1e9), ("MFLOP", 1e6), ("kFLOP", 1e3)):
        if flops >= size:
            return f"{flops / size:.1f} {unit}"
    return f"{flops} FLOP"
