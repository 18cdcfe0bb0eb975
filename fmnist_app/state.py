"""What the app remembers: the shared picture and network, the address bar, and everything cached.

The chosen picture and network live in the session under keys of their own; the widgets `index` and `model` are
filled from them on each page, so the choice survives a page switch, and the address follows it.
"""

import hashlib
import statistics
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from fmnist_core import Card, Classifier, ModelError, calibration, cards, conformal, data, load_test, softmax
from fmnist_core.calibration import CalibrationScores
from fmnist_core.cards import Parts, StoredLogits, load_card, load_parts, load_stored_logits
from fmnist_core.explanation import occlusion_map
from fmnist_core.gallery import Gallery, load_gallery
from fmnist_core.perturbation import KINDS
from fmnist_core.photo import Photo, decode
from fmnist_core.projection import Projection, load_projection
from fmnist_core.robustness import Averages, BreakingCurve, breaking_curve, load_averages

PICTURE, NETWORK, LEVEL = "chosen_picture", "chosen_network", "chosen_level"
LEAST_LEVEL, USUAL_LEVEL, MOST_LEVEL = 0.8, 0.95, 0.995
_NOTICES, _LOOKED, _PHOTO, _OCCLUSION = "_notices", "_looked", "_photo", "_occlusion"

T = TypeVar("T")


# ---------------------------------------------------------------- the address bar


def read_address() -> None:
    """Adopt picture, network and level from the address when a visit starts and when the visitor goes back or forward.

    Otherwise the choice leads and the address follows; for a moment the browser may still show the one from before.
    """
    session = st.session_state
    if PICTURE in session and not went_back():
        return
    session.setdefault(PICTURE, 0)
    session.setdefault(NETWORK, cards.default_network())
    session[_NOTICES] = []
    for parameter, choice, asked in (
        ("index", PICTURE, _asked_index),
        ("model", NETWORK, _asked_network),
        ("level", LEVEL, _asked_level),
    ):
        if values := st.query_params.get_all(parameter):
            session[choice] = asked(values)


def write_address() -> None:
    """Show the chosen picture, network and level in the address bar; the usual level goes without saying."""
    now = {"index": str(picture()), "model": network()}
    if level() != USUAL_LEVEL:
        now["level"] = f"{100 * level():g}"
    elif "level" in st.query_params:
        del st.query_params["level"]
    for key, value in now.items():
        if st.query_params.get_all(key) != [value]:
            st.query_params[key] = value


def went_back() -> bool:
    """Return whether the browser's Back or Forward button caused this run."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def _asked_index(values: list[str]) -> int:
    try:
        if len(values) > 1:
            raise ValueError(f"one picture was expected, received {len(values)}")
        return data.check_index(values[0])
    except ValueError as problem:
        note(f"The address does not name a test picture: {problem}. This is picture 0.")
        return 0


def _asked_network(values: list[str]) -> str:
    names = cards.network_names()
    default = cards.default_network()
    if len(values) == 1 and values[0] in names:
        return values[0]
    note(
        f"The address does not name a network: one of {', '.join(names)} was expected, received {_received(values)}. "
        f"This is {cards.TITLES[default]}."
    )
    return default


def _asked_level(values: list[str]) -> float:
    try:
        asked = float(values[0]) / 100
        if len(values) > 1 or not LEAST_LEVEL <= asked <= MOST_LEVEL:
            raise ValueError
    except ValueError:
        note(
            f"The address does not name a coverage: per cent from {100 * LEAST_LEVEL:g} to {100 * MOST_LEVEL:g} were "
            f"expected, received {_received(values)}. This is {100 * USUAL_LEVEL:g}."
        )
        return USUAL_LEVEL
    return asked


def _received(values: list[str]) -> str:
    return f"{values[0][:40]!r}" if len(values) == 1 else f"{len(values)} of them"


def note(sentence: str) -> None:
    """Keep a sentence for the visitor until the next choice."""
    st.session_state[_NOTICES].append(sentence)


def notices() -> list[str]:
    """Return the sentences that the visitor should see now."""
    return st.session_state[_NOTICES]


# ---------------------------------------------------------------- the shared choice


def picture() -> int:
    """Return the chosen test picture, 0..9999."""
    return st.session_state[PICTURE]


def network() -> str:
    """Return the chosen network's name."""
    return st.session_state[NETWORK]


def choose(index: object = None, model: object = None) -> None:
    """Set picture or network, from a callback or before a page switch; what is no valid choice is ignored."""
    session = st.session_state
    session[_NOTICES] = []
    if index is not None:
        try:
            session[PICTURE] = data.check_index(index)
        except ValueError as problem:
            note(f"{str(problem).capitalize()}.")
    if model in cards.network_names():
        session[NETWORK] = model


def open_picture(index: int) -> None:
    """Show a test picture on Predict, from a callback on another page."""
    choose(index=index)
    # Given the parameters, the switch drops those that belong to the widgets of the page before.
    st.switch_page("fmnist_app/pages/predict.py", query_params={"index": str(picture()), "model": network()})


def first_look() -> bool:
    """Return True once for each visitor, then False."""
    first = _LOOKED not in st.session_state
    st.session_state[_LOOKED] = True
    return first


def level() -> float:
    """Return the promised coverage of the prediction sets, 0.8..0.995."""
    return st.session_state.get(LEVEL, USUAL_LEVEL)


def choose_level(value: float) -> None:
    """Set the promised coverage of the prediction sets, for every page, from a callback."""
    st.session_state[LEVEL] = min(max(float(value), LEAST_LEVEL), MOST_LEVEL)
    write_address()


# ---------------------------------------------------------------- caches, shared by all visitors


def card(name: str) -> Card:
    """Return a network's card, read again when its files have changed.

    Raises:
        ModelError: the card cannot be read.
    """
    return _card(name, stamp(name))


def classifier(name: str) -> Classifier:
    """Return a network ready to run, shared by all visitors.

    Raises:
        ModelError: the network cannot be loaded.
    """
    return _classifier(name, stamp(name))


def stored_logits(name: str) -> StoredLogits:
    """Return the stored logits of a network.

    Raises:
        ModelError: they do not belong to it; the message says so.
    """
    return _stored_logits(name, stamp(name))


def stamp(name: str) -> tuple:
    """Return what changes when a network's files do; part of every cache key."""
    found: list[tuple[int, int] | None] = []
    kinds = (".json", ".tflite", ".logits.npz", ".parts.npz", ".gallery.npz", ".map.npz", ".stress.npz")
    for file in ("gallery.npz", *(name + kind for kind in kinds)):
        try:
            facts = (cards.MODELS / file).stat()
            found.append((facts.st_mtime_ns, facts.st_size))
        except OSError:
            found.append(None)
    return tuple(found)


@st.cache_resource(show_spinner=False, max_entries=16)
def _card(name: str, stamp: tuple) -> Card:
    return load_card(name)


@st.cache_resource(show_spinner=False, max_entries=16)
def _classifier(name: str, stamp: tuple) -> Classifier:
    if name not in cards.network_names():
        raise ModelError(f"there is no network {name[:40]!r}")
    return Classifier(cards.MODELS / f"{name}.tflite")


@st.cache_resource(show_spinner=False, max_entries=16)
def _stored_logits(name: str, stamp: tuple) -> StoredLogits:
    return load_stored_logits(_card(name, stamp))


def calibration_scores(probs: np.ndarray, labels: np.ndarray) -> CalibrationScores:
    """Return the calibration scores of probabilities, bootstrapped once for all visitors."""
    return _calibration_scores(hashlib.sha256(probs.tobytes()).hexdigest(), probs, labels)


@st.cache_resource(show_spinner="Resampling 400 times…", max_entries=32)
def _calibration_scores(digest: str, _probs: np.ndarray, _labels: np.ndarray) -> CalibrationScores:
    return calibration.calibration_scores(_probs, _labels)


def parts(name: str) -> Parts:
    """Return the weights that explanations need.

    Raises:
        ModelError: they do not belong to the network.
    """
    return _parts(name, stamp(name))


@st.cache_resource(show_spinner=False, max_entries=16)
def _parts(name: str, stamp: tuple) -> Parts:
    return load_parts(_card(name, stamp))


def gallery(name: str) -> Gallery:
    """Return the reference gallery as a network sees it.

    Raises:
        ModelError: it does not belong to the network.
    """
    return _gallery(name, stamp(name))


@st.cache_resource(show_spinner=False, max_entries=16)
def _gallery(name: str, stamp: tuple) -> Gallery:
    return load_gallery(_card(name, stamp))


def decoded(content: bytes) -> Photo:
    """Return a visitor's picture, decoded once; only the newest is remembered, in the visit itself.

    Raises:
        PhotoError: it is no picture that can be used.
    """
    return _newest(_PHOTO, hashlib.sha256(content).hexdigest(), lambda: decode(content))


def occlusion(name: str, image: np.ndarray, target: int, rival: int | None, patch: int) -> np.ndarray:
    """Return the (28, 28) occlusion map of a picture; only the newest is remembered, in the visit itself.

    Raises:
        ModelError: the network cannot run.
    """
    asked = (name, stamp(name), image.tobytes(), target, rival, patch)
    return _newest(_OCCLUSION, asked, lambda: occlusion_map(classifier(name).bulk_logits, image, target, rival, patch))


def _newest(slot: str, asked: object, find: Callable[[], T]) -> T:
    """Return what was found for `asked`, found once; the visit remembers only the newest under each slot."""
    remembered = st.session_state.get(slot)
    if remembered is None or remembered[0] != asked:
        remembered = st.session_state[slot] = asked, find()
    return remembered[1]


def projection(name: str) -> Projection:
    """Return the map of the test pictures as a network sees them.

    Raises:
        ModelError: it does not belong to the network.
    """
    return _projection(name, stamp(name))


@st.cache_resource(show_spinner=False, max_entries=16)
def _projection(name: str, stamp: tuple) -> Projection:
    return load_projection(_card(name, stamp))


def averages(name: str) -> Averages:
    """Return a network's accuracy on changed test pictures.

    Raises:
        ModelError: it does not belong to the network.
    """
    return _averages(name, stamp(name))


@st.cache_resource(show_spinner=False, max_entries=16)
def _averages(name: str, stamp: tuple) -> Averages:
    return load_averages(_card(name, stamp))


def curve(name: str, index: int, kind: str, seed: int) -> BreakingCurve:
    """Return a test picture's breaking-point curve, computed once for all visitors.

    Raises:
        ModelError: the network cannot run.
    """
    return _curve(name, stamp(name), index, kind, seed if KINDS[kind].seeded else 0)


@st.cache_resource(show_spinner=False, max_entries=512)
def _curve(name: str, stamp: tuple, index: int, kind: str, seed: int) -> BreakingCurve:
    return breaking_curve(_classifier(name, stamp).bulk_logits, load_test().images[index], KINDS[kind], seed)


def threshold(name: str, level: float) -> float:
    """Return the score up to which a class joins the prediction set, from the held-out pictures.

    Raises:
        ModelError: the network's stored logits cannot be used.
    """
    return _threshold(name, stamp(name), level)


@st.cache_resource(show_spinner=False, max_entries=256)
def _threshold(name: str, stamp: tuple, level: float) -> float:
    stored = _stored_logits(name, stamp)
    return conformal.threshold(softmax(stored.heldout, _card(name, stamp).temperature), stored.heldout_labels, level)


def latency_ms(name: str) -> float:
    """Return how long one picture takes on this machine, the median of 50 runs, measured once."""
    return _latency_ms(name, stamp(name))


@st.cache_resource(show_spinner="Timing the networks…", max_entries=16)
def _latency_ms(name: str, stamp: tuple) -> float:
    images, network = load_test().images[:51], _classifier(name, stamp)
    times = []
    for image in images:
        start = time.perf_counter()
        network.logits(image[None])
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times[1:])
