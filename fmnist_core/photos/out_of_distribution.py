"""None of these: how unlike the training pictures a picture is, and from where on the network should not be believed.

The score is the distance to the nearest picture of the reference gallery in the network's feature space (Sun et al.
2022, Out-of-distribution detection with deep nearest neighbors, arXiv 2204.06507). The threshold is the score that
3 % of the held-out pictures exceed: held-out garments raise a false alarm that often.
"""

from dataclasses import dataclass

import numpy as np

from fmnist_core.networks.artifacts import Gallery
from fmnist_core.networks.cards import Card
from fmnist_core.networks.classifier import Classifier, ModelError

FALSE_ALARM_RATE = 0.03


@dataclass(frozen=True)
class NoveltyReport:
    """How well garments and other things are told apart; it stands on the card.

    Attributes:
        threshold: score above which a picture counts as none of these.
        false_alarm_rate: share of held-out pictures above it, by choice.
        heldout: pictures behind the threshold.
        test_refused: share of the test pictures above it.
        auroc: probability that a thing that is no garment scores higher than a test picture.
        auroc_by_kind: the same for each kind of thing.
        gallery_sha256: of the gallery behind the scores.
    """

    threshold: float
    false_alarm_rate: float
    heldout: int
    test_refused: float
    auroc: float
    auroc_by_kind: dict[str, float]
    gallery_sha256: str


def novelty(gallery: Gallery, features: np.ndarray) -> np.ndarray:
    """Return the (n,) distances from feature vectors (n, k) to the nearest gallery picture: large is unlike the data.

    Raises:
        ValueError: features of another length.
    """
    if features.ndim != 2 or features.shape[1:] != gallery.features.shape[1:]:
        raise ValueError(f"expected features (n, {gallery.features.shape[1]}), received {features.shape}")
    pictures = gallery.features.astype(np.float64)
    lengths = (pictures**2).sum(axis=1)
    found = []
    for start in range(0, len(features), 500):
        part = features[start : start + 500].astype(np.float64)
        squares = (part**2).sum(axis=1)[:, None] - 2 * part @ pictures.T + lengths
        found.append(np.sqrt(np.maximum(squares.min(axis=1), 0)))
    return np.concatenate(found) if found else np.zeros(0)


def auroc(inside: np.ndarray, outside: np.ndarray) -> float:
    """Return the probability that a score of `outside` exceeds one of `inside`, ties counting half (Mann-Whitney).

    Raises:
        ValueError: one of them is empty.
    """
    if not len(inside) or not len(outside):
        raise ValueError(f"expected scores on both sides, received {len(inside)} and {len(outside)}")
    ordered = np.sort(inside)
    below = np.searchsorted(ordered, outside, "left") + np.searchsorted(ordered, outside, "right")
    return float(below.mean() / (2 * len(inside)))


def threshold(card: Card, gallery: Gallery) -> float:
    """Return the score above which a picture counts as none of these.

    Args:
        card: of the network.
        gallery: that the scores are measured against.

    Raises:
        ModelError: the card does not say, or speaks of another gallery.
    """
    if card.problem:
        raise ModelError(card.problem)
    try:
        limit, pictures = float(card.facts["novelty"]["threshold"]), card.facts["novelty"]["gallery_sha256"]
    except (KeyError, TypeError, ValueError) as cause:
        raise ModelError(f"{card.name}.json holds no threshold for pictures unlike the data.") from cause
    if pictures != gallery.sha256:
        raise ModelError(f"{card.name}.json holds the threshold of another gallery: it is not used.")
    return limit


def measure(
    classifier: Classifier,
    gallery: Gallery,
    heldout: np.ndarray,
    test: np.ndarray,
    others: dict[str, np.ndarray],
) -> NoveltyReport:
    """Return threshold and figures.

    Args:
        classifier: the network.
        gallery: as the network sees it.
        heldout: (n, 28, 28) pictures that set the threshold.
        test: (n, 28, 28) pictures that choose nothing.
        others: (n, 28, 28) pictures of other things, by kind; they choose nothing either.
    """

    def scores(images: np.ndarray) -> np.ndarray:
        return novelty(gallery, classifier.features(images))

    limit = float(np.quantile(scores(heldout), 1 - FALSE_ALARM_RATE))
    inside = scores(test)
    outside = {kind: scores(images) for kind, images in others.items()}
    return NoveltyReport(
        threshold=limit,
        false_alarm_rate=FALSE_ALARM_RATE,
        heldout=len(heldout),
        test_refused=float((inside > limit).mean()),
        auroc=auroc(inside, np.concatenate(list(outside.values()))),
        auroc_by_kind={kind: auroc(inside, values) for kind, values in outside.items()},
        gallery_sha256=gallery.sha256,
    )
