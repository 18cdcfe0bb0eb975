"""Look-alikes: the nearest of a few thousand training pictures in a network's own feature space.

The pictures and their labels ship once; each network's features of them ship beside the network. `python -m
fmnist_core gallery` builds both.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fmnist_core import data
from fmnist_core.files import write_arrays
from fmnist_core.networks import manifest
from fmnist_core.networks.artifacts import Gallery
from fmnist_core.networks.cards import MODELS

PER_CLASS = 300


@dataclass(frozen=True)
class Neighbours:
    """Gallery pictures, nearest first.

    Attributes:
        indices: (k,) positions in the gallery.
        distances: (k,) Euclidean distances in feature space.
    """

    indices: np.ndarray
    distances: np.ndarray


def nearest(gallery: Gallery, features: np.ndarray, count: int, label: int | None = None) -> Neighbours:
    """Return the gallery pictures nearest to a feature vector.

    Args:
        gallery: where to look.
        features: (k,) of the picture.
        count: how many at most.
        label: only pictures of this class.

    Raises:
        ValueError: features of another length.
    """
    if features.shape != gallery.features.shape[1:]:
        raise ValueError(f"expected features {gallery.features.shape[1:]}, received {features.shape}")
    distances = np.linalg.norm(gallery.features - features, axis=1)
    candidates = np.arange(len(distances)) if label is None else np.flatnonzero(gallery.labels == label)
    order = candidates[np.argsort(distances[candidates], kind="stable")][:count]
    return Neighbours(order, distances[order])


def choose(features: np.ndarray, labels: np.ndarray, trusted: np.ndarray, seed: int = 0) -> np.ndarray:
    """Return positions of `PER_CLASS` pictures a class that stand for all of them.

    Each class is divided into as many clusters (k-means in feature space); each cluster gives the picture nearest to
    its centre.

    Args:
        features: (n, k) of training pictures.
        labels: (n,) their classes.
        trusted: (n,) whether the network agrees with the label; others are left out.
        seed: of the clustering.
    """
    from sklearn.cluster import MiniBatchKMeans
    from sklearn.metrics import pairwise_distances_argmin

    chosen = []
    for k in range(10):
        own = np.flatnonzero((labels == k) & trusted)
        clusters = MiniBatchKMeans(PER_CLASS, random_state=seed, n_init=1, batch_size=2048).fit(features[own])
        chosen.append(own[np.unique(pairwise_distances_argmin(clusters.cluster_centers_, features[own]))])
    return np.concatenate(chosen)


def write_pictures(numbers: np.ndarray, folder: Path = MODELS) -> None:
    """Write the gallery's pictures and labels, given their positions in the training split."""
    train = data.load_train()
    write_arrays(folder / "gallery.npz", images=train.images[numbers], labels=train.labels[numbers], numbers=numbers)
    manifest.record(folder, "gallery.npz")
