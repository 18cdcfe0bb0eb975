"""gallery: choose the reference pictures of the look-alikes, and store every network's features of them."""

import argparse

import numpy as np

from fmnist_core import data, gallery
from fmnist_core.cards import default_network, load_card, network_names
from fmnist_core.classifier import Classifier


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser("gallery", help="build the look-alikes' reference gallery (needs scikit-learn)")
    parser.add_argument("--keep", action="store_true", help="keep the pictures, renew the networks' features alone")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    if not args.keep:
        train = data.load_train()
        classifier = Classifier(load_card(default_network()).tflite, threads=4)
        print(f"features of {len(train):,} training pictures…")
        features = gallery.features_of(classifier, train.images)
        logits = classifier.bulk_logits(train.images)
        numbers = gallery.choose(features, train.labels, logits.argmax(axis=1) == train.labels)
        gallery.write_pictures(np.sort(numbers))
        print(f"{len(numbers):,} pictures chosen")
    for name in network_names():
        card = load_card(name)
        gallery.write_features(card, Classifier(card.tflite, threads=4))
        print(f"{name}: features written")
    return 0
