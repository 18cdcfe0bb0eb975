"""Pieces that several pages share: the picture, the verdict, the bars, the pickers, tables."""

import base64
import html
import io
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import streamlit as st
from PIL import Image

from fmnist_app import caches, loading, maps, state
from fmnist_app.answer import Answer
from fmnist_core import ModelError, cards, conformal
from fmnist_core.data import CLASS_NAMES, TEST_SIZE, class_name
from fmnist_core.evaluation import percent

# Seconds. The browser draws together what arrives together: the chart, slow to draw there, comes a little later, and
# later still on a visitor's first page, where the browser has plotly to fetch and to read.
PAINTING, FIRST_PAINTING = 0.03, 0.3
_CSS = Path(__file__).with_name("style.css")


def style() -> None:
    """Load the few rules that no Streamlit option covers."""
    st.html(_CSS)


def notice() -> None:
    """Show what the address bar asked for in vain."""
    sentences = state.notices()
    if sentences:
        with st.container(key="notice"):
            for sentence in sentences:
                st.warning(plain(sentence), icon=":material/link_off:")


def plain(text: str) -> str:
    """Return text that Markdown shows as it is."""
    return "".join(f"\\{c}" if c in r"\`*_{}[]()<>#+!|~$:" else c for c in text)


def choose_one(
    label: str,
    options: Iterable[str],
    key: str,
    default: str | None = None,
    format_func: Callable[[str], str] = str,
) -> str:
    """Draw buttons of which one is always pressed, kept in the address; return its option.

    Args:
        label: what is chosen.
        options: what there is to choose from.
        key: names the element and its parameter in the address.
        default: the option without a choice, and for an address that names none of them; the first by default.
        format_func: gives an option's words.
    """
    options = list(options)
    default = default or options[0]
    chosen = st.segmented_control(
        label, options, default=default, required=True, key=key, bind="query-params", format_func=format_func
    )
    return chosen if chosen in options else default


def pick_index() -> None:
    """Draw the number field `index` for the shared picture."""
    st.session_state["index"] = state.picture()
    st.number_input(
        "Test picture",
        min_value=0,
        max_value=TEST_SIZE - 1,
        key="index",
        width=170,
        on_change=lambda: state.choose(index=st.session_state["index"]),
        help="A number from 0 to 9999. The arrow keys ← and → step when the field is not in use.",
    )


def pick_network() -> None:
    """Draw the picker `model` for the shared network."""
    st.session_state["model"] = state.network()
    st.segmented_control(
        "Network",
        cards.network_names(),
        key="model",
        format_func=lambda name: cards.TITLES[name],
        required=True,
        on_change=lambda: state.choose(model=st.session_state["model"]),
    )


def picture(image: np.ndarray, alt: str) -> None:
    """Draw one 28x28 picture as large as its container, every pixel a crisp square."""
    st.html(f'<img class="fm-picture" src="{_png_uri(image.tobytes())}" alt="{html.escape(alt)}">')


def _png_uri(pixels: bytes) -> str:
    return _uri(Image.frombytes("L", (28, 28), pixels))


def overlay(image: np.ndarray, values: np.ndarray, strength: float, alt: str) -> None:
    """Draw a picture under a map of evidence: blue for, orange against.

    Args:
        image: (28, 28) uint8.
        values: (rows, columns), of any size.
        strength: of the colours, 0..1.
        alt: what it shows.
    """
    st.html(f'<img class="fm-picture" src="{_uri(maps.overlay(image, values, strength))}" alt="{html.escape(alt)}">')


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
        f'<img src="{_uri(maps.tile(tile, signed, scale))}" title="{html.escape(label)}" alt="">'
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


def _uri(picture: Image.Image) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def verdict(probs: np.ndarray, label: int | None, name: str, unlike: bool = False) -> None:
    """Say what the network makes of a picture: right or wrong, the class, how sure, the truth.

    Args:
        probs: (10,) probabilities.
        label: true class, or None when nobody knows it.
        name: what the picture is called, for example "picture 4093".
        unlike: whether the picture is too unlike the data for the network to be believed.
    """
    predicted = int(np.argmax(probs))
    truth, badge = "", ""
    if label is not None:
        right = predicted == label
        kind, sign, word = ("right", "✓", "Right") if right else ("wrong", "✗", "Wrong")
        badge = f'<span class="fm-badge fm-{kind}"><span aria-hidden="true">{sign}</span> {word}</span>'
        truth = f"true class <b>{class_name(label)}</b> · "
    elif unlike:
        badge = '<span class="fm-badge fm-wrong"><span aria-hidden="true">?</span> None of these</span>'
    st.html(
        f'<div class="fm-verdict" aria-live="polite">{badge}'
        f'<h1 class="fm-class">{class_name(predicted)}</h1>'
        f"<p>predicted with <b>{percent(probs[predicted])}</b> confidence<br>{truth}{html.escape(name)}</p></div>"
    )


def probability_bars(probs: np.ndarray, label: int | None, key: str = "bars") -> None:
    """Draw the softmax bars of all ten classes; the predicted one in the accent, the true one named."""
    loading.bars()  # plotly takes a while to import: the verdict is on the screen by then
    from fmnist_core import charts

    predicted = int(np.argmax(probs))
    alt = f"Probabilities: {class_name(predicted)} {percent(probs[predicted])}"
    second = int(np.argsort(-probs)[1])
    alt += f", then {class_name(second)} {percent(probs[second])}."
    if label is not None and label != predicted:
        alt += f" The true class {class_name(label)} has {percent(probs[label])}."
    chart(charts.probability_bars(probs, label), key=key, alt=alt)


def plain_bars(probs: np.ndarray, label: int | None) -> None:
    """Draw the softmax bars as plain HTML: for a page that changes them with every move of a slider."""
    predicted = int(np.argmax(probs))
    rows = "".join(
        f"<tr{' class=fm-true' if k == label else ''}><th scope=row>{name}</th>"
        f'<td><i{" class=fm-top" if k == predicted else ""} style="width:{65 * probs[k]:.1f}%"></i>'
        f"{percent(probs[k])}{' · true class' if k == label else ''}</td></tr>"
        for k, name in enumerate(CLASS_NAMES)
    )
    st.html(f'<table class="fm-bars" aria-label="Probabilities of the ten classes">{rows}</table>')


def stage(answer: Answer) -> None:
    """Draw picture, verdict, bars and prediction set; the verdict is on the screen before the chart is made."""
    with st.container(key="stage"):
        with st.container(key="garment"):
            garment(answer)
        with st.container(key="verdict"):
            verdict(answer.probs, answer.label, answer.name, answer.unlike)
        with st.container(key="bars-area"):
            time.sleep(FIRST_PAINTING if state.first_look() else PAINTING)
            probability_bars(answer.probs, answer.label)
    members(answer, promised=answer.label is not None)
    if answer.card.problem:
        st.warning(answer.card.problem, icon=":material/warning:")


def garment(answer: Answer) -> None:
    """Draw an answer's picture."""
    true = f": {class_name(answer.label)}" if answer.label is not None else ""
    name = answer.name[:1].upper() + answer.name[1:]
    picture(answer.image, f"{name}{true}, 28 by 28 grey pixels")


def members(answer: Answer, promised: bool) -> None:
    """Draw the classes of an answer's prediction set; its coverage is promised for unchanged test pictures only."""
    try:
        limit = caches.threshold(answer.card.name, state.level())
        prediction_set(conformal.prediction_sets(answer.probs, limit), state.level(), promised)
    except ModelError as problem:
        st.caption(f"No prediction set: {problem}")


def chart(figure, key: str, alt: str, **options):
    """Draw a plotly figure without its mode bar."""
    return st.plotly_chart(figure, key=key, alt=alt, config={"displayModeBar": False}, **options)


def table(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    caption: str,
    mark: int | None = None,
    pictures: Sequence[np.ndarray | None] = (),
) -> None:
    """Draw a plain table: the first column names, the others are numbers, aligned right.

    Args:
        headings: one a column.
        rows: text of the cells; the last cell of a shorter row is a sentence across what is left.
        caption: what the table holds; read by screen readers, not shown.
        mark: position of a row to emphasise.
        pictures: a (28, 28) thumbnail for each row, or none.
    """
    head = "".join(f'<th scope="col">{html.escape(h)}</th>' for h in headings)
    thumbnails = [
        f'<img class="fm-thumbnail" src="{_png_uri(p.tobytes())}" alt="">' if p is not None else "" for p in pictures
    ] or [""] * len(rows)

    def cells(row: Sequence[str]) -> str:
        *others, last = (html.escape(cell) for cell in row[1:])
        left = len(headings) - len(others) - 1
        return (
            "".join(f"<td>{cell}</td>" for cell in others) + f"<td{f' colspan={left}' if left > 1 else ''}>{last}</td>"
        )

    body = "".join(
        f'<tr{" class=fm-mark" if k == mark else ""}><th scope="row">{thumbnails[k]}{html.escape(row[0])}</th>'
        f"{cells(row)}</tr>"
        for k, row in enumerate(rows)
    )
    st.html(
        f'<div class="fm-scroll"><table class="fm-table"><caption>{html.escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def prediction_set(members: np.ndarray, level: float, promised: bool) -> None:
    """Name the classes of a picture's prediction set; (10,) booleans."""
    names = [name for name, inside in zip(CLASS_NAMES, members, strict=True) if inside]
    inside = (
        "; ".join(f"<b>{name}</b>" for name in names)
        or "<b>empty</b>: at this level it is not sure enough of any class"
    )
    words = f"Prediction set at {100 * level:g}% coverage"
    if not promised:
        words = f"Set at the {100 * level:g}% threshold (a coverage is promised for unchanged test pictures only)"
    st.html(f'<p class="fm-set"><span>{words}</span> {inside}</p>')


def facts(pairs: Sequence[tuple[str, str]]) -> None:
    """Draw a few numbers in a row, each under its name."""
    cells = "".join(f"<div><dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd></div>" for name, value in pairs)
    st.html(f'<dl class="fm-facts" aria-live="polite">{cells}</dl>')
