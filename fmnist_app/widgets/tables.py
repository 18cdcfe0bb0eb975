"""Numbers on the screen: plain tables, a few facts in a row, and the data of a section to keep."""

import html
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import streamlit as st

from fmnist_app.widgets.pictures import data_address
from fmnist_app.widgets.verbatim import attribute
from fmnist_core import Card
from fmnist_core.spreadsheets import csv_text


def table(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    caption: str,
    mark: int | None = None,
    pictures: Sequence[np.ndarray | None] = (),
    opened: int | None = None,
) -> None:
    """Draw a plain table: the first column names, the others are numbers, aligned right.

    Args:
        headings: one a column.
        rows: text of the cells; the last cell of a shorter row is a sentence across what is left.
        caption: what the table holds; read by screen readers, not shown.
        mark: position of a row to emphasise.
        pictures: a (28, 28) thumbnail for each row, or none; rows with one can be opened, by `components.rows`.
        opened: position of the row that is open.
    """
    head = "".join(f'<th scope="col">{html.escape(h)}</th>' for h in headings)
    thumbnails = [
        f'<img class="fm-thumbnail" src="{data_address(p.tobytes())}" alt="">' if p is not None else ""
        for p in pictures
    ] or [""] * len(rows)

    def cells(row: Sequence[str]) -> str:
        left = len(headings) - len(row) + 1
        wide = [""] * (len(row) - 2) + [f" colspan={left}" if left > 1 else ""]
        return "".join(
            f"<td{attribute(cell)}{span}>{html.escape(cell)}</td>" for cell, span in zip(row[1:], wide, strict=True)
        )

    def name(k: int, words: str) -> str:
        if not thumbnails[k]:
            return html.escape(words)
        return (
            f'<button type="button" class="fm-open" data-row="{k}" aria-expanded="{str(k == opened).lower()}">'
            f"{thumbnails[k]}<span>{html.escape(words)}</span></button>"
        )

    body = "".join(
        f"<tr{' class=fm-mark' if k in (mark, opened) else ''}>"
        f'<th scope="row"{attribute(row[0])}>{name(k, row[0])}</th>{cells(row)}</tr>'
        for k, row in enumerate(rows)
    )
    st.html(
        f'<div class="fm-scroll" tabindex="0" role="group" aria-label="{html.escape(caption)}">'
        f'<table class="fm-table"><caption>{html.escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def facts(pairs: Sequence[tuple[str, str]]) -> None:
    """Draw a few numbers in a row, each under its name."""
    cells = "".join(
        f"<div><dt>{html.escape(name)}</dt><dd{attribute(value)}>{html.escape(value)}</dd></div>"
        for name, value in pairs
    )
    st.html(f'<dl class="fm-facts" aria-live="polite">{cells}</dl>')


def download(
    name: str, headings: Sequence[str], rows: Callable[[], Iterable[Sequence[object]]], card: Card | None = None
) -> None:
    """Draw the button that gives a section's data as CSV; `rows` is called when it is asked for, in another thread."""

    def text() -> str:
        return csv_text(headings, rows())

    st.download_button(
        "CSV",
        text,
        f"fashion-mnist-{card.name + '-' if card else ''}{name}.csv",
        "text/csv",
        icon=":material/download:",
        key=f"csv-{name}",
        on_click="ignore",
        help="The data of this section",
    )
