"""What the answers of a class add up to, in the same numbers as a network's: pure functions of arrays."""

from dataclasses import dataclass
from enum import Enum

import numpy as np

from fmnist_core.evaluation.calibration import brier_scores
from fmnist_core.evaluation.metrics import CLASSES, confusion_matrix, wilson_interval

EXPLAIN_BELOW, GO_ON_ABOVE = 0.3, 0.8  # Crouch, Fagen, Callan and Mazur (2004); Mazur (1997), Peer instruction
BANDS = (0.0, 0.625, 0.85, 1.0)  # of confidence, about the three that people choose from: 50, 75, 95 %


class Advice(Enum):
    """What to do after the first vote; the value is the sentence for the teacher."""

    EXPLAIN = "Few have it right: explain again, then ask once more."
    DISCUSS = "Opinions differ: have them convince a neighbour, then vote again."
    GO_ON = "Most have it right: go on after a short explanation."


def advice(share_right: float) -> Advice:
    """Return what to do next: below 30 % explain again, from 30 to 80 % discuss, above go on.

    Source: Crouch, Fagen, Callan and Mazur (2004), Classroom demonstrations: learning tools or entertainment?
    """
    if share_right < EXPLAIN_BELOW:
        return Advice.EXPLAIN
    return Advice.DISCUSS if share_right <= GO_ON_ABOVE else Advice.GO_ON


def histogram(choices: np.ndarray, options: int = CLASSES) -> np.ndarray:
    """Return how often each option was chosen, (options,) integers.

    Args:
        choices: (n,) integers 0..options - 1; n may be 0.
        options: how many there are.

    Raises:
        ValueError: a choice outside the options.
    """
    chosen = np.asarray(choices, np.int64)
    if len(chosen) and (chosen.min() < 0 or chosen.max() >= options):
        raise ValueError(f"expected choices 0..{options - 1}, received {chosen.min()}..{chosen.max()}")
    return np.bincount(chosen, minlength=options)


@dataclass(frozen=True)
class Share:
    """How many were right.

    Attributes:
        right: answers that were.
        n: answers; with none, share and interval are nan.
    """

    right: int
    n: int

    @property
    def share(self) -> float:
        return self.right / self.n if self.n else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """95 % Wilson interval."""
        return wilson_interval(self.right, self.n) if self.n else (float("nan"), float("nan"))


def share_right(choices: np.ndarray, labels: np.ndarray) -> Share:
    """Return how many of (n,) choices equal their (n,) labels."""
    return Share(int((np.asarray(choices) == np.asarray(labels)).sum()), len(choices))


def majority_of_three(questions: np.ndarray, choices: np.ndarray, labels: np.ndarray, seed: int) -> Share:
    """Return how often the majority of three answers to one picture is right, as people were measured for the data set.

    The answers to a picture are put in a random order and taken three at a time, each once; what is left over of fewer
    than three is not used. Where all three differ, the first decides.

    Args:
        questions: (n,) integers: which picture an answer is for.
        choices: (n,) classes 0..9.
        labels: (n,) true class of the answer's picture.
        seed: of the order.
    """
    rng, right, n = np.random.default_rng(seed), 0, 0
    for question in np.unique(questions):
        own = rng.permutation(np.flatnonzero(questions == question))
        triples = choices[own[: len(own) // 3 * 3]].reshape(-1, 3)
        first, second, third = triples.T
        verdict = np.where((second == third) & (first != second), second, first)
        right += int((verdict == labels[own[0]]).sum())
        n += len(triples)
    return Share(right, n)


def as_probabilities(choices: np.ndarray, confidences: np.ndarray) -> np.ndarray:
    """Return what people said as (n, 10) probabilities: their confidence on their class, the rest spread evenly.

    Args:
        choices: (n,) classes 0..9.
        confidences: (n,) 0..1.
    """
    sure = np.asarray(confidences, np.float64)
    probs = np.repeat(((1 - sure) / (CLASSES - 1))[:, None], CLASSES, axis=1)
    probs[np.arange(len(sure)), choices] = sure
    return probs


@dataclass(frozen=True)
class Band:
    """Answers of about one confidence.

    Attributes:
        right: how many of them were right.
        confidence: their mean, 0..1; nan when there are none.
    """

    right: Share
    confidence: float


def reliability_bands(confidences: np.ndarray, right: np.ndarray) -> tuple[Band, Band, Band]:
    """Return how often answers are right that are about 50, 75 and 95 % sure: bands (lower, upper] of `BANDS`.

    Args:
        confidences: (n,) 0..1.
        right: (n,) booleans.
    """
    place = np.clip(np.searchsorted(BANDS, confidences, side="left") - 1, 0, 2)
    bands = []
    for k in range(3):
        own = place == k
        mean = float(np.mean(confidences[own])) if own.any() else float("nan")
        bands.append(Band(Share(int(right[own].sum()), int(own.sum())), mean))
    return bands[0], bands[1], bands[2]


@dataclass(frozen=True)
class Contest:
    """One side of "beat the network".

    Attributes:
        right: answers that were right, of all.
        confusion: (10, 10) integers; row true class, column answered class.
        brier: mean Brier score over the ten classes, 0..2; nan without answers.
        bands: reliability at about 50, 75 and 95 %.
    """

    right: Share
    confusion: np.ndarray
    brier: float
    bands: tuple[Band, Band, Band]


def contest(probs: np.ndarray, labels: np.ndarray) -> Contest:
    """Return how (n, 10) probabilities do against (n,) labels, a person's or a network's alike; n may be 0."""
    chosen, labels = probs.argmax(axis=1), np.asarray(labels, np.int64)
    right = chosen == labels
    return Contest(
        share_right(chosen, labels),
        confusion_matrix(labels, chosen),
        float(brier_scores(probs, labels).mean()) if len(labels) else float("nan"),
        reliability_bands(probs.max(axis=1), right),
    )


def nearest(guesses: np.ndarray, truth: float | None) -> int | None:
    """Return the position of the guess nearest to the truth, the first of equals; None without one."""
    if truth is None or not len(guesses):
        return None
    return int(np.abs(np.asarray(guesses, np.float64) - truth).argmin())
