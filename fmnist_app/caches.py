"""What is kept so that nobody waits twice: for all visitors, as long as a network's files stay, or for one visit."""

import hashlib
import statistics
import time
from collections.abc import Callable, Set
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import numpy as np
import streamlit as st

from fmnist_app import state
from fmnist_app import streamlit_internals as internals
from fmnist_core import Network, load_test
from fmnist_core.classroom import outcomes
from fmnist_core.classroom.activities import Activity
from fmnist_core.confined import decoding as confined
from fmnist_core.evaluation import calibration
from fmnist_core.evaluation.calibration import CalibrationScores
from fmnist_core.evaluation.corruptions import KINDS
from fmnist_core.evaluation.robustness import BreakingCurve, breaking_curve
from fmnist_core.explanation.saliency import occlusion_map
from fmnist_core.networks import cards
from fmnist_core.photos import decoding
from fmnist_core.photos.decoding import Photo

_FILES = (".json", ".tflite", ".logits.npz", ".parts.npz", ".gallery.npz", ".map.npz", ".stress.npz", ".history.npz")
LOOK_AGAIN = 0.2  # seconds for which files are believed to be as they were
_PHOTO, _OCCLUSION, _UPLOADS, _BATCH = "_photo", "_occlusion", "_uploads", "_batch"

T = TypeVar("T")


# ---------------------------------------------------------------- for all visitors


def stamp(name: str) -> tuple:
    """Return what changes when a network's files do; part of every cache key."""
    if own := state.own_networks().get(name):
        return tuple(own.card.facts["files"].values())
    return _stamp(cards.MODELS, name, int(time.monotonic() / LOOK_AGAIN))


@lru_cache(64)
def _stamp(folder: Path, name: str, now: int) -> tuple:
    facts: list[tuple[int, int] | None] = []
    for file in ("gallery.npz", "manifest.json", *(name + kind for kind in _FILES)):
        try:
            status = (folder / file).stat()
            facts.append((status.st_mtime_ns, status.st_size))
        except OSError:
            facts.append(None)
    return tuple(facts)


def network(name: str) -> Network:
    """Return a network, the same for all visitors as long as its files stay; a visitor's own is theirs alone.

    Raises:
        ModelError: no such network, or its card cannot be read.
    """
    if own := state.own_networks().get(name):
        return own
    return _network(stamp(name), name)


@lru_cache(16)  # by a visitor's run far sooner than Streamlit's own; what a network loads, it loads once
def _network(files: tuple, name: str) -> Network:
    return Network(name)


def curve(name: str, index: int, kind: str, seed: int) -> BreakingCurve:
    """Return a test picture's breaking-point curve.

    Raises:
        ModelError: the network cannot run.
    """
    return _curve(stamp(name), name, index, kind, seed if KINDS[kind].seeded else 0)


@st.cache_resource(show_spinner=False, max_entries=512)
def _curve(files: tuple, name: str, index: int, kind: str, seed: int) -> BreakingCurve:
    return breaking_curve(network(name).classifier.bulk_logits, load_test().images[index], KINDS[kind], seed)


def breaking_point(name: str, activity: Activity) -> tuple[BreakingCurve, float | None]:
    """Return a class's picture over the whole range of a change, and where the verdict turns.

    Raises:
        ModelError: the network cannot run.
    """
    return _breaking_point(stamp(name), name, activity)


@st.cache_resource(show_spinner=False, max_entries=64)
def _breaking_point(files: tuple, name: str, activity: Activity) -> tuple[BreakingCurve, float | None]:
    return outcomes.breaking_point(activity, network(name).classifier.bulk_logits)


def trust_wall(name: str, activity: Activity) -> outcomes.Wall:
    """Return a class's hundred blurred pictures with their prediction sets.

    Raises:
        ModelError: the network or its stored logits cannot be used.
    """
    return _trust_wall(stamp(name), name, activity)


@st.cache_resource(show_spinner=False, max_entries=16)
def _trust_wall(files: tuple, name: str, activity: Activity) -> outcomes.Wall:
    there = network(name)
    limit = there.set_threshold(outcomes.LEVEL)
    return outcomes.wall(activity, there.classifier.bulk_logits, there.probabilities, limit)


def latency_ms(name: str) -> float:
    """Return how long one picture takes on this machine, the median of 50 runs, measured once.

    Raises:
        ModelError: the network cannot run.
    """
    return _latency_ms(stamp(name), name)


@st.cache_resource(show_spinner="Timing the networks…", max_entries=16)
def _latency_ms(files: tuple, name: str) -> float:
    images, classifier = load_test().images[:51], network(name).classifier
    times = []
    for image in images:
        start = time.perf_counter()
        classifier.logits(image[None])
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times[1:])


def calibration_scores(probs: np.ndarray, labels: np.ndarray) -> CalibrationScores:
    """Return the calibration scores of (n, 10) probabilities, bootstrapped once for all visitors."""
    return _calibration_scores(hashlib.sha256(probs.tobytes()).hexdigest(), probs, labels)


@st.cache_resource(show_spinner="Resampling 400 times…", max_entries=32)
def _calibration_scores(digest: str, _probs: np.ndarray, _labels: np.ndarray) -> CalibrationScores:
    return calibration.calibration_scores(_probs, _labels)


# ---------------------------------------------------------------- for one visit


def decoded(content: bytes, ours: bool = False) -> Photo:
    """Return a visitor's picture, decoded once; only the newest is remembered.

    Args:
        content: of its file.
        ours: whether it ships with the app; a stranger's is decoded in a process of its own.

    Raises:
        PhotoError: it is no picture that can be used.
    """
    return _newest(
        _PHOTO, hashlib.sha256(content).hexdigest(), lambda: (decoding if ours else confined).decode(content)
    )


def keep_uploads(files: Set[str]) -> None:
    """Let go the visitor's uploaded pictures, except these: the ids of those that are in use.

    One that has arrived and was in no run yet stays: the run that shows it is on its way.
    """
    before = st.session_state.get(_UPLOADS, frozenset())
    if before - files:
        st.session_state.pop(_BATCH, None)
    internals.remove_own_files(before - files)
    st.session_state[_UPLOADS] = files


def forget_own_pictures() -> None:
    """Let go whatever is left of a visitor's own pictures, once they look at something else."""
    if _UPLOADS in st.session_state:
        keep_uploads(frozenset())
        for slot in (_UPLOADS, _PHOTO, _OCCLUSION, _BATCH):
            st.session_state.pop(slot, None)


def batch(asked: object, find: Callable[[], T]) -> T:
    """Return the rows of the table of several files, found once, until one of the files is removed."""
    return _newest(_BATCH, asked, find)


def occlusion(name: str, image: np.ndarray, target: int, rival: int | None, patch: int) -> np.ndarray:
    """Return the (28, 28) occlusion map of a picture; only the newest is remembered.

    Raises:
        ModelError: the network cannot run.
    """
    logits_of = network(name).classifier.bulk_logits
    asked = (name, stamp(name), image.tobytes(), target, rival, patch)
    return _newest(_OCCLUSION, asked, lambda: occlusion_map(logits_of, image, target, rival, patch))


def _newest(slot: str, asked: object, find: Callable[[], T]) -> T:
    """Return what was found for `asked`, found once; the visit remembers only the newest under each slot."""
    remembered = st.session_state.get(slot)
    if remembered is None or remembered[0] != asked:
        remembered = st.session_state[slot] = asked, find()
    return remembered[1]
