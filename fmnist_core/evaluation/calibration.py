"""How sure a network has a right to be: temperature, reliability, proper scores, and when to say nothing."""

from dataclasses import asdict, dataclass

import numpy as np

from fmnist_core.evaluation.metrics import check_scores, softmax


def fit_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """Return the temperature with the least negative log likelihood.

    The likelihood is convex in 1 / temperature, so Newton's method finds the one minimum.

    Args:
        logits: (n, 10) of held-out pictures, never trained on.
        labels: (n,) integers 0..9.

    Returns:
        A number 0.05..20.

    Raises:
        ValueError: shapes that do not belong together, or no pictures.

    Source: Guo et al. (2017), On calibration of modern neural networks, arXiv 1706.04599.
    """
    check_scores(logits, labels)
    scores = logits.astype(np.float64)
    true = scores[np.arange(len(labels)), labels]
    inverse = 1.0
    for _ in range(50):
        probs = softmax(scores * inverse)
        mean = (probs * scores).sum(axis=1)
        slope = (mean - true).mean()
        curvature = ((probs * scores**2).sum(axis=1) - mean**2).mean()
        step = slope / max(curvature, 1e-12)
        new = float(np.clip(inverse - step, max(inverse / 3, 0.05), min(inverse * 3, 20.0)))
        if abs(new - inverse) < 1e-10:
            break
        inverse = new
    return 1 / inverse


@dataclass(frozen=True)
class Reliability:
    """How often the network is right, by how sure it was.

    Attributes:
        edges: (bins + 1,) limits of the bins, 0..1.
        counts: (bins,) pictures in each.
        confidence: (bins,) mean probability of the predicted class; nan in an empty bin.
        accuracy: (bins,) fraction right; nan in an empty bin.
        ece: expected calibration error, 0..1.
    """

    edges: np.ndarray
    counts: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray
    ece: float


def reliability(probs: np.ndarray, labels: np.ndarray, bins: int = 15) -> Reliability:
    """Return the reliability diagram over equal-width bins (lower, upper] of the top class's probability.

    ece = sum over bins of (count / n) * |accuracy - confidence|.

    Args:
        probs: (n, 10) probabilities.
        labels: (n,) integers 0..9.
        bins: how many.

    Raises:
        ValueError: shapes that do not belong together, or no pictures.

    Source: Naeini et al. (2015); Guo et al. (2017), arXiv 1706.04599.
    """
    check_scores(probs, labels)
    top = probs.max(axis=1)
    right = probs.argmax(axis=1) == labels
    place = _bin_of(top, bins)
    counts = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):
        confidence = np.bincount(place, top, bins) / counts
        accuracy = np.bincount(place, right, bins) / counts
    return Reliability(np.linspace(0, 1, bins + 1), counts, confidence, accuracy, _ece(top - right, place, bins))


def brier_scores(probs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return each picture's Brier score, sum over classes of (probability - truth)^2, 0..2 (Brier 1950).

    Args:
        probs: (n, 10) probabilities.
        labels: (n,) integers 0..9.

    Raises:
        ValueError: shapes that do not belong together, or no pictures.
    """
    check_scores(probs, labels)
    return ((probs - np.eye(probs.shape[1])[labels]) ** 2).sum(axis=1)


def log_losses(probs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return each picture's negative log likelihood in nats, -log(probability of the true class).

    Args:
        probs: (n, 10) probabilities.
        labels: (n,) integers 0..9.

    Raises:
        ValueError: shapes that do not belong together, or no pictures.
    """
    check_scores(probs, labels)
    return -np.log(np.maximum(probs[np.arange(len(labels)), labels], np.finfo(np.float64).tiny))


@dataclass(frozen=True)
class Score:
    """A number and its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class CalibrationScores:
    """The three scores of a set of probabilities, and the error that mere chance would leave.

    Attributes:
        ece: expected calibration error, 15 equal-width bins.
        brier: mean Brier score.
        nll: mean negative log likelihood, nats.
        noise_floor: mean ece of labels drawn from the very probabilities: what a perfect network would show.
    """

    ece: Score
    brier: Score
    nll: Score
    noise_floor: float


def calibration_scores(probs: np.ndarray, labels: np.ndarray, resamples: int = 400, seed: int = 0) -> CalibrationScores:
    """Return ece, Brier score and negative log likelihood with bootstrap intervals over pictures.

    Percentile intervals; for ece reflected at the value ("basic"), because chance makes ece larger, and resampling
    adds that bias a second time.

    Args:
        probs: (n, 10) probabilities.
        labels: (n,) integers 0..9.
        resamples: of the bootstrap (Efron 1979; Davison and Hinkley 1997, section 5.2).
        seed: of the resamples.

    Raises:
        ValueError: shapes that do not belong together, or no pictures.
    """
    brier, nll = brier_scores(probs, labels), log_losses(probs, labels)
    top = probs.max(axis=1)
    gap = top - (probs.argmax(axis=1) == labels)
    place = _bin_of(top, 15)
    rng, n = np.random.default_rng(seed), len(labels)
    drawn = np.empty((resamples, 3))
    floors = []
    for k in range(resamples):
        times = np.bincount(rng.integers(0, n, n), minlength=n)
        drawn[k] = _ece(gap * times, place, 15), brier @ times / n, nll @ times / n
        floors.append(_ece(top - (rng.random(n) < top), place, 15))
    values = (_ece(gap, place, 15), float(brier.mean()), float(nll.mean()))
    low, high = np.quantile(drawn, (0.025, 0.975), axis=0)
    low[0], high[0] = max(0.0, 2 * values[0] - high[0]), max(values[0], 2 * values[0] - low[0])
    ece, mean_brier, mean_nll = (Score(v, float(a), float(b)) for v, a, b in zip(values, low, high, strict=True))
    return CalibrationScores(ece, mean_brier, mean_nll, float(np.mean(floors)))


def _bin_of(top: np.ndarray, bins: int) -> np.ndarray:
    return np.clip(np.ceil(top * bins).astype(int) - 1, 0, bins - 1)


def _ece(gap: np.ndarray, place: np.ndarray, bins: int) -> float:
    return float(np.abs(np.bincount(place, gap, bins)).sum() / len(gap))


@dataclass(frozen=True)
class Abstention:
    """What happens when the network answers only above a threshold.

    Attributes:
        threshold: least probability of the predicted class.
        answered: pictures at or above it.
        refused: the others.
        coverage: fraction answered.
        accuracy: fraction right among the answered; nan when there are none.
    """

    threshold: float
    answered: int
    refused: int
    coverage: float
    accuracy: float


def abstain(probs: np.ndarray, labels: np.ndarray, threshold: float) -> Abstention:
    """Return coverage and accuracy when the network answers only if it is at least this sure.

    Args:
        probs: (n, 10) probabilities.
        labels: (n,) integers 0..9.
        threshold: 0..1.

    Raises:
        ValueError: shapes that do not belong together, or no pictures.

    Source: Geifman and El-Yaniv (2017), Selective classification for deep neural networks, arXiv 1705.08500.
    """
    check_scores(probs, labels)
    sure = probs.max(axis=1) >= threshold
    answered = int(sure.sum())
    right = int((probs.argmax(axis=1) == labels)[sure].sum())
    n = len(labels)
    return Abstention(threshold, answered, n - answered, answered / n, right / answered if answered else float("nan"))


def threshold_for_accuracy(probs: np.ndarray, labels: np.ndarray, accuracy: float) -> float | None:
    """Return the lowest threshold at or above which held-out pictures are right at least this often, or None.

    Args:
        probs: (n, 10) probabilities of held-out pictures.
        labels: (n,) integers 0..9.
        accuracy: wanted, 0..1.

    Raises:
        ValueError: shapes that do not belong together, or no pictures.
    """
    check_scores(probs, labels)
    top = probs.max(axis=1)
    order = np.argsort(-top, kind="stable")
    shares = np.cumsum((probs.argmax(axis=1) == labels)[order]) / np.arange(1, len(labels) + 1)
    last_of_its_value = np.append(top[order][1:] < top[order][:-1], True)
    good = np.flatnonzero((shares >= accuracy) & last_of_its_value)
    return float(top[order][good[-1]]) if len(good) else None


def calibration_facts(logits: np.ndarray, labels: np.ndarray, temperature: float) -> dict:
    """Return the calibration scores before and after temperature scaling as plain values, for a card.

    Args:
        logits: (n, 10) of labelled pictures.
        labels: (n,) integers 0..9.
        temperature: fitted on other pictures.
    """
    scores = {
        "before": calibration_scores(softmax(logits), labels),
        "after": calibration_scores(softmax(logits, temperature), labels),
    }
    return {
        when: {
            **{name: asdict(getattr(found, name)) for name in ("ece", "brier", "nll")},
            "ece_noise_floor": found.noise_floor,
        }
        for when, found in scores.items()
    }
