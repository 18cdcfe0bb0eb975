"""Bring your own: a visitor's `.tflite` file answers like our networks, in a process of its own, for this visit."""

import gc
from dataclasses import dataclass
from pathlib import PurePath
from weakref import WeakSet

import streamlit as st

from fmnist_app import streamlit_internals as internals
from fmnist_app.switches import SWITCHES
from fmnist_app.widgets import frame
from fmnist_core import ModelError, load_test
from fmnist_core.confined import network as confined
from fmnist_core.evaluation.metrics import Evaluation, evaluate, percent
from fmnist_core.networks.network import Network

MAX_TITLE = 30
OF_A_VISIT, ALL_MB = 3, 200  # networks that a visitor may bring, and what those of all visitors may take
_BROUGHT, _PROBLEM, _ROUND = "_brought", "_bring_problem", "_bring_round"


@dataclass(eq=False)
class Brought:
    """A network that a visitor brought along.

    Attributes:
        network: that answers, as ours do.
        size: bytes of its file.
        takes: what it takes and gives, in a sentence.
        heldout: accuracy on the 1,000 held-out pictures that ship.
        tested: what the test split said, once the visitor asked.
    """

    network: Network
    size: int
    takes: str
    heldout: float
    tested: Evaluation | None = None


_ALIVE: WeakSet[Brought] = WeakSet()  # of all visitors


def brought() -> dict[str, Brought]:
    """Return the networks that the visitor brought, by name."""
    return st.session_state.setdefault(_BROUGHT, {})


def networks() -> dict[str, Network]:
    """Return them as the picker needs them."""
    return {name: one.network for name, one in brought().items()}


def show() -> None:
    """Draw the ways to bring a network along, and those that are there."""
    st.write(
        "A network of your own, for these pictures: 28 x 28 numbers in, ten out. **A LiteRT file** (.tflite, at most "
        "10 MB) can be tried here: what it takes and gives is found out on training pictures. It runs in a process of "
        "its own, and is gone when you leave."
    )
    if SWITCHES.uploads:
        key = f"bring-{st.session_state.get(_ROUND, 0)}"
        file = st.file_uploader("Your network (.tflite)", key=key, max_upload_size=confined.MAX_BYTES // 1_000_000)
        if file is not None:
            with st.spinner("Looking at it…"):
                take(internals.content_of(file), file.name)
            internals.remove_own_files({file.file_id})
            st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1  # an empty field for the next one
            st.rerun()
    else:
        st.info("Uploads are switched off on this server.", icon=":material/block:")
    if sentence := st.session_state.pop(_PROBLEM, None):
        st.warning(frame.plain(sentence), icon=":material/warning:")
    for one in brought().values():
        _draw(one)
    with st.expander("From Keras, or for good", icon=":material/terminal:"):
        st.markdown("A LiteRT file of a Keras model is made by two lines; any backend's will do:")
        st.code(
            "import pathlib, tensorflow as tf\n"
            "content = tf.lite.TFLiteConverter.from_keras_model(model).convert()\n"
            'pathlib.Path("mine.tflite").write_bytes(content)',
            language="python",
        )
        st.markdown(
            "Whoever runs this app can add a `.keras` or HDF5 file, or a SavedModel folder, for all visitors and all "
            "pages:"
        )
        st.code('python -m fmnist_core add my.keras --name "Mine"', language="bash")
        st.caption("A .keras file can hold a program, so that the server never opens one that a visitor sends.")


def take(content: bytes, file: str) -> None:
    """Have a file looked at; it joins the visitor's networks, or a sentence says why not."""
    title = PurePath(file.replace("\\", "/")).stem[:MAX_TITLE].strip() or "network"
    try:
        _check_room(len(content))
        refused = getattr(content, "picture", "")  # what was said of it as it arrived
        if not content and isinstance(refused, str) and refused:
            raise ModelError(refused)
        network, interface, heldout = confined.bring(content, title)
    except ModelError as problem:
        st.session_state[_PROBLEM] = f"{file[:60]}: {str(problem).rstrip('.')}."
        return
    one = Brought(network, len(content), interface.in_words(), heldout)
    brought()[network.name] = one
    _ALIVE.add(one)


def _check_room(size: int) -> None:
    if len(brought()) >= OF_A_VISIT:
        raise ModelError(f"{OF_A_VISIT} networks may be brought along at a time: remove one first")
    if sum(one.size for one in _ALIVE) + size > ALL_MB * 1_000_000:
        gc.collect()  # those of visitors who have left
        if sum(one.size for one in _ALIVE) + size > ALL_MB * 1_000_000:
            raise ModelError("other visitors' networks fill what this server keeps for them: try again later")


def _draw(one: Brought) -> None:
    name = one.network.name
    with st.container(border=True, key=f"brought-{name}"):
        known = f"{percent(one.heldout)} of the 1,000 held-out pictures right"
        if one.tested is not None:
            low, high = one.tested.interval
            known += f", {one.tested.accuracy:.2%} of the 10,000 test pictures (95% interval {low:.2%} to {high:.2%})"
        parameters = one.network.card.facts["parameters"]
        st.markdown(f"**{frame.plain(one.network.title)}**: {known}. About {parameters:,} parameters.")
        st.caption(f"{one.takes} It is in the network picker of every page.")
        with st.container(horizontal=True):
            st.button(
                "Test it",
                icon=":material/quiz:",
                key=f"test-{name}",
                on_click=_test,
                args=(one,),
                disabled=one.tested is not None,
                help="Look once at the 10,000 test pictures",
            )
            st.button("Remove", icon=":material/delete:", key=f"remove-{name}", on_click=_remove, args=(name,))


def _test(one: Brought) -> None:
    if one.tested is None:
        test = load_test()
        try:
            one.tested = evaluate(one.network.classifier.bulk_logits(test.images), test.labels)
        except ModelError as problem:
            st.session_state[_PROBLEM] = f"{problem}."


def _remove(name: str) -> None:
    brought().pop(name, None)
