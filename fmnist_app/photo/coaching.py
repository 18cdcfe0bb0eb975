"""What photographs well and what does not: pictures of our own making, beside the visitor's."""

from collections.abc import Callable

import streamlit as st

from fmnist_app.widgets import pictures
from fmnist_core.photos import examples


def good_example(words: str) -> None:
    """Draw one photo that works, beside what to do."""
    draw = next(iter(examples.GOOD.values()))
    pictures.photos([(words, "A photo that works", draw())], "try")


def strip() -> None:
    """Draw three good examples and three bad ones in one strip."""
    with st.container(key="coaching"):
        pictures.photos(
            [*_cells(examples.GOOD, "✓ Works"), *_cells(examples.BAD, "✗ Hard to tell")],
            "examples",
        )


def _cells(drawn: dict[str, Callable[[], bytes]], badge: str) -> list[tuple[str, str, bytes]]:
    return [(name, badge, draw()) for name, draw in drawn.items()]
