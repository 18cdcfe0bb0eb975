"""What a card says of photos: how many are right, and which are unlike what was learned from (loads TensorFlow).

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
from fmnist_core.data import CLASS_NAMES
from fmnist_core.networks.classifier import Classifier
from fmnist_core.photos import unlikeness
from fmnist_core.photos.collection import FOLDS, LabelledPhoto, collection_folder, load_collection, split
from fmnist_core.photos.decoding import PhotoError, decode
from fmnist_core.photos.looks import looks, mean_logits
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
    train, things, heldout = data.load_train(), other_things(), data.load_heldout()
    pictures = data.Split(train.images[:PICTURES_LEARNED], train.labels[:PICTURES_LEARNED])
    folds, scores, fitting = [], [], []
    for number in range(FOLDS):
        model = loop.finished(replace(recipe, left_out=number), report)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "fold.tflite"
            path.write_bytes(to_litert(model))
            network = Classifier(path, threads=2)
            left_out, others = learned.of(learned.folds == number), developed.without(number)
            inside, outside = (left_out.pictures(fits) for fits in (True, False))
            folds.append(unlikeness.fold(network, _examples(others, pictures, things), inside.images, outside.images))
            scores.append(_scores(network, inside.images, temperature))
            fitting.append(inside.fitting)
    unlike, facts = unlikeness.fit(classifier, _examples(developed, pictures, things), heldout.images, folds)
    inside, outside = (tuning.pictures(fits) for fits in (True, False))
    return {
        "unlikeness": facts | unlikeness.check(unlike, classifier, inside.images, outside.images),
        "cross_fitting": {
            "folds": right(np.concatenate(scores), np.concatenate(fitting)),
            "tuning": right(_scores(classifier, inside.images, temperature), inside.fitting),
        },
    }


def right(scores: np.ndarray, fitting: np.ndarray) -> dict[str, float]:
    """Return the share of photos whose most likely class fits: of all, the mean over kinds, the worst kind.

    Args:
        scores: (n, 10), the largest counts.
        fitting: (n, 10) booleans: which classes fit each photo. Photos that the same classes fit are of one kind.
    """
    fits = fitting[np.arange(len(fitting)), scores.argmax(axis=1)]
    _, kind_of = np.unique(fitting, axis=0, return_inverse=True)
    kind_of = kind_of.reshape(-1)  # NumPy 2.0 gives it the shape of what was asked for
    kinds = [float(fits[kind_of == kind].mean()) for kind in range(kind_of.max() + 1)]
    shares = {"right": float(fits.mean()), "mean_of_kinds": float(np.mean(kinds)), "worst_kind": min(kinds)}
    return {"n": len(fits)} | shares


def _scores(network: Classifier, images: np.ndarray, temperature: float) -> np.ndarray:
    """Return the (n, 10) logits of the mean probabilities over the views of (n, 28, 28) developed photos."""
    views = network.bulk_logits(np.concatenate([looks(image) for image in images]))
    return np.stack([mean_logits(logits, temperature) for logits in np.split(views, len(images))])


def _as_visitors(photos: list[LabelledPhoto]) -> Developed:
    """Return photos in the one view that a visitor's photo gets; black where nothing was found."""
    # One after the other: a process that is forked beside TensorFlow's threads may wait for ever.
    return labelled(np.stack([_image(photo) for photo in photos])[:, None], photos)


def _image(photo: LabelledPhoto) -> np.ndarray:
    try:
        return develop(decode(photo.path.read_bytes())).image
    except PhotoError:  # nothing was found
        return np.zeros((data.SIDE, data.SIDE), np.uint8)


def _examples(developed: Developed, pictures: data.Split, things: np.ndarray) -> unlikeness.Examples:
    """Return what the probe learns from: developed photos, pictures of the data set, (t, 28, 28) drawn things.

    Each class of the data set is a kind, as is each folder of the photos: nobody photographed bags.
    """
    garments, others = (developed.pictures(fits, VIEWS_LEARNED) for fits in (True, False))
    named = [garments.kinds, np.array(CLASS_NAMES)[pictures.labels], others.kinds, np.full(len(things), "drawn")]
    images = np.concatenate([garments.images, pictures.images, others.images, things])
    is_thing = np.arange(len(images)) >= len(garments.images) + len(pictures)
    return unlikeness.Examples(images, np.concatenate(named), is_thing)
