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

INVERSE_PENALTIES = (0.001, 0.01, 0.1, 1.0)  # C of the logistic regression, tried; the folds choose
# Shares of garments that fit, in either world, that may be called unlike: of photos, the field's usual operating point
# (Liang et al. 2018, arXiv 1706.02690, and most since: 95 % of what is known is accepted).
MAX_REFUSED = {"heldout": 0.03, "photos": 0.05}


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


@dataclass(frozen=True)
class Examples:
    """Pictures that the probe learns from: garments and other things, every kind of either counting alike.

    Attributes:
        images: (n, 28, 28) uint8.
        kinds: (n,) names: what each shows.
        is_thing: (n,) booleans: what is none of the ten.
    """

    images: np.ndarray
    kinds: np.ndarray
    is_thing: np.ndarray

    @property
    def weights(self) -> np.ndarray:
        """The (n,) weights, 1 in the mean: both sides count alike, and on either every kind."""
        weights = np.empty(len(self.kinds))
        for side in (False, True):
            here = self.is_thing == side
            _, kind_of, counts = np.unique(self.kinds[here], return_inverse=True, return_counts=True)
            weights[here] = len(weights) / (2 * len(counts) * counts[kind_of])
        return weights


@dataclass(frozen=True)
class Fold:
    """What a network that a fold of the photos was kept from sees; the probe is judged by the fold.

    Attributes:
        examples: pictures that the network learned from, and of the data set.
        learned: (n, k + 11) what it sees of them.
        inside: (p, v, k + 11) of the views of the fold's photos that fit a class.
        outside: (q, v, k + 11) of its others.
    """

    examples: Examples
    learned: np.ndarray
    inside: np.ndarray
    outside: np.ndarray


def fold(classifier: Classifier, examples: Examples, photos: np.ndarray, others: np.ndarray) -> Fold:
    """Return what a fold's network sees.

    Args:
        classifier: the network.
        examples: pictures and developed photos that it learned from.
        photos: (p, 28, 28) developed photos of the fold that fit a class.
        others: (q, 28, 28) developed photos of the fold that are none of the ten.
    """
    return Fold(
        examples,
        described(classifier, examples.images),
        _views_described(classifier, photos),
        _views_described(classifier, others),
    )


def fit(classifier: Classifier, examples: Examples, heldout: np.ndarray, folds: list[Fold]) -> tuple[Unlikeness, dict]:
    """Return the probe that tells garments from other things, with the threshold that keeps the promised rates.

    The penalty is chosen, and the threshold for photos set, by the folds: each is scored by a probe and a network that
    have not seen it (cross-fitting).

    Args:
        classifier: the network.
        examples: pictures and developed photos to learn from.
        heldout: (h, 28, 28) held-out pictures of the data set, for the threshold.
        folds: of the photos that are learned from.

    Returns:
        The score, and what the card says of it.
    """
    tried = []
    for penalty in INVERSE_PENALTIES:
        probes = [_learn(part.learned, part.examples, penalty) for part in folds]
        inside, outside = (
            np.concatenate([_mean_probed(w, getattr(part, side)) for w, part in zip(probes, folds, strict=True)])
            for side in ("inside", "outside")
        )
        tried.append((out_of_distribution.auroc(inside, outside), penalty, inside))
    best, penalty, inside = max(tried, key=lambda found: found[0])
    weights = _learn(described(classifier, examples.images), examples, penalty)
    held = _probed(weights, described(classifier, heldout))
    threshold = max(
        float(np.quantile(held, 1 - MAX_REFUSED["heldout"])), float(np.quantile(inside, 1 - MAX_REFUSED["photos"]))
    )
    facts = {
        "weights": [float(f"{weight:.7g}") for weight in weights],
        "threshold": threshold,
        "heldout_refused": float((held > threshold).mean()),
        "folds": len(folds),
        "photos": len(inside),
        "photos_refused": float((inside > threshold).mean()),
        "auroc": best,
        "inverse_penalty": penalty,
        "auroc_by_inverse_penalty": {str(c): a for a, c, _ in tried},
    }
    return Unlikeness(threshold, np.array(facts["weights"])), facts


def _learn(seen: np.ndarray, examples: Examples, inverse_penalty: float) -> np.ndarray:
    """Return the probe's weights, for what it sees as it is."""
    from sklearn.linear_model import LogisticRegression

    mean, spread = seen.mean(axis=0), seen.std(axis=0) + 1e-9
    learned = LogisticRegression(C=inverse_penalty, max_iter=1_000)
    learned.fit((seen - mean) / spread, examples.is_thing, sample_weight=examples.weights)
    slope = learned.coef_[0] / spread
    return np.append(slope, learned.intercept_[0] - slope @ mean)


def check(
    unlikeness: Unlikeness, classifier: Classifier, photos: np.ndarray, others: np.ndarray
) -> dict[str, float | int]:
    """Return how it does on photos that chose nothing: how many, the share refused, and the AUROC.

    Args:
        unlikeness: with a probe.
        classifier: the network.
        photos: (p, 28, 28) developed photos that fit a class.
        others: (q, 28, 28) developed photos of none of the ten.
    """
    assert unlikeness.weights is not None
    inside, outside = (_mean_probed(unlikeness.weights, _views_described(classifier, p)) for p in (photos, others))
    return {
        "tuning_photos": len(inside),
        "tuning_photos_refused": float((inside > unlikeness.threshold).mean()),
        "tuning_auroc": out_of_distribution.auroc(inside, outside),
    }
