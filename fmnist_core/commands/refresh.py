"""refresh: renew all that hangs on a network's file: features of the gallery, "none of these", map, stress, README."""

import argparse
import shutil
from pathlib import Path

from fmnist_core.commands import gallery, map, stress
from fmnist_core.commands.arguments import add_networks, need_scikit_learn
from fmnist_core.networks import cards, manifest, results_table
from fmnist_core.networks.cards import network_names


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser("refresh", help="renew what is stored beside a network (needs scikit-learn)")
    add_networks(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    need_scikit_learn()
    for name in args.names or network_names():
        refresh(name, cards.MODELS)
    renew_readme()
    return 0


def renew_readme() -> None:
    """Write the cards' figures into the README of these sources; an installed package has none."""
    if results_table.renew(cards.MODELS.parent / "README.md"):
        print("README.md: the table of results has the figures of the cards now")


def refresh(name: str, folder: Path) -> None:
    """Write what is stored beside a network, and its figures for "none of these" on its card.

    Args:
        name: of the network.
        folder: where its card and its files are; the reference pictures are brought from those that ship.
    """
    pictures = folder / "gallery.npz"
    if folder.resolve() != cards.MODELS.resolve():
        shutil.copyfile(cards.MODELS / pictures.name, pictures)
        manifest.record(folder, pictures.name)
    for renew in (gallery.renew, map.renew, stress.renew):
        renew(name, folder)
