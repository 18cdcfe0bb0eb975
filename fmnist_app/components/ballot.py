"""A ballot: a class and how sure, two taps and one message; the first tap stays in the browser."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

_FOLDER = Path(__file__).parent
_BALLOT = st.components.v2.component(
    "ballot",
    html="<div class='ballot'><div class='classes' translate='no' role='group' aria-label='What is it?'></div>"
    "<div class='sure' role='group' aria-label='How sure are you?'></div><p class='next' role='status'></p></div>",
    css=(_FOLDER / "ballot.css").read_text("utf-8"),
    js=(_FOLDER / "ballot.js").read_text("utf-8"),
)


def ballot(
    classes: Sequence[str],
    confidences: Sequence[int],
    question: str,
    stored: tuple[int, int] | None,
    key: str,
    on_vote: Callable[[int, int], None],
) -> None:
    """Draw a ballot, and hear what was chosen.

    Args:
        classes: to choose from.
        confidences: per cent, to choose from.
        question: names what is asked; a vote for another question is not heard.
        stored: position of the class and the confidence that were counted, if any were.
        key: names the element.
        on_vote: called with position and confidence, from a callback.
    """
    heard = f"_{key}_heard"

    def voted() -> None:
        sent = st.session_state[key].vote  # it comes from the browser: anything may be in it
        if not isinstance(sent, list) or len(sent) != 3 or sent[0] != question:
            return
        numbers = [
            int(n) for n in sent[1:] if isinstance(n, (int, float)) and not isinstance(n, bool) and 0 <= n <= 100
        ]
        if len(numbers) == 2:
            st.session_state[heard] = st.session_state.get(heard, 0) + 1
            on_vote(numbers[0], numbers[1])

    data = {
        "classes": list(classes),
        "confidences": list(confidences),
        "question": question,
        "stored": stored,
        "heard": st.session_state.get(heard, 0),  # the browser is told of each vote, though it changed nothing
    }
    _BALLOT(key=key, on_vote_change=voted, data={"json": json.dumps(data)})
