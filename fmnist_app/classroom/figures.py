"""What a class sees of pictures and answers: plain HTML, light enough for a phone, large enough for a last row."""

import base64
import html
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
import streamlit as st

from fmnist_app import head
from fmnist_app.widgets import pictures, verbatim
from fmnist_core import CLASS_NAMES
from fmnist_core.classroom.statistics import Contest, Share
from fmnist_core.evaluation.metrics import percent

_STYLE = head.rules("classroom/class.css")
_QUIET = head.rules("classroom/quiet.css")  # without the app around it
_LARGE = head.rules("classroom/wall.css")  # on a projector


def style(quiet: bool = False, large: bool = False) -> None:
    """Load the rules of the class."""
    with st.container(key="room-style"):
        # Nested as those in the page's head are, so that these, which come later, win.
        st.html(f"<style>html {{{_STYLE}{_QUIET if quiet else ''}{_LARGE if large else ''}}}</style>")


def pressed(on: bool) -> Literal["primary", "secondary"]:
    """Return the kind of a button that is pressed, or not."""
    return "primary" if on else "secondary"


def say(text: str, kind: str = "") -> None:
    """Draw a sentence in large type; `kind` names its style, as class `fm-say-KIND`."""
    st.html(_said(text, kind))


def _said(text: str, kind: str = "") -> str:
    return f'<p class="fm-say{f" fm-say-{kind}" if kind else ""}" role="status">{verbatim.marked(text)}</p>'


def say_of(image: np.ndarray, text: str) -> None:
    """Draw a sentence in large type beside the picture of which it speaks."""
    shown = pictures.picture_html(image, "The picture")
    st.html(f'<div class="fm-of">{shown}{_said(text)}</div>')


def picture(image: np.ndarray, alt: str = "A garment, 28 by 28 grey pixels") -> None:
    """Draw the picture of a question; its text gives nothing away."""
    with st.container(key="room-picture"):
        pictures.picture(image, alt)


def bars(
    names: Sequence[str],
    values: Sequence[float] | np.ndarray,
    title: str,
    true: int | None = None,
    words: Callable[[float], str] = str,
) -> str:
    """Return values as a table with bars, the largest in the accent, the true one named.

    Args:
        names: one a row.
        values: not negative.
        title: of the table.
        true: position of the right one, or None while nobody may know.
        words: gives a value's text.
    """
    most = max([*values, 1e-9])
    rows = "".join(
        f"<tr{' class=fm-true' if k == true else ''}>"
        f"<th scope=row>{verbatim.marked(name)}{' ✓' if k == true else ''}</th>"
        f'<td><i{" class=fm-top" if value == most else ""} style="width:{70 * value / most:.1f}%"></i>'
        f"{words(value)}</td></tr>"
        for k, (name, value) in enumerate(zip(names, values, strict=True))
    )
    long = " fm-long" if max(map(len, names)) > 20 else ""
    return f'<table class="fm-bars fm-votes{long}"><caption>{html.escape(title)}</caption>{rows}</table>'


def side_by_side(*tables: str) -> None:
    """Draw tables or figures beside each other, below each other on a phone."""
    st.html(f'<div class="fm-side">{"".join(f"<div>{table}</div>" for table in tables if table)}</div>')


def share(found: Share) -> str:
    """Return how many were right, with the 95 % interval in brackets."""
    if not found.n:
        return "no answer"
    low, high = found.interval
    return f"{found.right} of {found.n}, {percent(found.share, 0)} ({100 * low:.0f} to {100 * high:.0f})"


def matrix(title: str, side: Contest) -> str:
    """Return a confusion matrix as a small table, a shade a cell."""
    most = max(int(side.confusion.max()), 1)
    head_ = "".join(f"<th scope=col translate=no><span>{name}</span></th>" for name in CLASS_NAMES)
    rows = "".join(
        f"<tr><th scope=row translate=no>{name}</th>"
        + "".join(
            f'<td class="{"fm-hit" if j == k else "fm-miss"}" style="--share:{count / most:.2f}">{count or ""}</td>'
            for j, count in enumerate(side.confusion[k])
        )
        + "</tr>"
        for k, name in enumerate(CLASS_NAMES)
    )
    return (
        f'<div class="fm-scroll"><table class="fm-confusion"><caption>{html.escape(title)}: rows are true, columns '
        f"what was said</caption><tr><td></td>{head_}</tr>{rows}</table></div>"
    )


def spread(numbers: np.ndarray, low: float, high: float, truth: float | None, words: Callable[[float], str]) -> str:
    """Return guessed numbers as dots on a line, the truth as a mark; `words` gives a number's text."""
    span = (high - low) or 1

    def place(number: float) -> str:
        return f"{100 * (number - low) / span:.1f}%"

    dots = "".join(f'<i style="left:{place(n)};--row:{k % 4}"></i>' for k, n in enumerate(np.sort(numbers)))
    mark = f'<b style="left:{place(truth)}"><span>{html.escape(words(truth))}</span></b>' if truth is not None else ""
    label = f"{len(numbers)} guesses" + (f", median {words(float(np.median(numbers)))}" if len(numbers) else "")
    if truth is not None:
        label += f"; it is {words(truth)}"
    return (
        f'<div class="fm-spread" role="img" aria-label="{html.escape(label)}">{dots}{mark}'
        f"<small>{html.escape(words(low))}</small><small>{html.escape(words(high))}</small></div>"
    )


def curve(strengths: np.ndarray, probs: np.ndarray, words: Callable[[float], str], name: str) -> str:
    """Return a line of probabilities over strengths, as an SVG: the network's, of the class that it saw at first.

    Args:
        strengths: (m,) ascending.
        probs: (m,) 0..1.
        words: gives a strength's text.
        name: of the class.
    """
    span = float(strengths[-1] - strengths[0]) or 1
    points = " ".join(
        f"{600 * (s - strengths[0]) / span:.1f},{100 - 100 * p:.1f}" for s, p in zip(strengths, probs, strict=True)
    )
    # As a picture: Streamlit takes drawings out of HTML.
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -2 600 104" preserveAspectRatio="none"><polyline '
        f'points="{points}" fill="none" stroke="#3d76ff" stroke-width="3" vector-effect="non-scaling-stroke"/></svg>'
    )
    ends = f"from {words(float(strengths[0]))} to {words(float(strengths[-1]))}"
    return (
        '<figure class="fm-curve">'
        f"<figcaption>How sure the network is of {verbatim.marked(name)}, 0 to 100%</figcaption>"
        f'<img src="data:image/svg+xml;base64,{base64.b64encode(drawing.encode()).decode()}" '
        f'alt="Its probability {html.escape(ends)}"></figure>'
    )


def wall(images: np.ndarray, marks: np.ndarray | None = None) -> str:
    """Return a hundred pictures as one; `marks` say which ones carry a sign that their set missed."""
    side = int(np.ceil(np.sqrt(len(images))))
    sheet = images.reshape(side, side, 28, 28).transpose(0, 2, 1, 3).reshape(28 * side, 28 * side)
    cells = ""
    if marks is not None:
        cells = "".join(f"<i class={'fm-missed' if missed else 'fm-held'}></i>" for missed in marks)
    return f'<div class="fm-hundred"><img src="{pictures.sheet_address(sheet)}" alt="100 pictures">{cells}</div>'


def gallery(cells: Sequence[tuple[np.ndarray, str, bool]]) -> str:
    """Return pictures with a few words under each, and whether it stands out."""
    figures = "".join(
        f'<figure class="{"fm-out" if out else ""}"><img src="{pictures.data_address(pixels.tobytes())}" alt="">'
        f"<figcaption>{verbatim.marked(said)}</figcaption></figure>"
        for pixels, said, out in cells
    )
    return f'<div class="fm-gallery">{figures}</div>'


def strip(images: np.ndarray) -> str:
    """Return (n, 28, 28) pictures as one row of small ones."""
    cells = "".join(f'<img src="{pictures.data_address(image.tobytes())}" alt="">' for image in images)
    return f'<div class="fm-deck">{cells}</div>'
