"""Prediction sets: every class that the network cannot rule out at a promised level.

The contract: thresholds come from held-out pictures alone, coverage is measured on the test split, and nothing is
tuned when the two differ.
"""

from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np

from fmnist_core.evaluation.metrics import CLASSES, check_scores

LEVELS = (0.8, 0.9, 0.95, 0.99, 0.995)  # that are reported


@dataclass(frozen=True)
class SetReport:
    """How prediction sets fare on labelled pictures.

    Attributes:
        level: promised coverage.
        coverage: fraction of pictures whose set holds the true class.
        standard_error: of the coverage, the calibration sample included.
        mean_size: classes in a set on average.
        sizes: (11,) how many sets hold 0, 1, … 10 classes.
        by_class: (10,) coverage of each true class; nan where there is none.
    """

    level: float
    coverage: float
    standard_error: float
    mean_size: float
    sizes: np.ndarray
    by_class: np.ndarray

    @property
    def shifted(self) -> bool:
        """Whether the coverage lies more than 1.96 standard errors from the promise."""
        return abs(self.coverage - self.level) > 1.96 * self.standard_error


def threshold(probs: np.ndarray, labels: np.ndarray, level: float) -> float:
    """Return the score up to which a class joins the prediction set.

    A class's score is 1 - its probability. The threshold is the k-th smallest score of the true class,
    k = ceil((n + 1) level), so the sets of fresh pictures hold the true class with probability >= level.

    Args:
        probs: (n, 10) of held-out pictures, never trained on.
        labels: (n,) integers 0..9.
        level: promised coverage, 0 < level < 1.

    Returns:
        A score 0..1, or infinity when n is too small for the level: then every class joins.

    Raises:
        ValueError: level outside (0, 1), shapes that do not belong together, or no pictures.

    Source: Sadinle, Lei and Wasserman (2019), Least ambiguous set-valued classifiers, arXiv 1609.00451.
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, received {level}")
    check_scores(probs, labels)
    scores = np.sort(1 - probs[np.arange(len(labels)), labels])
    # Rounded first: 1001 * 0.99 in floating point lies a hair above the true product.
    k = ceil(round((len(labels) + 1) * level, 9))
    return float(scores[k - 1]) if k <= len(labels) else float("inf")


def class_thresholds(probs: np.ndarray, labels: np.ndarray, level: float) -> np.ndarray:
    """Return one threshold a class, (10,): each class is promised the level by itself.

    Raises:
        ValueError: as `threshold`; a class without pictures gets infinity.
    """
    check_scores(probs, labels)
    found = np.full(CLASSES, np.inf)
    for k in range(CLASSES):
        own = labels == k
        if own.any():
            found[k] = threshold(probs[own], labels[own], level)
    return found


def prediction_sets(probs: np.ndarray, thresholds: float | np.ndarray, at_least_top: bool = False) -> np.ndarray:
    """Return which classes each picture's set holds, (..., 10) booleans; a set may be empty.

    Args:
        probs: (..., 10) probabilities.
        thresholds: one score for all, or (10,) one a class.
        at_least_top: the most likely class always belongs to the set. A set only grows by that, so the coverage stays
            at least as high as promised, and no set is empty.
    """
    sets = 1 - probs <= np.asarray(thresholds)
    if at_least_top:
        np.put_along_axis(sets, probs.argmax(axis=-1)[..., None], True, axis=-1)
    return sets


def report(sets: np.ndarray, labels: np.ndarray, level: float, calibration_size: int) -> SetReport:
    """Return coverage and sizes of prediction sets.

    Args:
        sets: (n, 10) booleans.
        labels: (n,) integers 0..9.
        level: what was promised.
        calibration_size: held-out pictures behind the thresholds.

    Raises:
        ValueError: shapes that do not belong together, or no pictures.
    """
    check_scores(sets, labels)
    n = len(labels)
    covered = sets[np.arange(n), labels]
    support = np.bincount(labels, minlength=CLASSES)
    with np.errstate(invalid="ignore"):
        by_class = np.bincount(labels, covered, CLASSES) / support
    sizes = sets.sum(axis=1)
    return SetReport(
        level=level,
        coverage=float(covered.mean()),
        standard_error=sqrt(level * (1 - level) * (1 / n + 1 / calibration_size)),
        mean_size=float(sizes.mean()),
        sizes=np.bincount(sizes, minlength=CLASSES + 1),
        by_class=by_class,
    )
