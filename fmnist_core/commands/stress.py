"""stress: measure each network on changed test pictures, for the average beside a breaking-point curve."""

import argparse
import sys
import time
from pathlib import Path

from fmnist_core import data
from fmnist_core.commands.arguments import add_networks
from fmnist_core.evaluation import robustness
from fmnist_core.evaluation.corruptions import KINDS
from fmnist_core.networks.artifacts import CorruptionAccuracies, write_corruption_accuracies
from fmnist_core.networks.cards import load_card, network_names
from fmnist_core.networks.classifier import Classifier


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser("stress", help="measure accuracy over each kind of change, on 2,000 test pictures")
    add_networks(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    for name in args.names or network_names():
        renew(name)
    return 0


def renew(name: str, folder: Path | None = None) -> None:
    """Write a network's accuracies on changed pictures, in the folder of its files; where networks ship by default."""
    test = data.load_test()
    images, labels = test.images[:: robustness.EVERY], test.labels[:: robustness.EVERY]
    card, start, curves = load_card(name, folder), time.perf_counter(), {}
    classifier = Classifier(card.tflite, threads=2)
    for kind, strengths, accuracies in robustness.measure(classifier.bulk_logits, images, labels):
        curves[kind.name] = strengths, accuracies
        _progress(name, len(curves))
    write_corruption_accuracies(card, CorruptionAccuracies(len(images), curves))
    print(f"{name}: {len(images):,} pictures, {time.perf_counter() - start:.0f} s", flush=True)


def _progress(name: str, done: int) -> None:
    if sys.stderr.isatty():
        bar = "█" * (30 * done // len(KINDS))
        end = "\r" if done == len(KINDS) else ""
        print(f"\r{name:<8}{bar:<30} {done} of {len(KINDS)} kinds", end=end, file=sys.stderr, flush=True)
