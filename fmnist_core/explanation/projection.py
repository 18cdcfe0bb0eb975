"""A map of the test pictures: each network's features laid out in two dimensions, alike pictures close together.

The map is computed ahead by `python -m fmnist_core map` and ships beside the network. Distances on it are a
neighbourhood sketch: who lies next to whom means something, how far apart two clusters lie does not.
"""

import numpy as np

from fmnist_core import data
from fmnist_core.networks.classifier import Classifier

CLASSES = len(data.CLASS_NAMES)
MAX_CORNERS = 64


def encode(places: np.ndarray) -> np.ndarray:
    """Return (n, 2) places as uint16 that fill the square 0..65535, centred, without changing the shape of the cloud.

    Raises:
        ValueError: another shape, or places that are not finite.
    """
    if places.ndim != 2 or places.shape[1] != 2 or not len(places) or not np.isfinite(places).all():
        raise ValueError(f"expected finite places (n, 2) with n > 0, received {places.shape}")
    low, high = places.min(axis=0), places.max(axis=0)
    side = max(float((high - low).max()), 1e-12)
    unit = (places - (low + high) / 2) / side + 0.5
    return np.rint(np.clip(unit, 0, 1) * 65_535).astype(np.uint16)


def project(classifier: Classifier, images: np.ndarray, seed: int = 0) -> np.ndarray:
    """Return the (n, 2) map of pictures: t-SNE of the network's features, begun from their principal components.

    Args:
        classifier: the network.
        images: (n, 28, 28) pixels 0..255, n > 90.
        seed: of the layout.

    Source: van der Maaten and Hinton (2008), Visualizing data using t-SNE; Kobak and Berens (2019) for the start.
    """
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    features = classifier.features(images)
    most = min(50, features.shape[1])
    reduced = PCA(most, random_state=seed).fit_transform(features)
    return TSNE(init="pca", perplexity=30, learning_rate="auto", random_state=seed, n_jobs=2).fit_transform(reduced)


def densest(places: np.ndarray, labels: np.ndarray, cells: int = 20) -> np.ndarray:
    """Return the place of each class's name, (10, 2): the middle of its pictures where they lie thickest.

    A class may lie in two clusters; its mean would then name the empty ground between them.

    Args:
        places: (n, 2), 0..1.
        labels: (n,) integers 0..9, each class at least once.
        cells: the map is searched in cells x cells squares.
    """
    found = np.empty((CLASSES, 2))
    square = np.minimum((places * cells).astype(int), cells - 1)
    for k in range(CLASSES):
        own = labels == k
        counts = np.bincount(square[own] @ (cells, 1), minlength=cells * cells).reshape(cells, cells)
        padded = np.pad(counts, 1)
        around = np.sum([padded[i : i + cells, j : j + cells] for i in range(3) for j in range(3)], axis=0)
        best = np.unravel_index(np.argmax(around), around.shape)
        near = own & (np.abs(square - best) <= 1).all(axis=1)
        found[k] = places[near].mean(axis=0)
    return found


def parse_region(text: str) -> np.ndarray:
    """Return the corners of a region of the map, (k, 2) in 0..1.

    Args:
        text: x and y of each corner in turn, with commas between: two corners are a box, three to 64 a polygon.

    Raises:
        ValueError: anything else; the message says what was expected and what came.
    """
    words = text.split(",") if len(text) <= 20 * MAX_CORNERS else []
    plain = all(word and len(word) <= 8 and set(word) <= set("0123456789.") for word in words)
    try:
        numbers = np.array([float(word) for word in words]) if plain else np.zeros(0)
    except ValueError:  # two points in one number
        numbers = np.zeros(0)
    if len(numbers) % 2 or not 4 <= len(numbers) <= 2 * MAX_CORNERS or (numbers > 1).any():
        shown = text if len(text) <= 30 else f"{text[:30]}… ({len(text)} characters)"
        raise ValueError(
            f"region must be 2 to {MAX_CORNERS} corners x,y between 0 and 1 with commas between, received {shown!r}"
        )
    return numbers.reshape(-1, 2)


def within(places: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Return which places lie in a region, (n,) booleans: a box for two corners, else a polygon (even-odd rule).

    Args:
        places: (n, 2).
        corners: (k, 2), k >= 2.

    Source: Shimrat (1962), algorithm 112: position of point relative to polygon.
    """
    if len(corners) == 2:
        low, high = corners.min(axis=0), corners.max(axis=0)
        return ((places >= low) & (places <= high)).all(axis=1)
    x, y = places.T
    inside = np.zeros(len(places), bool)
    for (ax, ay), (bx, by) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if ay != by:
            inside ^= ((ay > y) != (by > y)) & (x < (bx - ax) * (y - ay) / (by - ay) + ax)
    return inside
