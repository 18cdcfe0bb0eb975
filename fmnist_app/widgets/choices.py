"""Choices that stand in the address: one of several, and the network."""

from collections.abc import Callable, Iterable

import streamlit as st

from fmnist_app import state


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


def pick_network() -> None:
    """Draw the picker `model` for the shared network."""
    st.session_state["model"] = state.network()
    st.segmented_control(
        "Network",
        state.network_names(),
        key="model",
        format_func=state.network_title,
        required=True,
        on_change=lambda: state.choose(model=st.session_state["model"]),
    )
