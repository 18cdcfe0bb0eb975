"""Logits and labels in, frozen results out: probabilities, accuracy, confusion matrix, scores by class."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from fmnist_core.data import CLASS_NAMES

CLASSES = len(CLASS_NAMES)


@dataclass(frozen=True)
class ClassScore:
    """How one class fares; every score is a fraction 0..1, and 0 where it would divide by zero."""

    name: str
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True)
class Evaluation:
    """What a network makes of n labelled pictures.

    Attributes:
        n: pictures.
        accuracy: fraction right.
        interval: 95 % Wilson interval of the accuracy.
        confusion: (10, 10) integers; row true class, column predicted class.
        per_class: one `ClassScore` a class, in the data set's order.
    """

    n: int
    accuracy: float
    interval: tuple[float, float]
    confusion: np.ndarray
    per_class: tuple[ClassScore, ...]


def percent(share: float, digits: int = 1) -> str:
    """Return a fraction as a percentage that never rounds to a false 0 or 100."""
    least = 10 ** -(digits + 2)
    if 0 < share <= least / 2:
        return f"<{100 * least:.{digits}f}%"
    if 1 - least / 2 <= share < 1:
        return f">{100 * (1 - least):.{digits}f}%"
    return f"{100 * share:.{digits}f}%"


def softmax(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """Return softmax(logits / temperature) over the last axis, float64, without overflow.

    Args:
        logits: (..., 10) numbers.
        temperature: > 0; above 1 makes the network less sure (Guo et al. 2017, arXiv 1706.04599).

    Raises:
        ValueError: temperature is not a positive number.
    """
    if not temperature > 0:
        raise ValueError(f"temperature must be a positive number, received {temperature}")
    scaled = np.asarray(logits, np.float64) / temperature
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def log_softmax(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """Return the logarithms of `softmax`, over the last axis, float64; finite however small a probability is.

    Args:
        logits: (..., 10) numbers.
        temperature: > 0.
    """
    scaled = np.asarray(logits, np.float64) / temperature
    return scaled - np.logaddexp.reduce(scaled, axis=-1, keepdims=True)


def evaluate(logits: np.ndarray, labels: np.ndarray) -> Evaluation:
    """Return accuracy, confusion matrix and scores by class.

    Args:
        logits: (n, 10) numbers; the largest decides.
        labels: (n,) integers 0..9.

    Raises:
        ValueError: shapes that do not belong together, or no picture at all.
    """
    check_scores(logits, labels)
    confusion = confusion_matrix(labels, np.argmax(logits, axis=1))
    right = int(np.trace(confusion))
    return Evaluation(
        n=len(labels),
        accuracy=right / len(labels),
        interval=wilson_interval(right, len(labels)),
        confusion=confusion,
        per_class=_class_scores(confusion),
    )


def check_scores(scores: np.ndarray, labels: np.ndarray) -> None:
    """Raise ValueError unless scores (logits, probabilities, sets) are (n, 10) and labels (n,) within 0..9, n > 0."""
    if scores.ndim != 2 or scores.shape[1] != CLASSES or labels.shape != scores.shape[:1] or not len(labels):
        raise ValueError(
            f"expected scores (n, {CLASSES}) and labels (n,) with n > 0, received {scores.shape} and {labels.shape}"
        )
    if labels.min() < 0 or labels.max() >= CLASSES:
        raise ValueError(f"expected labels 0..{CLASSES - 1}, received {labels.min()}..{labels.max()}")


def confusion_matrix(labels: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Return the (10, 10) counts of (true class, predicted class).

    Args:
        labels: (n,) true classes 0..9.
        predicted: (n,) predicted classes 0..9.
    """
    pairs = labels.astype(np.int64) * CLASSES + predicted
    return np.bincount(pairs, minlength=CLASSES**2).reshape(CLASSES, CLASSES)


def row_shares(confusion: np.ndarray) -> np.ndarray:
    """Return the (10, 10) shares of each true class, 0..1: rows add up to 1, or to 0 where a class has no picture.

    Args:
        confusion: (10, 10) counts, row true class, column predicted class.
    """
    return confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)


def colour_depths(shares: np.ndarray, hide_diagonal: bool = False) -> np.ndarray:
    """Return how deep the cells of a confusion matrix are coloured, right and wrong in colours of their own.

    The depth is the square root of a cell's share of its row, against the largest such share of its colour: a mistake
    of 1 in 100 is visible.

    Args:
        shares: (k, k), as of `row_shares`.
        hide_diagonal: what is right gets no colour.

    Returns:
        (k, k) integers 0..100.
    """
    diagonal = np.eye(len(shares), dtype=bool)
    right, wrong = np.where(diagonal, 0 if hide_diagonal else shares, 0), np.where(diagonal, 0, shares)
    depths = np.sqrt(right / max(right.max(), 1e-9)) + np.sqrt(wrong / max(wrong.max(), 1e-9))
    return np.rint(100 * depths).astype(int)


def wilson_interval(successes: int, n: int, z: float = 1.959964) -> tuple[float, float]:
    """Return the interval of a proportion that holds the truth 95 times in 100 (Wilson 1927).

    Args:
        successes: 0..n.
        n: trials, > 0.
        z: standard normal quantile of the level.

    Raises:
        ValueError: there were no trials.
    """
    if n <= 0:
        raise ValueError(f"expected at least one trial, received {n}")
    share = successes / n
    centre = share + z * z / (2 * n)
    spread = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return (centre - spread) / scale, (centre + spread) / scale


def _class_scores(confusion: np.ndarray) -> tuple[ClassScore, ...]:
    hits = np.diag(confusion)
    called, support = confusion.sum(axis=0), confusion.sum(axis=1)
    scores = []
    for k, name in enumerate(CLASS_NAMES):
        precision = hits[k] / called[k] if called[k] else 0.0
        recall = hits[k] / support[k] if support[k] else 0.0
        f1 = 2 * hits[k] / (called[k] + support[k]) if called[k] + support[k] else 0.0
        scores.append(ClassScore(name, float(precision), float(recall), float(f1), int(support[k])))
    return tuple(scores)


def confused_pairs(confusion: np.ndarray, most: int = 5) -> list[tuple[int, int, int]]:
    """Return the most frequent mistakes as (true class, predicted class, count), largest first."""
    wrong = confusion * (1 - np.eye(CLASSES, dtype=int))
    order = np.argsort(-wrong, axis=None, kind="stable")[:most]
    pairs = [(int(k) // CLASSES, int(k) % CLASSES, int(wrong.flat[k])) for k in order]
    return [pair for pair in pairs if pair[2]]
