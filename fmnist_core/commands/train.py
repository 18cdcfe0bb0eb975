"""train NAME: train a network by its recipe, resume what was interrupted, and export it."""

import argparse
import os
import sys
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

from fmnist_core.commands.arguments import UsageError
from fmnist_core.networks.cards import MODELS, TITLES
from fmnist_core.training.recipes import RECIPES

SPEED = 75e9  # what training reaches on two cores with AVX2


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser("train", help="train a network by its recipe and export it")
    parser.add_argument("name", choices=tuple(RECIPES), metavar="NAME", help=f"one of {', '.join(RECIPES)}")
    parser.add_argument("--epochs", type=positive, help="instead of the recipe's")
    parser.add_argument("--seed", type=natural, help="instead of the recipe's")
    parser.add_argument("--output", type=Path, default=MODELS, help="folder for the exported files (models)")
    parser.add_argument("--fresh", action="store_true", help="forget this network's checkpoint and start again")
    parser.set_defaults(run=run)


def positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) <= 10_000):
        raise argparse.ArgumentTypeError(f"must be a whole number 1..10000, received {text[:40]!r}")
    return int(text)


def natural(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) < 2**31):
        raise argparse.ArgumentTypeError(f"must be a whole number 0..2147483647, received {text[:40]!r}")
    return int(text)


def run(args: argparse.Namespace) -> int:
    given = {key: value for key, value in (("epochs", args.epochs), ("seed", args.seed)) if value is not None}
    if given and args.output.resolve() == MODELS.resolve():
        raise UsageError("another recipe would replace the network that ships: name another folder with --output")
    try:
        args.output.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=args.output):  # before hours of training, not after them
            pass
    except OSError as cause:
        raise UsageError(f"--output must be a folder that may be written, received {args.output} ({cause})") from None
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # its notes and warnings are for its makers; errors are told
    try:
        import tensorflow  # noqa: F401  (asked here, to say in a sentence what is missing)
    except ImportError as cause:
        version = ".".join(map(str, sys.version_info[:2]))
        print(
            f"train needs TensorFlow, which this Python {version} does not have ({cause}). "
            "Use Python 3.11 to 3.13 and `pip install -r requirements.txt`; the app itself runs without it.",
            file=sys.stderr,
        )
        return 1
    from fmnist_core.training import export, loop

    recipe = replace(RECIPES[args.name], **given)
    options = "".join(f" --{key} {value}" for key, value in given.items())
    operations = loop.cost(recipe)
    hours = operations / SPEED / 3600
    print(
        f"{args.name}: about {operations / 1e12:,.0f} TFLOP, that is {hours:.1f} hours at the "
        f"{SPEED / 1e9:.0f} GFLOP/s of two processor cores with AVX2, a quarter of it with AVX-512; a kill costs at "
        "most the epoch under way.",
        flush=True,
    )
    trained = loop.train(recipe, report=partial(print, flush=True), fresh=args.fresh)
    if args.name not in TITLES:
        where = loop.keep(trained.model, recipe, args.output / loop.KEPT.name)
        print(f"{args.name}: {trained.heldout_accuracy:.2%} of the held-out pictures, kept in {where}")
        return 0
    card = export.export(trained, f"python -m fmnist_core train {args.name}{options}", args.output)
    print(f"{args.name}: {card['test']['accuracy']:.2%} of the test split, written to {args.output}")
    return 0
