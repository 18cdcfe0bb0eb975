"""A constant for each class's log probability in photos: what people photograph is not what the data set holds.

A network that went on learning from photos leans towards some classes and away from others, since it was blended with
one that had seen none. Ten constants, added to the logarithms of the probabilities of a photo, take that back (logit
adjustment: Menon et al. 2021, arXiv 2007.07314). They make what fits likely for the photos that the network learned
from, every kind of garment counting alike, and the label likely for the data set's own held-out pictures, which keep
classes that nobody photographed where they are.
"""

import numpy as np

from fmnist_core.evaluation.metrics import log_softmax, softmax
from fmnist_core.networks.cards import Card
from fmnist_core.networks.classifier import Classifier, ModelError
from fmnist_core.photos.looks import looks, mean_logits

# Of the squared constants. Less lets more photos be right that were not learned from, and fewer simulated ones: a bag,
# which nobody in the collection photographed, is then taken for something else (models/README.md has the figures).
PENALTY = 0.003
MAX_CONSTANT = 3.0


def load_adjustment(card: Card) -> np.ndarray:
    """Return the (10,) constants of a network, from its card; zeros where it has none.

    Raises:
        ModelError: the card's constants are no such numbers.
    """
    if card.problem or "logit_adjustment" not in card.facts:
        return np.zeros(10)
    try:
        constants = np.array(card.facts["logit_adjustment"]["constants"], np.float64)
        if constants.shape != (10,) or not (np.abs(constants) <= MAX_CONSTANT).all():
            raise ValueError(f"expected 10 numbers of at most {MAX_CONSTANT:g}, received {constants!r}")
    except (KeyError, TypeError, ValueError) as cause:
        raise ModelError(f"{card.name}.json holds no constants for the classes of photos ({cause})") from cause
    return constants


def photo_log_probs(classifier: Classifier, images: np.ndarray, temperature: float) -> np.ndarray:
    """Return the (n, 10) logarithms of the mean probabilities over the views of (n, 28, 28) developed photos."""
    views = classifier.bulk_logits(np.concatenate([looks(image) for image in images]))
    means = [mean_logits(logits, temperature) for logits in np.split(views, len(images))]
    return log_softmax(np.stack(means), temperature)


def fit(
    photos: np.ndarray, fitting: np.ndarray, pictures: np.ndarray, labels: np.ndarray, penalty: float = PENALTY
) -> np.ndarray:
    """Return the (10,) constants that make what is right likely.

    Args:
        photos: (n, 10) log probabilities of photos to learn from.
        fitting: (n, 10) booleans: which classes fit each photo; at least one. The photos that the same classes fit
            count as one kind, and each kind alike.
        pictures: (m, 10) log probabilities of pictures of the data set.
        labels: (m,) their classes.
        penalty: of the squared constants.
    """
    from scipy.optimize import minimize

    kinds, kind_of, counts = np.unique(fitting, axis=0, return_inverse=True, return_counts=True)
    kind_of = kind_of.reshape(-1)  # NumPy 2.0 gives it the shape of what was asked for
    weights = np.concatenate([1 / (len(kinds) * counts[kind_of]), np.full(len(labels), 1 / len(labels))])
    log_probs = np.concatenate([photos, pictures])
    right = np.concatenate([fitting, np.eye(10, dtype=bool)[labels]])

    def loss(constants: np.ndarray) -> tuple[float, np.ndarray]:
        probs = softmax(log_probs + constants)
        among = np.where(right, probs, 0)
        total = among.sum(axis=1, keepdims=True) + 1e-12
        slope = (weights[:, None] * (probs - among / total)).sum(axis=0)
        value = -(weights * np.log(total[:, 0])).sum()
        return value + penalty * (constants**2).sum(), slope + 2 * penalty * constants

    return minimize(loss, np.zeros(10), jac=True).x


def right(scores: np.ndarray, fitting: np.ndarray) -> dict[str, float]:
    """Return the share of photos whose most likely class fits: of all, the mean over kinds, the worst kind.

    Args:
        scores: (n, 10), the largest counts.
        fitting: (n, 10) booleans.
    """
    fits = fitting[np.arange(len(fitting)), scores.argmax(axis=1)]
    _, kind_of = np.unique(fitting, axis=0, return_inverse=True)
    kind_of = kind_of.reshape(-1)
    kinds = [float(fits[kind_of == kind].mean()) for kind in range(kind_of.max() + 1)]
    return {"right": float(fits.mean()), "mean_of_kinds": float(np.mean(kinds)), "worst_kind": min(kinds)}
