"""Which pictures a run learns from, which it is measured on, and the eight that are watched."""

import numpy as np

from fmnist_core import data
from fmnist_core.composing.composition import Composition
from fmnist_core.data import Split
from fmnist_core.sample import TRAINING, load_sample

SEED = 0
# The first held-out picture of eight classes: Trouser and Bag are too easy to be worth watching.
WATCHED_CLASSES = (0, 2, 3, 4, 5, 6, 7, 9)


def training_pictures(composition: Composition) -> Split:
    """Return the pictures that a composition learns from, a share of their labels made wrong where it says so.

    Raises:
        DataError: the pictures cannot be had.
    """
    count = int(composition.pictures)
    split = load_sample()[0] if count <= TRAINING else data.load_train()
    return Split(split.images[:count], with_wrong_labels(split.labels[:count], int(composition.wrong) / 100))


def with_wrong_labels(labels: np.ndarray, share: float) -> np.ndarray:
    """Return labels of which a share, chosen by a fixed rule, is another class than it was."""
    rng = np.random.default_rng(SEED)
    chosen = rng.permutation(len(labels))[: round(share * len(labels))]
    wrong = labels.copy()
    wrong[chosen] = (labels[chosen] + rng.integers(1, 10, len(chosen))) % 10
    return wrong


def heldout_pictures() -> Split:
    """Return the 1,000 held-out pictures that every run is measured on.

    Raises:
        DataError: the pictures cannot be had.
    """
    return load_sample()[1]


def watched() -> np.ndarray:
    """Return the positions of the eight watched pictures among the held-out ones."""
    labels = heldout_pictures().labels
    return np.array([int(np.flatnonzero(labels == k)[0]) for k in WATCHED_CLASSES])
