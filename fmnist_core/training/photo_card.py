"""What a card says of photos: which are unlike what was learned from, and a constant for each class (loads TensorFlow).

A network is surer of photos that it learned from than of a visitor's. So the photos are divided into folds, for each
fold the network is trained once more without it, and what it then says of that fold counts (cross-fitting). The tuning
photos, which nothing here is fitted to, check the result.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from fmnist_core import data
from fmnist_core.evaluation.metrics import log_softmax
from fmnist_core.networks.classifier import Classifier
from fmnist_core.photos import logit_adjustment, unlikeness
from fmnist_core.photos.collection import FOLDS, LabelledPhoto, collection_folder, load_collection, split
from fmnist_core.photos.decoding import PhotoError, decode
from fmnist_core.photos.ood_pictures import other_things
from fmnist_core.photos.pipeline import develop
from fmnist_core.training import loop
from fmnist_core.training.export import to_litert
from fmnist_core.training.photos import Developed, develop_all
from fmnist_core.training.recipes import Recipe

VIEWS_LEARNED, PICTURES_LEARNED = 4, 3_000  # of each photo, and of the data set, that the probe learns from


@dataclass(frozen=True)
class Seen:
    """Photos as a visitor's are developed.

    Attributes:
        images: (n, 28, 28) uint8; black where nothing was found.
        fitting: (n, 10) booleans: which classes fit; none for what is none of the ten.
    """

    images: np.ndarray
    fitting: np.ndarray

    def chosen(self, which: np.ndarray, fits: bool) -> "Seen":
        """Return those of `which` in which something was found and that fit a class, or that fit none."""
        which = which & (self.images.max(axis=(1, 2)) > 0) & (self.fitting.any(axis=1) == fits)
        return Seen(self.images[which], self.fitting[which])


def about_photos(
    recipe: Recipe, classifier: Classifier, temperature: float, report: Callable[[str], None] = print
) -> dict:
    """Return what the card says of photos.

    Args:
        recipe: of the network; it is trained once more for each fold, unless that was done before.
        classifier: the network.
        temperature: that divides its logits.
        report: receives a line of text now and then.

    Raises:
        DataError: there are no photos.
    """
    sides = split(load_collection(collection_folder()))
    developed = develop_all(sides.train, report)
    learned, tuning = (_seen(photos) for photos in (sides.train, sides.tuning))
    pictures, heldout = data.load_train().images[:PICTURES_LEARNED], data.load_heldout()
    folds, before, after, fitting = [], [], [], []

    def constants_of(network: Classifier, photos: Developed) -> np.ndarray:
        """Return the constants that are fitted to the photos that a network learned from."""
        chosen = photos.fitting.any(axis=1) & (photos.images[:, 0].max(axis=(1, 2)) > 0)
        return logit_adjustment.fit(
            logit_adjustment.photo_log_probs(network, photos.images[chosen, 0], temperature),
            photos.fitting[chosen] > 0,
            log_softmax(network.bulk_logits(heldout.images), temperature),
            heldout.labels,
        )

    for number in range(FOLDS):
        model = loop.finished(replace(recipe, left_out=number), report)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "fold.tflite"
            path.write_bytes(to_litert(model))
            network = Classifier(path, threads=2)
            inside, outside = (learned.chosen(developed.folds == number, fits) for fits in (True, False))
            others = developed.without(number)
            garments, things = _to_learn(others, pictures)
            folds.append(unlikeness.fold(network, garments, things, inside.images, outside.images))
            before.append(logit_adjustment.photo_log_probs(network, inside.images, temperature))
            after.append(before[-1] + constants_of(network, others))
            fitting.append(inside.fitting)
    unlike, facts = unlikeness.fit(classifier, *_to_learn(developed, pictures), heldout.images, folds)
    every = np.ones(len(tuning.images), bool)
    inside, outside = (tuning.chosen(every, fits) for fits in (True, False))
    constants = constants_of(classifier, developed)
    log_probs = logit_adjustment.photo_log_probs(classifier, inside.images, temperature)
    ways = {
        "folds_before": (np.concatenate(before), np.concatenate(fitting)),
        "folds_after": (np.concatenate(after), np.concatenate(fitting)),
        "tuning_before": (log_probs, inside.fitting),
        "tuning_after": (log_probs + constants, inside.fitting),
    }
    return {
        "unlikeness": facts | unlikeness.check(unlike, classifier, inside.images, outside.images),
        "logit_adjustment": {
            "constants": [round(float(constant), 4) for constant in constants],
            "penalty": logit_adjustment.PENALTY,
            "folds_photos": sum(map(len, fitting)),
            "tuning_photos": len(log_probs),
        }
        | {way: logit_adjustment.right(*found) for way, found in ways.items()},
    }


def _seen(photos: list[LabelledPhoto]) -> Seen:
    # One after the other: a process that is forked beside TensorFlow's threads may wait for ever.
    images = np.stack([_image(photo) for photo in photos])
    return Seen(images, np.array([np.isin(np.arange(10), photo.fitting) for photo in photos]))


def _image(photo: LabelledPhoto) -> np.ndarray:
    try:
        return develop(decode(photo.path.read_bytes())).image
    except PhotoError:  # nothing was found
        return np.zeros((data.SIDE, data.SIDE), np.uint8)


def _to_learn(developed: Developed, pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (n, 28, 28) garments and (m, 28, 28) other things for the probe to learn from."""
    views = developed.images[:, :VIEWS_LEARNED].reshape(-1, data.SIDE, data.SIDE)
    fits = np.repeat(developed.fitting.any(axis=1), VIEWS_LEARNED)
    seen = views.max(axis=(1, 2)) > 0  # in some nothing was found
    return np.concatenate([views[seen & fits], pictures]), np.concatenate([views[seen & ~fits], other_things()])
