"""gallery: choose the reference pictures, store every network's features of them, and measure "none of these"."""

import argparse
from dataclasses import asdict

import numpy as np

from fmnist_core import data, gallery, novelty
from fmnist_core.cards import default_network, load_card, network_names, write_card
from fmnist_core.classifier import Classifier
from fmnist_core.commands.arguments import UsageError, add_networks, need_scikit_learn
from fmnist_core.darkroom import develop
from fmnist_core.photo import PhotoError, decode
from fmnist_core.photos import unlikeness
from fmnist_core.photos.collection import collection_folder, load_collection, split
from fmnist_core.recipes import RECIPES
from fmnist_core.strangers import strangers


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
        features = gallery.features_of(classifier, train.images)
        logits = classifier.bulk_logits(train.images)
        numbers = gallery.choose(features, train.labels, logits.argmax(axis=1) == train.labels)
        gallery.write_pictures(np.sort(numbers))
        print(f"{len(numbers):,} pictures chosen")
    others = strangers("figure")
    for name in args.names or network_names():
        card = load_card(name)
        classifier = Classifier(card.tflite, threads=4)
        gallery.write_features(card, classifier)
        report = novelty.measure(
            classifier,
            gallery.load_gallery(card),
            data.load_heldout().images,
            data.load_test().images,
            others,
        )
        facts = card.facts | {"novelty": asdict(report)}
        if RECIPES[name].photos:
            facts |= {"unlikeness": _unlikeness(classifier, gallery.load_gallery(card))}
        write_card(card.folder / f"{name}.json", facts)
        print(f"{name}: features written; other things are told from garments with AUROC {report.auroc:.3f}")
    return 0


def _unlikeness(classifier: Classifier, shelf: gallery.Gallery) -> dict:
    """Return what the card says of photos that are unlike, from the photos that tune.

    Raises:
        DataError: there are none.
    """
    images: dict[bool, list[np.ndarray]] = {True: [], False: []}
    for photo in split(load_collection(collection_folder())).tuning:
        try:
            images[bool(photo.fitting)].append(develop(decode(photo.path.read_bytes())).image)
        except PhotoError:  # nothing was found: there is no picture to score
            continue
    heldout = data.load_heldout().images
    _, facts = unlikeness.fit(classifier, shelf, heldout, np.stack(images[True]), np.stack(images[False]))
    return facts
