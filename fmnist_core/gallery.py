"""Look-alikes: the nearest of a few thousand training pictures in a network's own feature space.

The pictures and their labels ship once; each network's features of them ship beside the network. `python -m
fmnist_core gallery` builds both.
"""

from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from fmnist_core import data
from fmnist_core.cards import MODELS, Card, write_arrays
from fmnist_core.classifier import Classifier, ModelError

PER_CLASS = 300


@dataclass(frozen=True)
class Gallery:
    """Training pictures as a network sees them; all arrays read-only.

    Attributes:
        images: (n, 28, 28) uint8.
        labels: (n,) uint8.
        numbers: (n,) positions in the training split.
        features: (n, k) float32.
        sha256: of the file that holds the pictures.
    """

    images: np.ndarray
    labels: np.ndarray
    numbers: np.ndarray
    features: np.ndarray
    sha256: str


@dataclass(frozen=True)
class Neighbours:
    """Gallery pictures, nearest first.

    Attributes:
        places: (k,) positions in the gallery.
        distances: (k,) Euclidean distances in feature space.
    """

    places: np.ndarray
    distances: np.ndarray


def features_of(classifier: Classifier, images: np.ndarray) -> np.ndarray:
    """Return the (n, k) float32 features of pictures: what the network's last layer sees.

    Feature maps are averaged over their places; a network without hidden layer sees the pixels (0..1).

    Args:
        classifier: the network.
        images: (n, 28, 28) pixels 0..255; n may be 0.
    """
    if not classifier.stage_names:
        return _pixels(images)
    last = classifier.stage_names[-1]
    parts = [part.reshape(len(part), -1, part.shape[-1]).mean(axis=1) for part in classifier.iter_outputs(images, last)]
    return np.concatenate(parts) if parts else np.zeros((0, 0), np.float32)


def _pixels(images: np.ndarray) -> np.ndarray:
    return (images.reshape(len(images), -1) / 255).astype(np.float32)


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


def load_gallery(card: Card) -> Gallery:
    """Return the gallery with a network's features.

    Raises:
        ModelError: a file is missing or damaged, or belongs to another network or another gallery.
    """
    if card.problem:
        raise ModelError(card.problem)
    pictures_file, features_file = card.folder / "gallery.npz", card.folder / f"{card.name}.gallery.npz"
    try:
        with np.load(pictures_file, allow_pickle=False) as stored:
            images, labels, numbers = (stored[key] for key in ("images", "labels", "numbers"))
        with np.load(features_file, allow_pickle=False) as stored:
            owner, shelf = str(stored["network_sha256"]), str(stored["gallery_sha256"])
            # Of a network without hidden layer the features are the pixels, and not stored twice.
            features = stored["features"].astype(np.float32) if "features" in stored else _pixels(images)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as cause:
        raise ModelError(f"{features_file.name} cannot be used ({cause}): there are no look-alikes.") from cause
    if owner != card.facts["files"][card.tflite.name] or shelf != data.file_hash(pictures_file):
        raise ModelError(f"{features_file.name} belongs to another network or gallery: it is not used.")
    arrays = (images, labels, numbers, features)
    for array in arrays:
        array.setflags(write=False)
    return Gallery(*arrays, sha256=shelf)


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


def write_features(card: Card, classifier: Classifier) -> None:
    """Write a network's features of the gallery's pictures, float16, with the hashes of both."""
    pictures_file = card.folder / "gallery.npz"
    arrays = {}
    if classifier.stage_names:
        with np.load(pictures_file, allow_pickle=False) as stored:
            arrays["features"] = features_of(classifier, stored["images"]).astype(np.float16)
    write_arrays(
        card.folder / f"{card.name}.gallery.npz",
        **arrays,
        network_sha256=data.file_hash(card.tflite),
        gallery_sha256=data.file_hash(pictures_file),
    )
