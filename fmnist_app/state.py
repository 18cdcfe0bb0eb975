"""What a visit remembers: the shared picture and network, and the address bar that shows them.

The chosen picture and network live in the session under keys of their own; the widgets `index` and `model` are
filled from them on each page, so the choice survives a page switch, and the address follows it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from fmnist_app import streamlit_internals as internals
from fmnist_core import Network, data
from fmnist_core.networks import cards

PICTURE, NETWORK, LEVEL = "chosen_picture", "chosen_network", "chosen_level"
MIN_LEVEL, USUAL_LEVEL, MAX_LEVEL = 0.8, 0.95, 0.995
TOUR, MAX_STOP = "tour_stop", 6
PROJECTOR = "projector"
RUN = "run"  # in the address of Train: names a run, so that a reload finds the visitor's runs again
PHOTOS = "garment"  # the page whose usual network is the one for photos
_NOTICES, _ARRIVED = "_notices", "_arrived_at_stop"
_PAGES = "_pages"
_OWN = "_own_networks"
_USUAL, _CHOSEN = "_usual_network", "_network_was_chosen"


@dataclass
class Notice:
    """A sentence for the visitor.

    Attributes:
        sentence: to show.
        key: of the element that it speaks of, or None.
        usual: what that element showed when the sentence was first on the screen; None before that.
    """

    sentence: str
    key: str | None
    usual: tuple[object] | None = None


# ---------------------------------------------------------------- pages


def pages() -> Callable[..., StreamlitPage]:
    """Return `st.Page` for this visit: each page is made once, and not for every run."""
    kept: dict[str, StreamlitPage] = st.session_state.setdefault(_PAGES, {})

    def page(script: str, **facts: Any) -> StreamlitPage:
        if script not in kept:
            kept[script] = st.Page(script, **facts)
        return kept[script]

    return page


# ---------------------------------------------------------------- the address bar


def read_address(page: str = "") -> None:
    """Adopt picture, network and level from the address when a visit starts and when the visitor goes back or forward.

    Otherwise the choice leads and the address follows; for a moment the browser may still show the one from before.
    A network that the page would show anyway is no choice: other pages go on with their own.

    Args:
        page: the last part of the page's address; empty for the first page.
    """
    session = st.session_state
    usual = session[_USUAL] = cards.photo_network() if page == PHOTOS else cards.default_network()
    if not session.get(_CHOSEN) or session[NETWORK] not in network_names():
        session[NETWORK], session[_CHOSEN] = usual, False
    if PICTURE in session and not internals.went_back():
        return
    session.setdefault(PICTURE, 0)
    session[_NOTICES] = []
    session[TOUR] = _asked_stop(st.query_params.get_all("tour"))
    session[PROJECTOR] = _asked_projector(st.query_params.get_all("projector"))
    session[_ARRIVED] = bool(session[TOUR]) and not internals.went_back()
    for parameter, choice, asked in (
        ("index", PICTURE, _asked_index),
        ("model", NETWORK, _asked_network),
        ("level", LEVEL, _asked_level),
    ):
        if values := st.query_params.get_all(parameter):
            session[choice] = asked(values)
            session[_CHOSEN] = session[NETWORK] != usual
        elif choice == LEVEL:  # the usual level goes without saying
            session.pop(LEVEL, None)


def in_address() -> dict[str, str]:
    """Return the parameters that every page has in its address; what is usual goes without saying."""
    now = {"index": str(picture()), "model": network()}
    if level() != USUAL_LEVEL:
        now["level"] = f"{100 * level():g}"
    return now | {key: str(value) for key, value in (("tour", tour()), ("projector", int(projector()))) if value}


def write_address() -> None:
    """Show the choices that every page shares in the address bar."""
    now = in_address()
    for key in ("level", "tour", "projector"):
        if key not in now and key in st.query_params:
            del st.query_params[key]
    # A page that was asked for opens with the address of the page before in the browser, until this is sent.
    if internals.page_was_requested() or any(st.query_params.get_all(key) != [value] for key, value in now.items()):
        st.query_params.update(now)


def _asked_index(values: list[str]) -> int:
    try:
        if len(values) > 1:
            raise ValueError(f"one picture was expected, received {len(values)}")
        return data.check_index(values[0])
    except ValueError as problem:
        note(f"The address does not name a test picture: {problem}. This is picture 0.")
        return 0


def _asked_network(values: list[str]) -> str:
    names = network_names()
    default = st.session_state[_USUAL]
    if len(values) == 1 and values[0] in names:
        return values[0]
    note(
        f"The address does not name a network: one of {', '.join(names)} was expected, received {received(values)}. "
        f"This is {cards.title(default)}."
    )
    return default


def _asked_level(values: list[str]) -> float:
    try:
        asked = float(values[0]) / 100
        if len(values) > 1 or not MIN_LEVEL <= asked <= MAX_LEVEL:
            raise ValueError
    except ValueError:
        note(
            f"The address does not name a coverage: percent from {100 * MIN_LEVEL:g} to {100 * MAX_LEVEL:g} were "
            f"expected, received {received(values)}. This is {100 * USUAL_LEVEL:g}."
        )
        return USUAL_LEVEL
    return round(asked, 3)  # thresholds are kept for all visitors, each of a level; there are 196 of these


def _asked_stop(values: list[str]) -> int:
    if not values:
        return 0
    if len(values) == 1 and values[0] in map(str, range(1, MAX_STOP + 1)):
        return int(values[0])
    note(
        f"The address does not name a stop of the tour: 1 to {MAX_STOP} was expected, received {received(values)}. "
        "This is the app without the tour."
    )
    return 0


def _asked_projector(values: list[str]) -> bool:
    if not values or (len(values) == 1 and values[0].lower() in ("1", "true", "0", "false")):
        return [value.lower() for value in values] in (["1"], ["true"])
    note(
        f"The address does not say whether this is for a projector: 1 or 0 was expected, received {received(values)}. "
        "This is the app in its usual size."
    )
    return False


def received(values: list[str]) -> str:
    """Return the values of a parameter in the words of a sentence that refuses them."""
    return f"{values[0][:40]!r}" if len(values) == 1 else f"{len(values)} of them"


def note(sentence: str, key: str | None = None) -> None:
    """Keep a sentence for the visitor until the next choice.

    Args:
        sentence: to show.
        key: of the element that it speaks of; a choice there ends it, too.
    """
    st.session_state[_NOTICES].append(Notice(sentence, key))


def notices() -> list[str]:
    """Return the sentences that the visitor should see now; called when the page has drawn its elements."""
    session = st.session_state
    kept = []
    for notice in session[_NOTICES]:
        shown = (session.get(notice.key),) if notice.key else ()
        notice.usual = shown if notice.usual is None else notice.usual
        if notice.usual == shown:
            kept.append(notice)
    session[_NOTICES] = kept
    return [notice.sentence for notice in session[_NOTICES]]


def tour() -> int:
    """Return the stop of the guided tour, 1..6, or 0 when the visitor is not on it."""
    return st.session_state.get(TOUR, 0)


def projector() -> bool:
    """Return whether the app stands on a wall: everything larger, and nothing that a class need not see."""
    return bool(st.session_state.get(PROJECTOR))


def arrived_at_stop() -> int | None:
    """Return the stop that the address of a new visit names, the first time it is asked for."""
    return tour() if st.session_state.pop(_ARRIVED, False) else None


# ---------------------------------------------------------------- the shared choice


def picture() -> int:
    """Return the chosen test picture, 0..9999."""
    return st.session_state[PICTURE]


def network() -> str:
    """Return the chosen network's name; the page's usual one, if none was chosen."""
    return st.session_state[NETWORK]


def own_networks() -> dict[str, Network]:
    """Return, by name, the networks that the visitor trained; they may be changed. The server itself has none."""
    if not internals.is_run():
        return {}
    return st.session_state.setdefault(_OWN, {})


def network_names() -> tuple[str, ...]:
    """Return the names of all networks that the visitor can choose: those that ship, then their own."""
    return (*cards.network_names(), *own_networks())


def network_title(name: str) -> str:
    """Return what a network is called on the screen."""
    own = own_networks().get(name)
    return f"{own.title} (yours)" if own else cards.title(name)


def choose(index: object = None, model: object = None) -> None:
    """Set picture or network, from a callback or before a page switch; of a bad picture the visitor hears."""
    session = st.session_state
    session[_NOTICES] = []
    if index is not None:
        try:
            session[PICTURE] = data.check_index(index)
        except ValueError as problem:
            note(f"{str(problem).capitalize()}.")
    if model in network_names():
        session[NETWORK], session[_CHOSEN] = model, model != session.get(_USUAL)


def forget_network() -> None:
    """Let every page show the network that it shows anyway, from a callback."""
    st.session_state[NETWORK], st.session_state[_CHOSEN] = cards.default_network(), False


def open_picture(index: int) -> None:
    """Show a test picture on Predict, from a callback on another page."""
    choose(index=index)  # the address of the page that is left stays: Back leads to it in one step
    # `st.switch_page` would first write its own parameters into the address of the page that is left: a step of the
    # Back button would lead to that page without its section, filters and cell.
    internals.request_page("predict.py", in_address())


def level() -> float:
    """Return the promised coverage of the prediction sets, 0.8..0.995."""
    return st.session_state.get(LEVEL, USUAL_LEVEL)


def choose_level(value: float) -> None:
    """Set the promised coverage of the prediction sets, for every page, from a callback."""
    st.session_state[LEVEL] = round(min(max(float(value), MIN_LEVEL), MAX_LEVEL), 3)
    write_address()
