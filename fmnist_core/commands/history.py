"""history NAME: train a network once more as it was trained, and keep what each epoch said, for the time machine."""

import argparse
from functools import partial

from fmnist_core.commands.arguments import UsageError, check_recipe, tensorflow_is_here
from fmnist_core.networks import cards
from fmnist_core.networks.histories import read_history, ship_history
from fmnist_core.training.recipes import RECIPES


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser("history", help="train a network once more and keep its epochs for the time machine")
    names = tuple(name for name in cards.TITLES if name in RECIPES and not RECIPES[name].members)
    parser.add_argument("name", choices=names, metavar="NAME", help=f"one of {', '.join(names)}")
    parser.add_argument("--fresh", action="store_true", help="forget the checkpoint of this run and start again")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    card, recipe = cards.load_card(args.name), RECIPES[args.name]
    if card.problem:
        raise UsageError(f"a history stands beside a network that ships: {card.problem}")
    if not tensorflow_is_here("history"):
        return 1
    from fmnist_core.training import loop
    from fmnist_core.training.recording import RecordedRun, recorded_folder

    check_recipe(card, recipe)
    loop.train(recipe, partial(print, flush=True), args.fresh, RecordedRun)
    history = read_history(recorded_folder(recipe))
    path = ship_history(card, history)
    print(
        f"{args.name}: {history.accuracies[-1]:.2%} of the held-out pictures after {len(history)} epochs, the network "
        f"that ships {card.facts['heldout']['accuracy']:.2%}; {path.name}, {path.stat().st_size / 1000:.0f} kB"
    )
    return 0
