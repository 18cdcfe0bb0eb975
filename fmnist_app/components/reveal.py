"""What a visitor asked for comes into view: after the run that answers, the browser scrolls to the answer."""

from pathlib import Path

import streamlit as st

_SCRIPT = Path(__file__).with_name("reveal.js").read_text("utf-8")
_TARGET, _COUNT = "_reveal_target", "_reveal_count"


def ask(target: str, share: float = 1.0) -> None:
    """Bring a container into view when the next run draws it; from a callback.

    Args:
        target: key of the container.
        share: how much of the screen it may take, 0..1, so that what it answers stays in view as well.
    """
    st.session_state[_TARGET] = target, share


def answer() -> None:
    """Bring into view what was asked for, if anything was; at the beginning of a page, which may end early."""
    with st.container(key="reveal"):  # always there, so that what follows keeps its place
        script()


def script() -> None:
    """Draw what brings it into view, if anything was asked for."""
    if asked := st.session_state.pop(_TARGET, None):
        target, share = asked
        number = st.session_state[_COUNT] = st.session_state.get(_COUNT, 0) + 1  # else the same script would rest
        st.html(f'<script>{_SCRIPT}("{target}", {share}) // {number}\n</script>', unsafe_allow_javascript=True)
