"""What every page has: its style, its notices, and charts without their tool bar."""

from pathlib import Path

import streamlit as st

from fmnist_app import state

_FOLDER = Path(__file__).parent
_CSS = "".join((_FOLDER / name).read_text("utf-8") for name in ("style.css", "header.css"))
_LARGE = (_FOLDER / "projector.css").read_text("utf-8")
LARGE_TYPE = 22  # pixels, in charts on a projector


def style() -> None:
    """Load the few rules that no Streamlit option covers."""
    st.html(f"<style>{_CSS}{_LARGE if state.projector() else ''}</style>")


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


def chart(figure, key: str, alt: str, **options):
    """Draw a plotly figure without its mode bar; larger on a projector."""
    if state.projector():
        figure.update_layout(font={"size": LARGE_TYPE})
    return st.plotly_chart(figure, key=key, alt=alt, config={"displayModeBar": False}, **options)
