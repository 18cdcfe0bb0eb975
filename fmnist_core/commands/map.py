"""map: lay out the 10,000 test pictures in two dimensions as each network sees them."""

import argparse
import time
from pathlib import Path

from fmnist_core import data
from fmnist_core.commands.arguments import add_networks, need_scikit_learn
from fmnist_core.explanation import projection
from fmnist_core.networks.artifacts import write_projection
from fmnist_core.networks.cards import load_card, network_names
from fmnist_core.networks.classifier import Classifier


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser("map", help="compute the map of the test pictures (needs scikit-learn)")
    add_networks(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    need_scikit_learn()
    for name in args.names or network_names():
        renew(name)
    return 0


def renew(name: str, folder: Path | None = None) -> None:
    """Write the map of a network, in the folder of its files; where networks ship by default."""
    card, images = load_card(name, folder), data.load_test().images
    start = time.perf_counter()
    positions = projection.project(Classifier(card.tflite, threads=2), images)
    write_projection(card, projection.encode(positions))
    print(f"{name}: map of {len(images):,} pictures written, {time.perf_counter() - start:.0f} s", flush=True)
