"""Unlike what the network learned from: one score for pictures of the data set and for photos that people took.

A network that saw photos is asked two things: how far the nearest reference picture is in its feature space (Sun et al.
2022, arXiv 2204.06507), and how little its logits speak for any class (Liu et al. 2020, Energy-based
out-of-distribution detection, arXiv 2010.03759). Networks that never saw photos are asked the first alone.
"""

from dataclasses import dataclass

import numpy as np

from fmnist_core import novelty
from fmnist_core.cards import Card
from fmnist_core.classifier import Classifier, ModelError
from fmnist_core.gallery import Gallery, features_of

ENERGY_WEIGHTS = (0.0, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 20.0)  # tried, for a distance counted in its own median
MAX_REFUSED = {
    "heldout": 0.03,
    "photos": 0.08,
}  # shares of garments that fit, in either world, that may be called unlike


@dataclass(frozen=True)
class Unlikeness:
    """A score and the threshold above which a picture is called unlike.

    Attributes:
        distance_unit: what the distance to the nearest reference picture is divided by.
        energy_weight: of the negative log sum of exponentials of the logits, beside the distance.
        threshold: of the sum.
    """

    distance_unit: float
    energy_weight: float
    threshold: float

    def scores(self, classifier: Classifier, gallery: Gallery, images: np.ndarray) -> np.ndarray:
        """Return the (n,) scores of (n, 28, 28) pictures, large for what is unlike."""
        distances = novelty.novelty(gallery, features_of(classifier, images)) / self.distance_unit
        if not self.energy_weight:
            return distances
        return distances + self.energy_weight * energy(classifier.bulk_logits(images))


def energy(logits: np.ndarray) -> np.ndarray:
    """Return -log(sum(exp(logits))), (n,), of (n, 10) logits."""
    largest = logits.max(axis=1)
    return -(largest + np.log(np.exp(logits - largest[:, None]).sum(axis=1)))


def load_unlikeness(card: Card, gallery: Gallery) -> Unlikeness:
    """Return a network's score and threshold, from its card.

    Raises:
        ModelError: the card does not say, or speaks of another gallery.
    """
    limit = novelty.threshold(card, gallery)
    if "unlikeness" not in card.facts:
        return Unlikeness(1.0, 0.0, limit)
    facts = card.facts["unlikeness"]
    try:
        return Unlikeness(float(facts["distance_unit"]), float(facts["energy_weight"]), float(facts["threshold"]))
    except (KeyError, TypeError, ValueError) as cause:
        raise ModelError(f"{card.name}.json holds no threshold for photos unlike what was learned from.") from cause


def fit(
    classifier: Classifier, gallery: Gallery, heldout: np.ndarray, photos: np.ndarray, others: np.ndarray
) -> tuple[Unlikeness, dict]:
    """Return the score that tells best what is none of the ten, with the threshold that keeps the promised rates.

    Args:
        classifier: the network.
        gallery: as the network sees it.
        heldout: (n, 28, 28) held-out pictures of the data set.
        photos: (m, 28, 28) developed photos that fit a class; not trained on.
        others: (k, 28, 28) developed photos of none of the ten; not trained on.

    Returns:
        The score, and what the card says of it.
    """
    unit = float(np.median(novelty.novelty(gallery, features_of(classifier, heldout))))
    tried = []
    for weight in ENERGY_WEIGHTS:
        score = Unlikeness(unit, weight, 0.0)
        inside, outside = (score.scores(classifier, gallery, images) for images in (photos, others))
        tried.append((novelty.auroc(inside, outside), weight, inside))
    best, weight, inside = max(tried, key=lambda found: found[0])
    score = Unlikeness(unit, weight, 0.0)
    held = score.scores(classifier, gallery, heldout)
    threshold = max(
        float(np.quantile(held, 1 - MAX_REFUSED["heldout"])), float(np.quantile(inside, 1 - MAX_REFUSED["photos"]))
    )
    facts = {
        "distance_unit": unit,
        "energy_weight": weight,
        "threshold": threshold,
        "heldout_refused": float((held > threshold).mean()),
        "tuning_photos": len(photos),
        "tuning_photos_refused": float((inside > threshold).mean()),
        "tuning_auroc": best,
        "tuning_auroc_by_weight": {str(w): a for a, w, _ in tried},
    }
    return Unlikeness(unit, weight, threshold), facts
