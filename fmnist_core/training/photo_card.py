"""What a card says of photos: which are unlike what was learned from, and a constant for each class (loads TensorFlow).

A network is surer of photos that it learned from than of a visitor's. So the photos are divided into folds, for each
fold the network is trained once more without it, and what it then says of that fold counts (cross-fitting). The tuning
photos, which nothing here is fitted to, check the result.
"""

import tempfile
from collections.abc import Callable
from dataclasses import replace
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
from fmnist_core.training.photos import Developed, develop_all, labelled
from fmnist_core.training.recipes import Recipe

VIEWS_LEARNED, PICTURES_LEARNED = 4, 3_000  # of each photo, and of the data set, that the probe learns from


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
    learned, tuning = (_as_visitors(photos) for photos in (sides.train, sides.tuning))
    pictures, things, heldout = data.load_train().images[:PICTURES_LEARNED], other_things(), data.load_heldout()
    folds, before, after, fitting = [], [], [], []

    def constants_of(network: Classifier, photos: Developed) -> np.ndarray:
        """Return the constants that are fitted to the photos that a network learned from."""
        found = photos.pictures(True)
        return logit_adjustment.fit(
            logit_adjustment.photo_log_probs(network, found.images, temperature),
            found.fitting,
            log_softmax(network.bulk_logits(heldout.images), temperature),
            heldout.labels,
        )

    for number in range(FOLDS):
        model = loop.finished(replace(recipe, left_out=number), report)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "fold.tflite"
            path.write_bytes(to_litert(model))
            network = Classifier(path, threads=2)
            left_out, others = learned.of(learned.folds == number), developed.without(number)
            inside, outside = (left_out.pictures(fits) for fits in (True, False))
            examples = _examples(others, pictures, things)
            folds.append(unlikeness.fold(network, examples, inside.images, outside.images))
            before.append(logit_adjustment.photo_log_probs(network, inside.images, temperature))
            after.append(before[-1] + constants_of(network, others))
            fitting.append(inside.fitting)
    examples = _examples(developed, pictures, things)
    unlike, facts = unlikeness.fit(classifier, examples, heldout.images, folds)
    inside, outside = (tuning.pictures(fits) for fits in (True, False))
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


def _as_visitors(photos: list[LabelledPhoto]) -> Developed:
    """Return photos in the one view that a visitor's photo gets; black where nothing was found."""
    # One after the other: a process that is forked beside TensorFlow's threads may wait for ever.
    return labelled(np.stack([_image(photo) for photo in photos])[:, None], photos)


def _image(photo: LabelledPhoto) -> np.ndarray:
    try:
        return develop(decode(photo.path.read_bytes())).image
    except PhotoError:  # nothing was found
        return np.zeros((data.SIDE, data.SIDE), np.uint8)


def _examples(developed: Developed, pictures: np.ndarray, things: np.ndarray) -> unlikeness.Examples:
    """Return what the probe learns from: developed photos, (p, 28, 28) of the data set, (t, 28, 28) drawn things."""
    garments, others = (developed.pictures(fits, VIEWS_LEARNED) for fits in (True, False))
    named = [garments.kinds, np.full(len(pictures), "data set"), others.kinds, np.full(len(things), "drawn")]
    images = np.concatenate([garments.images, pictures, others.images, things])
    is_thing = np.arange(len(images)) >= len(garments.images) + len(pictures)
    return unlikeness.Examples(images, np.concatenate(named), is_thing)
