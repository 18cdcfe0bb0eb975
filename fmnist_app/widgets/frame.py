"""What every page has: its notices, and charts without their tool bar."""

from collections.abc import Callable
from typing import NoReturn

import streamlit as st

from fmnist_app import head, state
from fmnist_app.components import reveal, saving
from fmnist_app.plain import plain
from fmnist_core import ModelError

TYPE, LARGE_TYPE = 14, 22  # pixels, in charts; the larger on a projector; style.css enlarges it on large screens

BODY = "body"  # key of the part of a page that `body` makes
_LARGE = head.rules("widgets/projector.css")


class PageEnd(Exception):
    """Raised by a page that has said all that it can; what stands on every page is still drawn (`st.stop` ends all)."""


def end() -> NoReturn:
    """End the page: it has said all that it can."""
    raise PageEnd


def body(draw: Callable[[], None]) -> Callable[[], None]:
    """Make a page's body a part of its own: a choice in it runs that part, not the header, navigation and tour.

    At its top stand notices about its choices; what they ask for comes into view; the address follows them.
    """

    @st.fragment(key=BODY)
    def part() -> None:
        notices = st.container(key="notice")
        state.write_address()
        try:
            draw()
        except ModelError as problem:
            cannot_run(problem)
        except PageEnd:
            pass
        with notices:
            notice()
            reveal.script()

    return part


def cannot_run(problem: ModelError) -> None:
    """Say that a network failed where the page itself did not expect it."""
    st.error(f"This network cannot run: {plain(str(problem))}", icon=":material/error:")


def enlarge() -> None:
    """On a projector, load the rules that make everything larger; all others stand in the page's head."""
    if state.projector():
        st.html(f"<style>{_LARGE}</style>")


def notice() -> None:
    """Show what the address bar asked for in vain."""
    for sentence in state.notices():
        st.warning(plain(sentence), icon=":material/link_off:")


def chart(figure, key: str, alt: str, **options):
    """Draw a plotly figure in type that the last row can read, larger on a projector, and what saves it."""
    size = LARGE_TYPE if state.projector() else TYPE
    figure.update_layout(font_size=size)
    figure.update_xaxes(tickfont_size=size, title_font_size=size)
    figure.update_yaxes(tickfont_size=size, title_font_size=size)
    figure.update_annotations(font_size=size)
    with st.container(key=f"chart-{key}", gap="xsmall"):
        drawn = st.plotly_chart(figure, key=key, alt=alt, config={"displayModeBar": False}, **options)
        saving.saving(key)
    return drawn
