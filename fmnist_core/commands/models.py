"""models: the networks that ship, side by side."""

import argparse
import json
import sys

from fmnist_core.commands.arguments import add_json
from fmnist_core.networks.cards import load_card, network_names
from fmnist_core.networks.classifier import ModelError


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser("models", help="list the networks that ship")
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    cards = []
    for name in network_names():
        try:
            cards.append(load_card(name))
        except ModelError as problem:
            print(problem, file=sys.stderr)
    if args.json:
        keys = ("name", "parameters", "flops", "test", "temperature", "seconds")
        print(json.dumps([{key: card.facts[key] for key in keys} | {"problem": card.problem} for card in cards]))
        return 0
    print(f"{'network':<8} {'accuracy':>8}  {'95 % interval':<16} {'parameters':>10} {'MFLOP':>7} {'size kB':>8}")
    for card in cards:
        low, high = card.facts["test"]["interval"]
        size = card.tflite.stat().st_size / 1000 if card.tflite.is_file() else 0
        print(
            f"{card.name:<8} {card.facts['test']['accuracy']:>8.2%}  {f'{low:.2%} - {high:.2%}':<16} "
            f"{card.facts['parameters']:>10,} {card.facts['flops'] / 1e6:>7.2f} {size:>8.0f}"
        )
        if card.problem:
            print(f"         {card.problem}")
    return 0
