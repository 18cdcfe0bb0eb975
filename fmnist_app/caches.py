"""What is kept so that nobody waits twice: for all visitors, as long as a network's files stay, or for one visit."""

import hashlib
import statistics
import time
from collections.abc import Callable, Set
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import numpy as np
import streamlit as st

from fmnist_app import streamlit_internals as internals
from fmnist_core import Card, Classifier, ModelError, calibration, cards, conformal, load_test, softmax
from fmnist_core.calibration import CalibrationScores
from fmnist_core.cards import Parts, StoredLogits, load_card, load_parts, load_stored_logits
from fmnist_core.explanation import occlusion_map
from fmnist_core.gallery import Gallery, load_gallery
from fmnist_core.perturbation import KINDS
from fmnist_core.photo import Photo, decode
from fmnist_core.projection import Projection, load_projection
from fmnist_core.robustness import Averages, BreakingCurve, breaking_curve, load_averages

_FILES = (".json", ".tflite", ".logits.npz", ".parts.npz", ".gallery.npz", ".map.npz", ".stress.npz")
_PHOTO, _OCCLUSION, _UPLOADS = "_photo", "_occlusion", "_uploads"

P = ParamSpec("P")
T = TypeVar("T")


# ---------------------------------------------------------------- for all visitors


def stamp(name: str) -> tuple:
    """Return what changes when a network's files do; part of every cache key."""
    found: list[tuple[int, int] | None] = []
    for file in ("gallery.npz", *(name + kind for kind in _FILES)):
        try:
            facts = (cards.MODELS / file).stat()
            found.append((facts.st_mtime_ns, facts.st_size))
        except OSError:
            found.append(None)
    return tuple(found)


def _while_files_stay(
    most: int = 16, words: str | bool = False
) -> Callable[[Callable[Concatenate[str, P], T]], Callable[Concatenate[str, P], T]]:
    """Decorate a function of a network's name (and more): its results are shared, and found again for changed files.

    Args:
        most: how many results are kept.
        words: what a visitor reads who waits, if anything.
    """

    def decorate(find: Callable[Concatenate[str, P], T]) -> Callable[Concatenate[str, P], T]:
        def find_stamped(files: tuple, name: str, *args: P.args, **kwargs: P.kwargs) -> T:
            return find(name, *args, **kwargs)

        find_stamped.__qualname__ = find.__qualname__  # by it Streamlit tells cached functions apart
        stamped = st.cache_resource(show_spinner=words, max_entries=most)(find_stamped)

        @wraps(find)
        def look_up(name: str, *args: P.args, **kwargs: P.kwargs) -> T:
            return stamped(stamp(name), name, *args, **kwargs)

        return look_up

    return decorate


@_while_files_stay()
def card(name: str) -> Card:
    """Return a network's card.

    Raises:
        ModelError: the card cannot be read.
    """
    return load_card(name)


@_while_files_stay()
def classifier(name: str) -> Classifier:
    """Return a network ready to run.

    Raises:
        ModelError: the network cannot be loaded.
    """
    if name not in cards.network_names():
        raise ModelError(f"there is no network {name[:40]!r}")
    return Classifier(cards.MODELS / f"{name}.tflite")


@_while_files_stay()
def stored_logits(name: str) -> StoredLogits:
    """Return the stored logits of a network.

    Raises:
        ModelError: they do not belong to it; the message says so.
    """
    return load_stored_logits(card(name))


@_while_files_stay()
def parts(name: str) -> Parts:
    """Return the weights that explanations need.

    Raises:
        ModelError: they do not belong to the network.
    """
    return load_parts(card(name))


@_while_files_stay()
def gallery(name: str) -> Gallery:
    """Return the reference gallery as a network sees it.

    Raises:
        ModelError: it does not belong to the network.
    """
    return load_gallery(card(name))


@_while_files_stay()
def projection(name: str) -> Projection:
    """Return the map of the test pictures as a network sees them.

    Raises:
        ModelError: it does not belong to the network.
    """
    return load_projection(card(name))


@_while_files_stay()
def averages(name: str) -> Averages:
    """Return a network's accuracy on changed test pictures.

    Raises:
        ModelError: it does not belong to the network.
    """
    return load_averages(card(name))


def curve(name: str, index: int, kind: str, seed: int) -> BreakingCurve:
    """Return a test picture's breaking-point curve.

    Raises:
        ModelError: the network cannot run.
    """
    return _curve(name, index, kind, seed if KINDS[kind].seeded else 0)


@_while_files_stay(most=512)
def _curve(name: str, index: int, kind: str, seed: int) -> BreakingCurve:
    return breaking_curve(classifier(name).bulk_logits, load_test().images[index], KINDS[kind], seed)


@_while_files_stay(most=256)
def threshold(name: str, level: float) -> float:
    """Return the score up to which a class joins the prediction set, from the held-out pictures.

    Raises:
        ModelError: the network's stored logits cannot be used.
    """
    stored = stored_logits(name)
    return conformal.threshold(softmax(stored.heldout, card(name).temperature), stored.heldout_labels, level)


@_while_files_stay(words="Timing the networks…")
def latency_ms(name: str) -> float:
    """Return how long one picture takes on this machine, the median of 50 runs, measured once."""
    images, network = load_test().images[:51], classifier(name)
    times = []
    for image in images:
        start = time.perf_counter()
        network.logits(image[None])
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times[1:])


def calibration_scores(probs: np.ndarray, labels: np.ndarray) -> CalibrationScores:
    """Return the calibration scores of (n, 10) probabilities, bootstrapped once for all visitors."""
    return _calibration_scores(hashlib.sha256(probs.tobytes()).hexdigest(), probs, labels)


@st.cache_resource(show_spinner="Resampling 400 times…", max_entries=32)
def _calibration_scores(digest: str, _probs: np.ndarray, _labels: np.ndarray) -> CalibrationScores:
    return calibration.calibration_scores(_probs, _labels)


# ---------------------------------------------------------------- for one visit


def decoded(content: bytes) -> Photo:
    """Return a visitor's picture, decoded once; only the newest is remembered.

    Raises:
        PhotoError: it is no picture that can be used.
    """
    return _newest(_PHOTO, hashlib.sha256(content).hexdigest(), lambda: decode(content))


def keep_uploads(files: Set[str]) -> None:
    """Let go the visitor's uploaded pictures, except these: the ids of those that are in use.

    One that has arrived and was in no run yet stays: the run that shows it is on its way.
    """
    internals.remove_own_files(st.session_state.get(_UPLOADS, frozenset()) - files)
    st.session_state[_UPLOADS] = files


def forget_own_pictures() -> None:
    """Let go whatever is left of a visitor's own pictures, once they look at something else."""
    if _UPLOADS in st.session_state:
        keep_uploads(frozenset())
        for slot in (_UPLOADS, _PHOTO, _OCCLUSION):
            st.session_state.pop(slot, None)


def occlusion(name: str, image: np.ndarray, target: int, rival: int | None, patch: int) -> np.ndarray:
    """Return the (28, 28) occlusion map of a picture; only the newest is remembered.

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
