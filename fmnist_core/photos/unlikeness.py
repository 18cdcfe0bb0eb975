"""Unlike what the network learned from: one score for pictures of the data set and for photos that people took.

Networks that never saw photos are asked how far the nearest reference picture is in their feature space (Sun et al.
2022, arXiv 2204.06507). A network that saw photos has also seen what is no garment: a linear probe (Alain and Bengio
2016, arXiv 1610.01644) of its features, its logits and their log-sum-exp, the negative energy (Liu et al. 2020, arXiv
2010.03759), tells garments from other things.
"""

from dataclasses import dataclass

import numpy as np

from fmnist_core.networks.artifacts import Gallery
from fmnist_core.networks.cards import Card
from fmnist_core.networks.classifier import Classifier, ModelError
from fmnist_core.photos import out_of_distribution
from fmnist_core.photos.looks import COUNT, looks

INVERSE_PENALTIES = (0.001, 0.01, 0.1, 1.0)  # C of the logistic regression, tried; the tuning photos choose
# Shares of garments that fit, in either world, that may be called unlike.
MAX_REFUSED = {"heldout": 0.03, "photos": 0.08}


@dataclass(frozen=True)
class Unlikeness:
    """A score and the threshold above which a picture is called unlike.

    Attributes:
        threshold: of the score.
        weights: of the probe, one for each number of `described` and a constant at the end; None for the distance to
            the nearest reference picture.
    """

    threshold: float
    weights: np.ndarray | None = None

    def scores(self, classifier: Classifier, gallery: Gallery, images: np.ndarray) -> np.ndarray:
        """Return the (n,) scores of (n, 28, 28) pictures, large for what is unlike: distances, or the probe's 0..1."""
        if self.weights is None:
            return out_of_distribution.novelty(gallery, classifier.features(images))
        return _probed(self.weights, described(classifier, images))

    def score(self, classifier: Classifier, gallery: Gallery, views: np.ndarray) -> float:
        """Return the score of one photo, of which there are (v, 28, 28) views, the picture itself first.

        The probe is asked about each, and the mean counts; distances are those of the picture itself.
        """
        return float(self.scores(classifier, gallery, views if self.weights is not None else views[:1]).mean())


def described(classifier: Classifier, images: np.ndarray) -> np.ndarray:
    """Return what the probe sees of (n, 28, 28) pictures: features, logits, log-sum-exp of the logits, (n, k + 11)."""
    logits = classifier.bulk_logits(images)
    largest = logits.max(axis=1, keepdims=True)
    total = largest + np.log(np.exp(logits - largest).sum(axis=1, keepdims=True))
    return np.concatenate([classifier.features(images), logits, total], axis=1).astype(np.float64)


def _probed(weights: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Return the logistic function, 0..1, of the weighted sums of what the probe sees."""
    return 0.5 * (1 + np.tanh((seen @ weights[:-1] + weights[-1]) / 2))


def _views_described(classifier: Classifier, images: np.ndarray) -> np.ndarray:
    """Return (n, v, k + 11): what the probe sees of each view of (n, 28, 28) photos."""
    views = np.concatenate([looks(image) for image in images])
    return described(classifier, views).reshape(len(images), COUNT, -1)


def _mean_probed(weights: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Return the (n,) mean scores over the views."""
    return _probed(weights, seen).mean(axis=1)


def load_unlikeness(card: Card, gallery: Gallery) -> Unlikeness:
    """Return a network's score and threshold, from its card.

    Raises:
        ModelError: the card does not say, or speaks of another gallery.
    """
    limit = out_of_distribution.threshold(card, gallery)
    if "unlikeness" not in card.facts:
        return Unlikeness(limit)
    expected = gallery.features.shape[1] + 12
    try:
        facts = card.facts["unlikeness"]
        weights, limit = np.array(facts["weights"], np.float64), float(facts["threshold"])
        if weights.shape != (expected,) or not np.isfinite(weights).all() or not np.isfinite(limit):
            raise ValueError(f"expected {expected} weights, received {weights.shape}")
    except (KeyError, TypeError, ValueError) as cause:
        raise ModelError(f"{card.name}.json holds no probe for photos unlike what was learned from.") from cause
    return Unlikeness(limit, weights)


def fit(
    classifier: Classifier,
    garments: np.ndarray,
    things: np.ndarray,
    heldout: np.ndarray,
    photos: np.ndarray,
    others: np.ndarray,
) -> tuple[Unlikeness, dict]:
    """Return the probe that tells garments from other things, with the threshold that keeps the promised rates.

    Args:
        classifier: the network.
        garments: (n, 28, 28) pictures and developed photos that fit a class, to learn from.
        things: (m, 28, 28) pictures and developed photos of none of the ten, to learn from.
        heldout: (h, 28, 28) held-out pictures of the data set, for the threshold.
        photos: (p, 28, 28) developed photos that fit a class, to choose by and for the threshold; not learned from.
        others: (q, 28, 28) developed photos of none of the ten, to choose by; not learned from.

    Returns:
        The score, and what the card says of it.
    """
    from sklearn.linear_model import LogisticRegression

    seen = np.concatenate([described(classifier, garments), described(classifier, things)])
    is_thing = np.arange(len(seen)) >= len(garments)
    mean, spread = seen.mean(axis=0), seen.std(axis=0) + 1e-9
    inside, outside = (_views_described(classifier, pictures) for pictures in (photos, others))
    tried = []
    for penalty in INVERSE_PENALTIES:
        learned = LogisticRegression(C=penalty, max_iter=1_000, class_weight="balanced")
        learned.fit((seen - mean) / spread, is_thing)
        slope = learned.coef_[0] / spread
        weights = np.append(slope, learned.intercept_[0] - slope @ mean)
        auroc = out_of_distribution.auroc(_mean_probed(weights, inside), _mean_probed(weights, outside))
        tried.append((auroc, penalty, weights))
    best, penalty, weights = max(tried, key=lambda found: found[0])
    held, real = _probed(weights, described(classifier, heldout)), _mean_probed(weights, inside)
    threshold = max(
        float(np.quantile(held, 1 - MAX_REFUSED["heldout"])), float(np.quantile(real, 1 - MAX_REFUSED["photos"]))
    )
    facts = {
        "weights": [float(f"{weight:.7g}") for weight in weights],
        "threshold": threshold,
        "heldout_refused": float((held > threshold).mean()),
        "tuning_photos": len(photos),
        "tuning_photos_refused": float((real > threshold).mean()),
        "tuning_auroc": best,
        "inverse_penalty": penalty,
        "tuning_auroc_by_inverse_penalty": {str(c): a for a, c, _ in tried},
    }
    return Unlikeness(threshold, np.array(facts["weights"])), facts
