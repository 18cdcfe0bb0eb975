"""What a network said of the same pictures after each epoch of its training: what was learned when, and forgotten."""

from dataclasses import dataclass

import numpy as np

LEVELS = 31  # of a weight to either side of nothing: a picture of it shows no more


@dataclass(frozen=True)
class History:
    """The epochs of one run; all arrays read-only.

    Attributes:
        predicted: (epochs, n) uint8, the class that each held-out picture was taken for.
        percents: (epochs, n, 10) uint8, its probabilities, each rounded to a per cent.
        filters: (epochs, k, side, side) int8, weights of the first layer, -31..31.
        scales: (epochs, k) float32, the largest weight of each filter: a weight is scale * filter / 31.
        units: filters or units that the first layer has; `filters` are the first k of them.
        accuracies: (epochs,) float64, share of all held-out pictures of the run that were right.
    """

    predicted: np.ndarray
    percents: np.ndarray
    filters: np.ndarray
    scales: np.ndarray
    units: int
    accuracies: np.ndarray

    def __len__(self) -> int:
        return len(self.predicted)

    def weights(self, epoch: int) -> np.ndarray:
        """Return the first layer's weights after an epoch, from 1, as (k, side, side) float32."""
        return self.filters[epoch - 1] * self.scales[epoch - 1][:, None, None] / np.float32(LEVELS)

    def probabilities(self, epoch: int, position: int) -> np.ndarray:
        """Return the (10,) probabilities of a picture after an epoch, from 1; off by half a per cent at most."""
        return self.percents[epoch - 1, position] / 100

    def until(self, epoch: int) -> np.ndarray:
        """Return `predicted` as far as an epoch, from 1."""
        return self.predicted[:epoch]


def accuracy_by_class(predicted: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the (10,) shares of each class's pictures that are right; nan for a class without pictures.

    Args:
        predicted: (n,) classes.
        labels: (n,) true classes.
    """
    totals = np.bincount(labels, minlength=10)
    right = np.bincount(labels[predicted == labels], minlength=10)
    return np.divide(right, totals, out=np.full(10, np.nan), where=totals > 0)


def learned_at(predicted: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return, for each picture, the epoch, from 1, since which it has been right without a break; 0 if it is wrong.

    Args:
        predicted: (epochs, n) classes, at least one epoch.
        labels: (n,) true classes.
    """
    wrong = predicted != labels
    since = len(predicted) - np.argmax(wrong[::-1], axis=0) + 1  # the epoch after the last one in which it was wrong
    return np.where(wrong[-1], 0, np.where(wrong.any(axis=0), since, 1))


def learned_last(predicted: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the positions of the pictures that are right at the end, those that have been so for the shortest first.

    Args:
        predicted, labels: as `learned_at`.
    """
    since = learned_at(predicted, labels)
    order = np.argsort(-since, kind="stable")
    return order[since[order] > 0]


def forgotten(predicted: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the positions of the pictures that were right once and are wrong at the end, longest right first.

    Args:
        predicted, labels: as `learned_at`.

    Source: Toneva et al. (2019), An empirical study of example forgetting, arXiv 1812.05159.
    """
    right = predicted == labels
    often = np.where(right[-1], 0, right.sum(axis=0))
    order = np.argsort(-often, kind="stable")
    return order[often[order] > 0]


def first_filters(kernel: np.ndarray, most: int = 32, budget: int = 16 * 784) -> tuple[np.ndarray, int]:
    """Return the first filters of a kernel over one channel as pictures, and how many there are in all.

    Args:
        kernel: (side, side, 1, units) of a convolution, or (side * side, units) of a dense layer.
        most: filters that are kept.
        budget: weights that are kept.

    Raises:
        ValueError: the kernel has another shape.
    """
    units = kernel.shape[-1]
    side = kernel.shape[0] if kernel.ndim == 4 else round(kernel.shape[0] ** 0.5)
    if kernel.size != side * side * units:
        raise ValueError(f"expected a kernel over one channel of a square picture, received shape {kernel.shape}")
    kept = max(1, min(units, most, budget // (side * side)))
    return np.moveaxis(kernel.reshape(side, side, units), -1, 0)[:kept], units


def rounded_filters(filters: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (k, side, side) weights as `History.filters` and `History.scales` hold them, for one epoch."""
    scales = np.abs(filters).max(axis=(1, 2)).astype(np.float32)
    safe = np.where(scales > 0, scales, 1)[:, None, None]
    return np.rint(filters / safe * LEVELS).astype(np.int8), scales
