"""Guess first: the visitor says what a picture shows before the network does. `?guess=true`.

While a picture waits for the guess, nothing that holds its class or the network's answer is sent to the browser.
"""

import json
from dataclasses import astuple, dataclass

import streamlit as st

from fmnist_app import choices, selection
from fmnist_app import streamlit_internals as internals
from fmnist_app.components import notebook
from fmnist_app.widgets import frame, pickers, pictures
from fmnist_core import CLASS_NAMES, Prediction, class_name, data, load_test

KEY = "guess"
_GUESSES = "_guesses"


@dataclass(frozen=True)
class Guess:
    """What was said of one picture.

    Attributes:
        said: the visitor's class.
        true: the true class.
        predicted: the network's class at that time.
    """

    said: int
    true: int
    predicted: int


def switch() -> None:
    """Draw the switch; it stands in the address."""
    if choices.switch("Guess first", KEY, help="You say what it is, then the network does", on_change=_tell_line):
        kept = json.dumps({str(index): astuple(guess) for index, guess in _guesses().items()})
        notebook.keep("guesses", kept, _restore, lasting=False)  # so that a reload, or a new server, loses none


def hides(index: int) -> bool:
    """Return whether a picture waits for the visitor's guess."""
    return _on() and index not in _guesses()


def ask(prediction: Prediction, index: int) -> None:
    """Draw the picture and the question."""
    with st.container(key="stage"):
        picture = pictures.picture_html(prediction.image, f"Picture {index}, 28 by 28 grey pixels")
        st.html(  # in one element, as the verdict that comes into its place
            '<div class="fm-sides"><div class="st-key-verdict"><div class="fm-verdict">'
            '<h1 class="fm-class">What is it?</h1>'
            f"<p>Choose a class, then see what the network says · picture {index}</p></div></div>"
            f'<div class="st-key-garment">{picture}</div></div>'
        )
        with st.container(key="bars-area"), st.container(key="guesses", horizontal=True):
            for k, name in enumerate(CLASS_NAMES):
                st.button(name, key=f"guess-{k}", on_click=_say, args=(index, k, prediction), width="stretch")


def result(index: int) -> None:
    """Say how the visitor's guess of a picture did, and the score of the visit; nothing without a guess."""
    found = _guesses().get(index) if _on() else None
    if found is None:
        return
    rounds = _guesses().values()
    yours = sum(g.said == g.true for g in rounds)
    networks = sum(g.predicted == g.true for g in rounds)
    word = "right" if found.said == found.true else "wrong"
    st.html(
        f'<p class="fm-guess" role="status">You said <b translate="no">{class_name(found.said)}</b>: {word}. This '
        f"visit: you <b>{yours} of {len(rounds)}</b>, the network <b>{networks} of {len(rounds)}</b>.</p>"
    )


def _say(index: int, said: int, prediction: Prediction) -> None:
    assert prediction.label is not None  # a test picture has one
    _guesses().setdefault(index, Guess(said, prediction.label, prediction.predicted))
    _tell_line()


def _tell_line() -> None:
    """Have the line above drawn as well where it names a wall, whose title tells what a picture shows; call it last."""
    if selection.current() is not None:
        internals.redraw(pickers.LINE, frame.BODY)


def _restore(text: str) -> None:
    """Take over what the browser kept of this visit: anything may be in it, and only what can be true counts."""
    try:
        found = json.loads(text)
        guesses = {data.check_index(index): Guess(*map(int, facts)) for index, facts in found.items()}
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError):
        return
    labels = load_test().labels
    for index, guess in guesses.items():
        if guess.said in range(10) and guess.predicted in range(10) and guess.true == labels[index]:
            _guesses().setdefault(index, guess)


def _guesses() -> dict[int, Guess]:
    return st.session_state.setdefault(_GUESSES, {})


def _on() -> bool:
    """Return whether the switch is on; the address knows it before the switch is drawn."""
    in_address = st.query_params.get(KEY, "").lower() in ("1", "true")
    return in_address if internals.went_back() else st.session_state.get(KEY, in_address)
