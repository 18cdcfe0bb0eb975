"""Choices that stand in the address: one of several, numbers, switches, pages, and the network.

All elements that Streamlit binds to the address are drawn here. What the address says is read first: another case of
the letters or a range the wrong way round is understood, and of what names nothing the visitor hears; Streamlit alone
would drop it without a word.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import streamlit as st

from fmnist_app import state
from fmnist_app import streamlit_internals as internals
from fmnist_app.plain import plain

MAX_NAMED = 11  # options that a sentence counts up
RENAMED = {("view", "label court"): "Label review"}  # what older links say


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
    understand_option(key, label, [format_func(option) for option in options])
    chosen = st.segmented_control(
        label, options, default=default, required=True, key=key, bind="query-params", format_func=format_func
    )
    return chosen if chosen in options else default


def choose_any(label: str, options: Sequence[str], key: str, **further: Any) -> str | None:
    """Draw buttons of which one or none is pressed, kept in the address; return its option, or None."""
    understand_option(key, label, options)
    return st.segmented_control(label, list(options), key=key, bind="query-params", **further)


def select(
    label: str,
    options: Sequence[str],
    key: str,
    index: int | None = 0,
    format_func: Callable[[str], str] = str,
    **further: Any,
) -> str | None:
    """Draw a list to select from, kept in the address; return the option, or None where nothing is selected.

    Args:
        label: what is selected.
        options: what there is.
        key: names the element and its parameter in the address.
        index: of the option without a choice; None for no option.
        format_func: gives an option's words, which stand in the address.
        further: what else `st.selectbox` takes.
    """
    understand_option(key, label, [format_func(option) for option in options])
    chosen = st.selectbox(label, options, index, key=key, bind="query-params", format_func=format_func, **further)
    return chosen if chosen in options else None


def slide(label: str, low: float, high: float, usual: Any, key: str, step: float | None = None, **further: Any) -> Any:
    """Draw a slider, kept in the address; return its number, or the two of a range.

    Where there is but one number, there is nothing to draw.

    Args:
        label: what is set.
        low: the smallest number.
        high: the largest.
        usual: the number, or the two, without a choice.
        key: names the element and its parameter in the address.
        step: between two numbers.
        further: what else `st.slider` takes.
    """
    understand_numbers(key, label, low, high, 2 if isinstance(usual, tuple) else 1)
    if low == high:
        return usual
    _keep_within(key, low, high)
    found = st.slider(label, low, high, usual, step, key=key, bind="query-params", **further)
    return usual if found is None else found


def number(label: str, low: int, high: int, usual: int, key: str, **further: Any) -> int:
    """Draw a field for a whole number, kept in the address; return the number.

    Args:
        label: what is set.
        low: the smallest number.
        high: the largest.
        usual: the number without a choice.
        key: names the element and its parameter in the address.
        further: what else `st.number_input` takes.
    """
    understand_numbers(key, label, low, high)
    _keep_within(key, low, high)
    found = st.number_input(label, low, high, usual, key=key, bind="query-params", **further)
    return usual if found is None else int(found)


def write(label: str, key: str, usual: str = "", **further: Any) -> str:
    """Draw a line of text, kept in the address, and return it; whatever a browser sends that is no text is none.

    Args:
        label: what is written.
        key: names the element and its parameter in the address.
        usual: the text without a choice.
        further: what else `st.text_input` takes.
    """
    found = st.text_input(label, usual, key=key, bind="query-params", label_visibility="collapsed", **further)
    return found if isinstance(found, str) else usual


def switch(label: str, key: str, **further: Any) -> bool:
    """Draw a switch, kept in the address; return whether it is on."""
    understand_option(key, label, ("true", "false", "1", "0"))
    return st.toggle(label, key=key, bind="query-params", **further)


def turn_pages(count: int, key: str, contents: int) -> int:
    """Draw a pager, kept in the address; return the page, from 1.

    Args:
        count: of pages.
        key: names the pager and its parameter in the address.
        contents: hash of what the pages show; other contents, or in another order, begin at the first page.
    """
    understand_numbers(key, "page", 1, count)
    before, st.session_state[f"_{key}_contents"] = st.session_state.get(f"_{key}_contents"), contents
    if before not in (None, contents) and not internals.went_back():
        st.session_state[key] = 1
    return st.pagination(count, key=key, bind="query-params") or 1


def told_apart(titles: Mapping[str, str]) -> dict[str, str]:
    """Return titles by key, with a number behind each that stood before: a browser sends an option's words alone."""
    found: dict[str, str] = {}
    for key, title in titles.items():
        words, count = title, 1
        while words in found.values():
            count += 1
            words = f"{title} ({count})"
        found[key] = words
    return found


def pick_network() -> None:
    """Draw the picker `model` for the shared network."""
    st.session_state["model"] = state.network()
    titles = told_apart({name: plain(state.network_title(name)) for name in state.network_names()})
    st.segmented_control(
        "Network",
        tuple(titles),
        key="model",
        format_func=titles.__getitem__,
        required=True,
        on_change=lambda: state.choose(model=st.session_state["model"]),
    )


# ---------------------------------------------------------------- what the address says of a choice


def understand_option(key: str, label: str, options: Sequence[str]) -> None:
    """Read an option from the address, whatever the case of its letters; what is none is said to the visitor."""
    values = _said(key)
    if not values:
        return
    asked = values[0].strip().casefold()
    asked = RENAMED.get((key, asked), asked).casefold()
    found = [option for option in options if option.casefold() == asked]
    if found and len(values) == 1:
        if found[0] != values[0]:
            internals.correct_address(key, found[:1])
    else:
        named = ", ".join(options[:MAX_NAMED]) + (", …" if len(options) > MAX_NAMED else "")
        _refuse(key, label, f"one of {named}", values)


def understand_older(key: str, older: str, option: str) -> None:
    """Read an option from the parameter that held it in older links."""
    if [value.strip().casefold() for value in internals.address_values(older)] == [option.casefold()]:
        internals.correct_address(older, [])
        if key not in st.session_state:
            internals.correct_address(key, [option])


def understand_numbers(key: str, label: str, low: float, high: float, count: int = 1) -> None:
    """Read one number or a range from the address, a range either way round; what is none is said to the visitor."""
    values = _said(key)
    if not values:
        return
    try:
        numbers = [float(value) for value in values]
    except ValueError:
        numbers = []
    if len(numbers) != count or not all(math.isfinite(n) and low <= n <= high for n in numbers):
        many = "a number" if count == 1 else "two numbers"
        _refuse(key, label, f"{many} from {low:g} to {high:g}", values)
    elif numbers != sorted(numbers):
        internals.correct_address(key, values[::-1])


def _keep_within(key: str, low: float, high: float) -> None:
    """Bring what was chosen when there were other limits into those of now: Streamlit refuses it."""
    chosen = st.session_state.get(key)
    if isinstance(chosen, int | float) and math.isfinite(chosen) and not low <= chosen <= high:
        st.session_state[key] = type(chosen)(min(max(chosen, low), high))


def _said(key: str) -> list[str]:
    """Return what the address says of a choice that has not been made since; empty where it says nothing."""
    if key in st.session_state and not internals.went_back():
        return []
    return internals.address_values(key)


def _refuse(key: str, label: str, expected: str, values: list[str]) -> None:
    internals.correct_address(key, [])
    state.note(
        f"The address sets “{label}” to {state.received(values)}, but {expected} was expected. "
        "It is left as it usually is.",
        key,
    )
