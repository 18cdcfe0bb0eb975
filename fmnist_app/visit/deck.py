"""A deck for a class: pictures that a teacher puts together on the way, and the link that opens a room with them."""

import streamlit as st

from fmnist_core.classroom import decks

_DECK = "_class_deck"


def draw(index: int) -> None:
    """Draw the button that adds a test picture, or takes it away, and the link to Classroom once there is a deck."""
    deck = _deck()
    inside = index in deck
    st.button(
        "Take from deck" if inside else "Add to deck",
        icon=":material/playlist_remove:" if inside else ":material/playlist_add:",
        key="deck-add",
        on_click=_change,
        args=(index,),
        disabled=not inside and len(deck) >= decks.MAX_PICTURES,
        help="Collect pictures for your class: open one from any wall of pictures to add it",
    )
    if deck:
        st.page_link(
            "fmnist_app/pages/classroom.py",
            label=f"Deck: {len(deck)} picture{'s' if len(deck) > 1 else ''}",
            icon=":material/groups:",
            query_params={"deck": decks.write_deck(deck)},
        )


def _deck() -> tuple[int, ...]:
    return st.session_state.get(_DECK, ())


def _change(index: int) -> None:
    deck = _deck()
    kept = tuple(picture for picture in deck if picture != index)
    st.session_state[_DECK] = kept if len(kept) < len(deck) else (*deck, index)
