"""What a visitor may override in the darkroom; every choice is in the address, and one button takes them all back."""

import streamlit as st

from fmnist_app import choices
from fmnist_app import streamlit_internals as internals
from fmnist_core.photos.choices import POLARITIES, Choices

TURNS = ("0°", "90°", "180°", "270°")
_DEFAULTS = {
    "turn": TURNS[0],
    "mirror": False,
    "polarity": POLARITIES[0],
    "ground": 1.0,
    "outlines": "as it came",
    "keep_across": (0, 100),
    "keep_down": (0, 100),
    "part": "All",
}
_FOR = "_overrides_for"  # key of the picture that they were made for
FILLING = ("as it came", "fill", "do not fill")


def begin(picture: tuple[str, ...]) -> None:
    """Take every choice back where another picture comes than the one that they were made for."""
    before, st.session_state[_FOR] = st.session_state.get(_FOR), picture
    if before not in (None, picture) and not internals.went_back():
        reset()


def chosen(drawn: bool) -> Choices:
    """Return the visitor's choices, the defaults where none was made; outlines of drawings are filled."""
    session = st.session_state
    turn, polarity = session.get("turn"), session.get("polarity")
    across, down = session.get("keep_across") or (0, 100), session.get("keep_down") or (0, 100)
    (left, right), (top, bottom) = margins(across), margins(down)
    filling = session.get("outlines")
    return Choices(
        turn=TURNS.index(turn) if turn in TURNS else 0,
        mirror=bool(session.get("mirror")),
        crop=(left, top, right, bottom),
        polarity=polarity if polarity in POLARITIES else POLARITIES[0],
        threshold=float(session.get("ground") or 1.0),
        fill=drawn if filling not in FILLING[1:] else filling == FILLING[1],
    )


def margins(kept: tuple[int, int]) -> tuple[float, float]:
    """Return what is cut off before and after the kept percent; a tenth is always kept."""
    first, last = kept
    first = min(first, 90)
    return first / 100, 1 - max(last, first + 10) / 100


def draw() -> None:
    """Draw the overrides."""
    with st.expander("Override a step", icon=":material/tune:", key="overrides"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            choices.choose_one("Turn", TURNS, "turn")
            choices.switch("Mirror", "mirror")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            choices.select("The garment is", POLARITIES, "polarity")
            choices.select("Closed outlines", FILLING, "outlines", help="Drawings are filled by themselves")
            choices.slide(
                "Take for background",
                0.3,
                3.0,
                1.0,
                "ground",
                0.1,
                help="Higher takes more of the picture for background",
            )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            choices.slide("Keep across, percent", 0, 100, (0, 100), "keep_across", 1)
            choices.slide("Keep down, percent", 0, 100, (0, 100), "keep_down", 1)
        st.button("Reset", key="reset", icon=":material/undo:", on_click=reset)


def reset() -> None:
    """Take every choice back, from a callback."""
    st.session_state.update(_DEFAULTS)
