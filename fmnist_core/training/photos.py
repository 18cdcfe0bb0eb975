"""Photos that people took, as pictures to learn from, and a loss for what fits (loads TensorFlow)."""

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
import tensorflow as tf

from fmnist_core.data import SIDE
from fmnist_core.files import write_arrays
from fmnist_core.photos.collection import LabelledPhoto, collection_folder, content_hash, folds, load_collection, split
from fmnist_core.photos.ood_pictures import other_things
from fmnist_core.photos.segmentation import SEGMENTER
from fmnist_core.photos.views import VERSION, views
from fmnist_core.training.recipes import Recipe
from fmnist_core.training.stored import runs_folder

NO_PHOTOS = np.zeros((0, SIDE, SIDE, 1), np.uint8), np.zeros((0, 10), np.float32)
VIEWS = 16  # of each photo


class Pictures(NamedTuple):
    """Pictures of photos: (m, 28, 28) uint8, (m, 10) booleans for the classes that fit, (m,) kinds."""

    images: np.ndarray
    fitting: np.ndarray
    kinds: np.ndarray


@dataclass(frozen=True)
class Developed:
    """Photos as pictures of the data set's kind.

    Attributes:
        images: (n, views, 28, 28) uint8.
        fitting: (n, 10) float32, 1 where a class fits; a row of zeros is none of the ten.
        kinds: (n,) names of the folders.
        folds: (n,) of the collection, `photos.collection.folds`.
    """

    images: np.ndarray
    fitting: np.ndarray
    kinds: np.ndarray
    folds: np.ndarray

    @property
    def hash(self) -> str:
        """SHA-256 (hex) of all of it: which photos were learned from, and how they were developed."""
        parts = (self.images, self.fitting, np.char.encode(self.kinds.astype(str)), self.folds.astype(np.int64))
        return hashlib.sha256(b"".join(np.ascontiguousarray(part).tobytes() for part in parts)).hexdigest()

    def of(self, which: np.ndarray) -> "Developed":
        """Return those that (n,) booleans choose."""
        return Developed(self.images[which], self.fitting[which], self.kinds[which], self.folds[which])

    def without(self, fold: int) -> "Developed":
        """Return them but for those of a fold; all, where there is no such fold."""
        return self.of(self.folds != fold)

    def pictures(self, fits: bool, views: int = 1) -> Pictures:
        """Return the first views in which something was found, of photos that fit a class or of those that fit none."""
        images = self.images[:, :views].reshape(-1, SIDE, SIDE)
        fitting = np.repeat(self.fitting > 0, views, axis=0)
        chosen = (images.max(axis=(1, 2)) > 0) & (fitting.any(axis=1) == fits)
        return Pictures(images[chosen], fitting[chosen], np.repeat(self.kinds, views)[chosen])


def load_developed(report: Callable[[str], None] = print) -> Developed:
    """Return the part of the collection to learn from, developed once and then kept in the user's cache.

    Raises:
        DataError: there is no collection, or a photo in it cannot be read.
    """
    return develop_all(split(load_collection(collection_folder())).train, report)


def develop_all(photos: list[LabelledPhoto], report: Callable[[str], None] = print) -> Developed:
    """Return photos developed in `VIEWS` ways each, from the cache where it holds these very photos."""
    cache = runs_folder() / "photos"
    path = cache / f"developed-{VERSION}-{content_hash(photos, *([SEGMENTER] if SEGMENTER.is_file() else []))[:12]}.npz"
    if path.is_file():
        with np.load(path) as stored:
            images = stored["images"]
    else:
        report(f"{len(photos):,} photos are developed in {VIEWS} ways each: once, in some minutes")
        cache.mkdir(parents=True, exist_ok=True)
        with ProcessPoolExecutor(os.cpu_count(), initializer=_alone) as pool:
            images = np.stack(list(pool.map(_views, photos, chunksize=16)))
        write_arrays(path, images=images)
    return labelled(images, photos)


def labelled(images: np.ndarray, photos: list[LabelledPhoto]) -> Developed:
    """Return (n, views, 28, 28) pictures of n photos with what is known of these."""
    fitting = np.zeros((len(photos), 10), np.float32)
    for row, photo in zip(fitting, photos, strict=True):
        row[list(photo.fitting)] = 1
    return Developed(images, fitting, np.array([photo.kind for photo in photos]), np.array(folds(photos)))


def _alone() -> None:
    cv2.setNumThreads(1)  # the processes are parallel already


def _views(photo: LabelledPhoto) -> np.ndarray:
    return views(photo, VIEWS)


class PhotoViews:
    """Draws photos a step: rare kinds nearly as often as common ones, each photo in one of its views.

    The first `recipe.outliers` of a step are other things instead (`other_things`).
    """

    def __init__(self, developed: Developed):
        self.developed = developed
        self.outliers = other_things()
        counts = {kind: int((developed.kinds == kind).sum()) for kind in set(developed.kinds.tolist())}
        weights = np.array([counts[kind] ** -0.75 for kind in developed.kinds.tolist()])
        weights = weights * (developed.images[:, 0].max(axis=(1, 2)) > 0)  # in some nothing was found
        self.chances = weights / weights.sum()

    def batch(self, recipe: Recipe, moment: int) -> tuple[np.ndarray, np.ndarray]:
        """Return (n, 28, 28, 1) uint8 pictures and (n, 10) float32 of what fits, the same for the same step."""
        rng = np.random.default_rng([recipe.seed, moment, 1])
        chosen = rng.choice(len(self.chances), recipe.photos, p=self.chances)
        view = rng.integers(self.developed.images.shape[1], size=recipe.photos)
        images, fitting = self.developed.images[chosen, view], self.developed.fitting[chosen]
        if recipe.outliers:
            others = rng.choice(len(self.outliers), recipe.outliers)
            images[: recipe.outliers], fitting[: recipe.outliers] = self.outliers[others], 0
        return images[..., None], fitting


def set_loss(fitting: tf.Tensor, logits: tf.Tensor, outlier_weight: float) -> tf.Tensor:
    """Return the mean loss over pictures of which several classes may be right, or none.

    What fits: the negative logarithm of the fitting classes' summed probability. What fits nothing: the cross-entropy
    with equal probabilities, times `outlier_weight`.

    Args:
        fitting: (n, 10) float32 of 0 and 1.
        logits: (n, 10) float32.
        outlier_weight: see above.
    """
    inside = tf.reduce_max(fitting, axis=1)
    everything = tf.reduce_logsumexp(logits, axis=1)
    right = tf.reduce_logsumexp(tf.where(fitting > 0, logits, -1e9), axis=1)
    undecided = everything - tf.reduce_mean(logits, axis=1)
    return tf.reduce_mean(tf.where(inside > 0, everything - right, outlier_weight * undecided))
