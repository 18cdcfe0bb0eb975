"""gallery: choose the reference pictures, store every network's features of them, and measure "none of these"."""

import argparse
from dataclasses import asdict
from pathlib import Path

import numpy as np

from fmnist_core import data
from fmnist_core.commands.arguments import UsageError, add_networks, need_scikit_learn
from fmnist_core.evaluation.metrics import log_softmax
from fmnist_core.explanation import neighbours
from fmnist_core.files import write_json
from fmnist_core.networks import manifest
from fmnist_core.networks.artifacts import load_gallery, write_gallery_features
from fmnist_core.networks.cards import default_network, load_card, network_names
from fmnist_core.networks.classifier import Classifier
from fmnist_core.photos import logit_adjustment, out_of_distribution, unlikeness
from fmnist_core.photos.collection import collection_folder, load_collection, split
from fmnist_core.photos.decoding import PhotoError, decode
from fmnist_core.photos.ood_pictures import ood_pictures, other_things
from fmnist_core.photos.pipeline import develop
from fmnist_core.training.recipes import RECIPES

VIEWS_LEARNED, PICTURES_LEARNED = 4, 3_000  # of each photo, and of the data set, that the probe learns from


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser("gallery", help="build the look-alikes' reference gallery (needs scikit-learn)")
    add_networks(parser)
    parser.add_argument("--keep", action="store_true", help="keep the pictures, renew the networks' features alone")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    if args.names and not args.keep:
        raise UsageError("new pictures need new features of every network: name networks together with --keep only")
    if not args.keep:
        need_scikit_learn()
        train = data.load_train()
        classifier = Classifier(load_card(default_network()).tflite, threads=4)
        print(f"features of {len(train):,} training pictures…")
        features = classifier.features(train.images)
        logits = classifier.bulk_logits(train.images)
        numbers = neighbours.choose(features, train.labels, logits.argmax(axis=1) == train.labels)
        neighbours.write_pictures(np.sort(numbers))
        print(f"{len(numbers):,} pictures chosen")
    for name in args.names or network_names():
        renew(name)
    return 0


def renew(name: str, folder: Path | None = None) -> None:
    """Write a network's features of the gallery, and on its card how well it tells other things from garments.

    Args:
        name: of the network.
        folder: where its files and the gallery's pictures are; where networks ship by default.

    Raises:
        DataError: a network that learned from photos needs them here too.
    """
    card = load_card(name, folder)
    classifier = Classifier(card.tflite, threads=4)
    write_gallery_features(card, classifier)
    pictures = load_gallery(card)
    report = out_of_distribution.measure(
        classifier,
        pictures,
        data.load_heldout().images,
        data.load_test().images,
        ood_pictures("figure"),
    )
    facts = card.facts | {"novelty": asdict(report)}
    if name in RECIPES and RECIPES[name].photos:
        facts |= _about_photos(classifier, card.temperature)
    write_json(card.folder / f"{name}.json", facts)
    manifest.record(card.folder, f"{name}.json")
    print(f"{name}: features written; other things are told from garments with AUROC {report.auroc:.3f}", flush=True)


def _about_photos(classifier: Classifier, temperature: float) -> dict:
    """Return what the card says of photos: which are unlike, and a constant for each class.

    Both are learned from what the network learned from, then tuned.

    Raises:
        DataError: there are no photos.
    """
    from fmnist_core.training.photos import load_developed  # loads TensorFlow

    developed = load_developed()
    views = developed.images[:, :VIEWS_LEARNED].reshape(-1, data.SIDE, data.SIDE)
    fits = np.repeat(developed.fitting.any(axis=1), VIEWS_LEARNED)
    seen = views.max(axis=(1, 2)) > 0  # in some nothing was found
    images: dict[bool, list[np.ndarray]] = {True: [], False: []}
    fitting = []
    for photo in split(load_collection(collection_folder())).tuning:
        try:
            images[bool(photo.fitting)].append(develop(decode(photo.path.read_bytes())).image)
        except PhotoError:  # nothing was found: there is no picture to score
            continue
        if photo.fitting:
            fitting.append(np.isin(np.arange(10), photo.fitting))
    inside, heldout = np.stack(images[True]), data.load_heldout()
    _, unlike = unlikeness.fit(
        classifier,
        np.concatenate([views[seen & fits], data.load_train().images[:PICTURES_LEARNED]]),
        np.concatenate([views[seen & ~fits], other_things()]),
        heldout.images,
        inside,
        np.stack(images[False]),
    )
    first = developed.images[:, 0]
    learned = developed.fitting.any(axis=1) & (first.max(axis=(1, 2)) > 0)

    def log_probs(pictures: np.ndarray) -> np.ndarray:
        return logit_adjustment.photo_log_probs(classifier, pictures, temperature)

    constants = logit_adjustment.fit(
        log_probs(first[learned]),
        developed.fitting[learned] > 0,
        log_softmax(classifier.bulk_logits(heldout.images), temperature),
        heldout.labels,
    )
    tuning, tuning_fitting = log_probs(inside), np.array(fitting)
    adjustment = {
        "constants": [round(float(constant), 4) for constant in constants],
        "penalty": logit_adjustment.PENALTY,
        "photos": int(learned.sum()),
        "tuning_photos": len(tuning),
        "tuning_mean_of_kinds_before": logit_adjustment.mean_of_kinds(tuning, tuning_fitting),
        "tuning_mean_of_kinds_after": logit_adjustment.mean_of_kinds(tuning + constants, tuning_fitting),
    }
    return {"unlikeness": unlike, "logit_adjustment": adjustment}
