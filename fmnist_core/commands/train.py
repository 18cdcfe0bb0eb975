"""train NAME: train a network by its recipe, resume what was interrupted, export it; `--ship` replaces what ships.

With `TF_CONFIG` set, several workers train it together (docs/workers.md).
"""

import argparse
import os
import sys
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

from fmnist_core.commands.arguments import UsageError, need_scikit_learn, tensorflow_is_here, whole_number
from fmnist_core.commands.refresh import refresh, renew_readme
from fmnist_core.evaluation.comparison import mcnemar
from fmnist_core.networks import cards
from fmnist_core.networks.artifacts import load_stored_logits
from fmnist_core.networks.cards import TITLES, load_card
from fmnist_core.networks.classifier import ModelError
from fmnist_core.networks.shipping import ship
from fmnist_core.training.cluster import Cluster, ClusterError, check_divisible, read_cluster
from fmnist_core.training.recipes import RECIPES, Recipe

SPEED = 75e9  # what training reaches on two cores with AVX2


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser("train", help="train a network by its recipe, export it, compare it with what ships")
    parser.add_argument("name", choices=tuple(RECIPES), metavar="NAME", help=f"one of {', '.join(RECIPES)}")
    parser.add_argument("--epochs", type=whole_number(1, 10_000), help="instead of the recipe's")
    parser.add_argument("--seed", type=whole_number(0, 2**31 - 1), help="instead of the recipe's")
    parser.add_argument("--fresh", action="store_true", help="forget this network's checkpoint and start again")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--output", type=Path, help="folder for the exported files (beside the run's checkpoint)")
    where.add_argument(
        "--ship",
        action="store_true",
        help="replace the network that ships, with all that hangs on it: features, map, stress (needs scikit-learn)",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    given = {key: value for key, value in (("epochs", args.epochs), ("seed", args.seed)) if value is not None}
    if args.output and args.output.resolve() == cards.MODELS.resolve():
        raise UsageError("--output must be a folder of its own; what ships is replaced with --ship")
    if args.ship:
        if given:
            raise UsageError(
                "another recipe would replace the network that ships: --ship goes without --epochs, --seed"
            )
        need_scikit_learn()
    try:
        if args.output:
            args.output.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=args.output):  # before hours of training, not after them
                pass
    except OSError as cause:
        raise UsageError(f"--output must be a folder that may be written, received {args.output} ({cause})") from None
    if (given or args.fresh) and RECIPES[args.name].members:
        raise UsageError(f"{args.name} is put together from finished networks: no --epochs, --seed or --fresh")
    recipe = replace(RECIPES[args.name], **given)
    try:
        cluster = read_cluster(os.environ)
        if cluster is not None and not recipe.members:
            check_divisible(recipe, len(cluster.addresses))
    except ClusterError as problem:
        raise UsageError(str(problem)) from None
    if not tensorflow_is_here("train"):
        return 1
    try:
        return _train(args, recipe, "".join(f" --{key} {value}" for key, value in given.items()), cluster)
    except ClusterError as problem:
        print(f"{args.name}: {problem}", file=sys.stderr)
        return 1


def _train(args: argparse.Namespace, recipe: Recipe, options: str, cluster: Cluster | None) -> int:
    from fmnist_core.training import export, loop, stored
    from fmnist_core.training.distribution import choose, lost_workers_told

    if cluster is not None:
        count = len(cluster.addresses)
        print(f"{args.name}: worker {cluster.position + 1} of {count} waits for the others", flush=True)
    with lost_workers_told():
        distribution = choose(cluster)
        report = partial(print, flush=True) if distribution.chief else _say_nothing
        operations = stored.cost(recipe)
        hours = operations / SPEED / 3600
        report(
            f"{args.name}: put together from finished networks"
            if not operations
            else f"{args.name}: about {operations / 1e12:,.0f} TFLOP, that is {hours:.1f} hours at the "
            f"{SPEED / 1e9:.0f} GFLOP/s of two processor cores with AVX2, a quarter of it with AVX-512; a kill costs "
            "at most the epoch under way."
        )
        trained = loop.train(recipe, report, args.fresh, distribution=distribution)
    if not distribution.chief:
        print(f"{args.name}: trained; the chief writes it down")
        return 0
    folder = args.output or stored.run_folder(recipe)
    if args.name not in TITLES:
        where = stored.keep(trained.model, recipe, stored.KEPT if args.ship else folder / stored.KEPT.name)
        print(f"{args.name}: {trained.heldout_accuracy:.2%} of the held-out pictures, kept in {where}")
        return 0
    card = export.export(trained, f"python -m fmnist_core train {args.name}{options}", folder)
    print(f"{args.name}: {card['test']['accuracy']:.2%} of the test split, written to {folder}")
    compare(args.name, folder)
    if args.ship:
        refresh(args.name, folder)
        with stored.replacing(recipe, trained.members):
            ship(args.name, folder)
        print(f"{args.name}: ships now, in {cards.MODELS}")
        renew_readme()
    return 0


def _say_nothing(line: str) -> None:
    """The chief tells it."""


def compare(name: str, folder: Path) -> None:
    """Print how a trained network does beside the one that ships, on the held-out pictures, which decide."""
    try:
        stored = [load_stored_logits(load_card(name, where)) for where in (folder, None)]
    except ModelError as problem:
        print(f"{name}: nothing to compare with: {problem}")
        return
    labels = stored[0].heldout_labels
    ours, theirs = (logits.heldout.argmax(axis=1) == labels for logits in stored)
    told = mcnemar(ours, theirs)
    print(
        f"{name}: {ours.mean():.2%} of the held-out pictures, the one that ships {theirs.mean():.2%} "
        f"({told.only_first} right only here, {told.only_second} only there, exact McNemar test p = {told.p_value:.2g})"
    )
