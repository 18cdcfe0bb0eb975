"""Arguments that several commands share."""

import argparse
import importlib.util
import os
import sys
from collections.abc import Callable

from fmnist_core.data import check_index
from fmnist_core.networks.cards import Card, default_network, network_names
from fmnist_core.networks.network import Network
from fmnist_core.training.recipes import Recipe


class UsageError(Exception):
    """Wrong arguments: one sentence for the person."""


def open_network(name: str) -> Network:
    """Return a network, saying on standard error what is wrong with its card, if anything is."""
    network = Network(name)
    if network.card.problem:
        print(network.card.problem, file=sys.stderr)
    return network


def test_index(text: str) -> int:
    """Parse a picture's number; the message of a wrong one says what was expected."""
    try:
        return check_index(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """Return what parses a whole number `least`..`most`, neither negative; a wrong one is told what was expected."""

    def parse(text: str) -> int:
        plain = text.isascii() and text.isdigit() and len(text) <= len(str(most))
        if not plain or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"must be a whole number {least}..{most}, received {text[:40]!r}")
        return int(text)

    return parse


def add_model(parser: argparse.ArgumentParser, default: str = "") -> None:
    """Add `--model`, which names a network that ships."""
    chosen = default or default_network()
    parser.add_argument("--model", choices=network_names(), default=chosen, help="network (%(default)s)")


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add `--json`: standard output then holds the JSON alone."""
    parser.add_argument("--json", action="store_true", help="print JSON alone; numbers are fractions")


def need_scikit_learn() -> None:
    """Raise `UsageError` where scikit-learn is missing: the app does without, so it is no requirement of its own."""
    if importlib.util.find_spec("sklearn") is None:
        raise UsageError("this command needs scikit-learn: pip install -r requirements-dev.txt")


def check_recipe(card: Card, recipe: Recipe) -> None:
    """Make sure that a network was trained by its recipe as it now is; loads TensorFlow.

    Raises:
        UsageError: by another one.
    """
    from fmnist_core.training import stored

    trained_by, now = card.facts.get("recipe_digest"), stored.digest(recipe)
    if trained_by != now:
        raise UsageError(
            f"{card.name} was trained by another recipe ({trained_by}) than the present one ({now}): train and ship it "
            f"first (train {card.name} --ship)"
        )


def tensorflow_is_here(command: str) -> bool:
    """Load TensorFlow for a command and return whether that worked; if not, standard error says what to install."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # its notes and warnings are for its makers; errors are told
    try:
        import tensorflow  # noqa: F401  (asked here, to say in a sentence what is missing)
    except ImportError as cause:
        version = ".".join(map(str, sys.version_info[:2]))
        print(
            f"{command} needs TensorFlow, which this Python {version} does not have ({cause}). "
            "Use Python 3.11 to 3.13 and `pip install -r requirements.txt`, or this package with its extra `train`; "
            "the app itself runs without it.",
            file=sys.stderr,
        )
        return False
    return True


def add_networks(parser: argparse.ArgumentParser) -> None:
    """Add names of networks that ship; none of them means all."""
    parser.add_argument("names", nargs="*", metavar="NAME", type=_network, help="networks (all without a name)")


def _network(name: str) -> str:
    if name not in network_names():
        known = ", ".join(network_names())
        raise argparse.ArgumentTypeError(f"network must be one of {known}, received {name[:40]!r}")
    return name
