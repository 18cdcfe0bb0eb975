"""add: bring a network of your own, in Keras's or TensorFlow's formats, beside those that ship."""

import argparse
import importlib.util
import shlex
import sys
from pathlib import Path

from fmnist_core.commands.arguments import UsageError
from fmnist_core.networks import cards


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser(
        "add",
        help="bring a network of your own",
        description="Check a network, convert it to LiteRT, measure it over the test split, and put it beside those "
        "that ship, in FMNIST_MODELS_DIR where that is set. A network file is a program: add only those you trust.",
    )
    parser.add_argument("file", type=Path, help="a .keras or HDF5 file, or a SavedModel folder")
    parser.add_argument("--name", help="what people call it (the file's name)")
    parser.add_argument("--replace", action="store_true", help="put it in the place of one that was added before")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    if importlib.util.find_spec("tensorflow") is None:
        raise UsageError("this command needs TensorFlow: pip install -r requirements.txt, or the extra `train`")
    from fmnist_core.training import adding

    title = args.name or args.file.stem
    name = adding.short_name(title)
    if name in cards.network_names() and not args.replace:
        raise UsageError(f"there is a network {name} already: --replace puts this one in its place")
    card, interface = adding.add(args.file, title, cards.MODELS, "fmnist " + shlex.join(sys.argv[1:]))
    print(interface.in_words())
    low, high = card["test"]["interval"]
    print(
        f"{title}: {card['test']['accuracy']:.2%} of the test split ({low:.2%} to {high:.2%}), {card['parameters']:,} "
        f"parameters, {card['flops'] / 1e6:.2f} MFLOP a picture. Written to {cards.MODELS}; the app and every command "
        f"know it as {name}. `refresh {name}` adds look-alikes, the map and the averages of Stress."
    )
    return 0
