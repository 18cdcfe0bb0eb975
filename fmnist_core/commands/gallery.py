"""gallery: choose the reference pictures, store every network's features of them, and measure "none of these"."""

import argparse
from dataclasses import asdict
from pathlib import Path

import numpy as np

from fmnist_core import data
from fmnist_core.commands.arguments import UsageError, add_networks, check_recipe, need_scikit_learn, tensorflow_is_here
from fmnist_core.explanation import neighbours
from fmnist_core.files import write_json
from fmnist_core.networks import manifest
from fmnist_core.networks.artifacts import load_gallery, write_gallery_features
from fmnist_core.networks.cards import default_network, load_card, network_names
from fmnist_core.networks.classifier import Classifier
from fmnist_core.photos import out_of_distribution
from fmnist_core.photos.collection import collection_folder
from fmnist_core.photos.ood_pictures import ood_pictures
from fmnist_core.training.recipes import RECIPES


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser("gallery", help="build the look-alikes' reference gallery (needs scikit-learn)")
    add_networks(parser)
    parser.add_argument("--keep", action="store_true", help="keep the pictures, renew the networks' features alone")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    if args.names and not args.keep:
        raise UsageError("new pictures need new features of every network: name networks together with --keep only")
    names = args.names or network_names()
    for name in names:
        check(name)
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
    for name in names:
        renew(name)
    return 0


def _learned_from_photos(name: str) -> bool:
    return name in RECIPES and RECIPES[name].photos > 0


def check(name: str, folder: Path | None = None) -> None:
    """Make sure that a network's gallery can be renewed, before anything is replaced.

    Args:
        name, folder: as `renew`.

    Raises:
        DataError, UsageError: as `renew`.
    """
    if not _learned_from_photos(name):
        return
    if not tensorflow_is_here(f"gallery {name}"):
        raise UsageError(f"{name} was left as it is.")
    check_recipe(load_card(name, folder), RECIPES[name])  # else the folds would be those of another network
    collection_folder()


def renew(name: str, folder: Path | None = None) -> None:
    """Write a network's features of the gallery, and on its card how well it tells other things from garments.

    Args:
        name: of the network.
        folder: where its files and the gallery's pictures are; where networks ship by default.

    Raises:
        DataError: a network that learned from photos needs them here too.
        UsageError: it needs TensorFlow, which is not there, or was trained by another recipe.
    """
    card = load_card(name, folder)
    check(name, folder)
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
    if _learned_from_photos(name):
        from fmnist_core.training.photo_card import about_photos  # loads TensorFlow

        facts |= about_photos(RECIPES[name], classifier, card.temperature)
    write_json(card.folder / f"{name}.json", facts)
    manifest.record(card.folder, f"{name}.json")
    print(
        f"{name}: features written; other things are told from garments with AUROC {report.auroc:.3f} by distance",
        flush=True,
    )
