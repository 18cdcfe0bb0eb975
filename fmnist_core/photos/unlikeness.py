"""Unlike what the network learned from: one score for pictures of the data set and for photos.

A network that saw photos is asked two things: how far the nearest reference picture is in its feature space (Sun et al.
2022, arXiv 2204.06507), and how little its logits speak for any class (Liu et al. 2020, Energy-based out-of-distribution
detection, arXiv 2010.03759). Networks that never saw photos are asked the first alone.
"""

from dataclasses import dataclass

import numpy as np

from fmnist_core import novelty
from fmnist_core.cards import Card
from fmnist_core.classifier import Classifier
from fmnist_core.gallery import Gallery, features_of


@dataclass(frozen=True)
class Unlikeness:
    """A score and the threshold above which a picture is called unlike.

    Attributes:
        gallery: reference pictures as the network sees them.
        energy_weight: of the negative log sum of exponentials of the logits, beside the distance; 0 counts distance alone.
        threshold: see above.
    """

    gallery: Gallery
    energy_weight: float
    threshold: float

    def scores(self, classifier: Classifier, images: np.ndarray) -> np.ndarray:
        """Return the (n,) scores of (n, 28, 28) pictures, large for what is unlike."""
        distances = novelty.novelty(self.gallery, features_of(classifier, images))
        if not self.energy_weight:
            return distances
        return combined(distances, classifier.bulk_logits(images), self.energy_weight)


def combined(distances: np.ndarray, logits: np.ndarray, energy_weight: float) -> np.ndarray:
    """Return distance plus weighted energy, (n,), for (n,) distances and (n, 10) logits."""
    largest = logits.max(axis=1)
    energy = -(largest + np.log(np.exp(logits - largest[:, None]).sum(axis=1)))
    return distances + energy_weight * energy


def load_unlikeness(card: Card, gallery: Gallery) -> Unlikeness:
    """Return a network's score and threshold, from its card.

    Raises:
        ModelError: the card does not say, or speaks of another gallery.
    """
    limit = novelty.threshold(card, gallery)
    return Unlikeness(gallery, float(card.facts["novelty"].get("energy_weight", 0.0)), limit)
